/** The protocol's own Inspector against a peer with real containers. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import {
  askInspector,
  ERAS,
  INSPECTOR_EXIT,
  type InspectorAnswer,
  type InspectorEra,
  type InspectorTarget,
} from '../../scripts/conformance/inspector.ts'
import { CLI } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround } from '../support/demo-peers.ts'

interface Told {
  readonly structuredContent: {
    readonly task_id: string
    readonly task?: { readonly task_id: string; readonly status: string; readonly exit_code?: number }
    readonly log_tail?: string
  }
}

const HUB = 'p2p_taskqueue_submit_docker_hub'

function callArgs(tool: string, args: Readonly<Record<string, unknown>>): readonly string[] {
  return ['--method', 'tools/call', '--tool-name', tool, '--tool-args-json', JSON.stringify(args)]
}

function resultOf({ stdout }: InspectorAnswer): Told {
  return (JSON.parse(stdout) as { readonly result: Told }).result
}

test(
  'the Inspector lists strictly, runs a container, follows its task and reads its log, in both revisions',
  { timeout: 300_000 },
  async (t) => {
    const ground = await peerGround(t)
    const peer = await ground.up('a', ['--work', 'true'])
    const token = (await readFile(peer.ready.token_file ?? '', 'utf8')).trim()
    const http: InspectorTarget = { url: peer.ready.mcp_url ?? '', headers: { authorization: `Bearer ${token}` } }
    const ask = async (target: InspectorTarget, era: InspectorEra, args: readonly string[], exitCode = 0) => {
      const answer = await askInspector(target, era, args)
      assert.equal(answer.exitCode, exitCode, `${era} ${args.join(' ')}: ${answer.stderr}`)
      return answer
    }
    const call = async (era: InspectorEra, tool: string, args: Readonly<Record<string, unknown>>, exitCode = 0) =>
      resultOf(await ask(http, era, callArgs(tool, args), exitCode))

    await Promise.all(
      ERAS.map((era) =>
        t.test(`${era} over HTTP`, async () => {
          const { stdout, stderr } = await ask(http, era, ['--method', 'tools/list', '--strict'])
          const { tools } = (JSON.parse(stdout) as { result: { tools: { name: string }[] } }).result
          assert.ok(tools.some(({ name }) => name === HUB))
          assert.match(stderr, /^(?:0 errors|$)/m)

          // The newer revision has tasks: there the Inspector itself follows the submit to its end.
          const run = async (script: string, exitCode: number): Promise<Told['structuredContent']> => {
            const args = { image: IMAGE, command: ['sh', '-c', `sleep 1; echo by ${era}; ${script}`] }
            if (era === 'modern') return (await call(era, HUB, args, exitCode)).structuredContent
            const { structuredContent: submitted } = await call(era, HUB, args)
            const wait = { task_id: submitted.task_id, timeout_s: 50 }
            return (await call(era, 'p2p_taskqueue_wait_task', wait)).structuredContent
          }
          const { task, log_tail } = await run('true', INSPECTOR_EXIT.answered)
          assert.deepEqual([task?.status, task?.exit_code, log_tail], ['completed', 0, `by ${era}`])
          const failed = await run('exit 7', INSPECTOR_EXIT.toolError)
          assert.deepEqual([failed.task?.status, failed.task?.exit_code], ['failed', 7])

          const read = ['--method', 'resources/read', '--uri', `task://${task?.task_id ?? ''}/logs?tail=1`]
          assert.match((await ask(http, era, read)).stdout, new RegExp(`by ${era}`))
          await ask(http, era, callArgs('p2p_taskqueue_get_task', { task_id: 'nope' }), INSPECTOR_EXIT.toolError)
        }),
      ),
    )
    await t.test('over a pipe that it starts itself', async () => {
      const pipe: InspectorTarget = { command: [...CLI, 'mcp', '--state-dir', peer.ready.state_dir] }
      await ask(pipe, 'modern', ['--method', 'tools/list', '--strict'])
    })
  },
)
