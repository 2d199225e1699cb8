import assert from 'node:assert/strict'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { z } from 'zod'
import type { Agent } from '../../scripts/demo/agent.ts'
import { CLI, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { startPostgres } from '../support/database-servers.ts'
import { piped } from '../support/terminal.ts'
import { IMAGE, peerGround, until, type PeerGround } from '../support/demo-peers.ts'

const submitted = z.object({ task_id: z.string(), durability: z.string() })
const seen = z.object({
  task: z.object({ status: z.string(), attempt: z.number(), phase: z.string().optional() }),
  log_tail: z.string().optional(),
})

async function submit(agent: Agent, script: string, more: object = {}): Promise<z.output<typeof submitted>> {
  const task = { image: IMAGE, command: ['sh', '-c', script], ...more }
  return submitted.parse(await agent.call('p2p_taskqueue_submit_docker_hub', task))
}

async function get(agent: Agent, id: string): Promise<z.output<typeof seen>> {
  return seen.parse(await agent.call('p2p_taskqueue_get_task', { task_id: id }))
}

/** A client that has subscribed to a task; what it hears of is pushed to `heard`. */
async function watch(t: TestContext, at: PeerProcess, id: string, heard: string[]): Promise<void> {
  const { mcp_url: url, token_file: tokenFile } = at.ready
  const authorization = `Bearer ${(await readFile(tokenFile ?? assert.fail(), 'utf8')).trim()}`
  const client = new Client({ name: 'watcher', version: '1.0.0' })
  t.after(() => client.close().catch(() => undefined))
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url ?? assert.fail()), { requestInit: { headers: { authorization } } }),
  )
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  await client.subscribeResource({ uri: `task://${id}` })
}

/** Two peers that serve one home in a database, and a worker that knows both. */
async function sharedHome(
  t: TestContext,
): Promise<{ ground: PeerGround; a: PeerProcess; b: PeerProcess; w: PeerProcess }> {
  const removals: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const remove of removals.reverse()) await remove()
  })
  const { port, password } = await startPostgres({ add: (remove) => removals.push(remove) })
  const ground = await peerGround(t)
  const env = { RUNNER_MESH_STORE: `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres` }
  const a = await ground.up('a', [], env)
  const keyFile = join(ground.folder, 'b.key')
  await copyFile(join(a.ready.state_dir, 'mesh.key'), keyFile)
  const [address = ''] = a.ready.addresses
  const b = await ground.up('b', ['--key-file', keyFile, '--bootstrap', address], env)
  const w = await ground.worker('w', a, [
    '--slots',
    '2',
    '--bootstrap',
    [...a.ready.addresses, ...b.ready.addresses].join(','),
  ])
  return { ground, a, b, w }
}

test('two peers share a home: what one ends is heard at the other, and the loss of one stops nobody', async (t) => {
  const { ground, a, b, w } = await sharedHome(t)
  const [atA, atB] = [await ground.agent(a), await ground.agent(b)]
  const ids = await Promise.all(
    [atA, atB, atA, atB].map(async (agent, number) => (await submit(agent, `echo ${String(number)}`)).task_id),
  )
  const tails = await Promise.all(
    ids.map(async (id, number) => {
      const other = number % 2 === 0 ? atB : atA
      return seen.parse(await other.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 60 })).log_tail
    }),
  )
  assert.deepEqual(tails, ['0', '1', '2', '3'])

  const running = await submit(atA, 'sleep 8; echo survived')
  assert.equal(running.durability, 'shared')
  await until(
    () => get(atB, running.task_id),
    ({ task: now }) => now.phase === 'running',
  )
  // A person follows a task at the same peer, and has named the other one.
  const dirs = ['--state-dir', a.ready.state_dir, '--other-state-dirs', b.ready.state_dir]
  const script = 'echo begun; i=0; while [ $i -lt 12 ]; do i=$((i+1)); sleep 0.5; echo $i; done; exit 3'
  const follow = piped(t, [...dirs, 'submit', '--follow', IMAGE, '--', 'sh', '-c', script])
  await until(
    () => follow.text.stdout,
    (text) => text.includes('begun'),
  )
  // So has the host of an agent that starts its own server.
  const piping = new Client({ name: 'stdio-test', version: '1.0.0' })
  const [node, cli] = CLI
  await piping.connect(new StdioClientTransport({ command: node, args: [cli, 'mcp', ...dirs], stderr: 'pipe' }))
  t.after(() => piping.close())
  const wait = { name: 'p2p_taskqueue_wait_task', arguments: { task_id: running.task_id, timeout_s: 50 } }
  const pipedWait = piping.callTool(wait)
  const queued = await submit(atA, 'echo later', { needs: [running.task_id] })
  const waiting = atB.call('p2p_taskqueue_wait_task', { task_id: running.task_id, timeout_s: 60 })
  const heard: string[] = []
  await watch(t, a, running.task_id, [])
  const lostAt = performance.now()
  await a.kill()
  // Who had subscribed at the lost peer subscribes at the other.
  await watch(t, b, running.task_id, heard)
  const { task, log_tail: tail } = seen.parse(await waiting)
  t.diagnostic(
    `the caller at the other peer was answered ${String(Math.round(performance.now() - lostAt))} ms after the loss`,
  )
  assert.deepEqual([task.status, task.attempt, tail], ['completed', 1, 'survived'])
  const { structuredContent } = await pipedWait
  assert.deepEqual([seen.parse(structuredContent).log_tail, heard.at(-1)], ['survived', `task://${running.task_id}`])
  assert.equal(seen.parse((await piping.callTool(wait)).structuredContent).task.status, 'completed')
  const later = await atB.call('p2p_taskqueue_wait_task', { task_id: queued.task_id, timeout_s: 60 })
  assert.equal(seen.parse(later).log_tail, 'later')
  assert.equal(await follow.ended, 3, follow.text.stderr)
  assert.equal(follow.text.stdout, ['begun', ...Array.from({ length: 12 }, (_, i) => String(i + 1)), ''].join('\n'))
  const { task_id: fresh } = await submit(atB, 'echo fresh')
  const last = await atB.call('p2p_taskqueue_wait_task', { task_id: fresh, timeout_s: 60 })
  assert.equal(seen.parse(last).log_tail, 'fresh')

  // A worker is taken out of service: what it runs is finished, and nothing is begun.
  const { task_id: slow } = await submit(atB, 'sleep 2; echo finished')
  await until(
    () => get(atB, slow),
    ({ task: now }) => now.phase === 'running',
  )
  const drain = piped(t, ['--state-dir', w.ready.state_dir, 'drain', '--stop'])
  assert.equal(await drain.ended, 0, drain.text.stderr)
  assert.match(drain.text.stdout, /nothing runs; the peer stops/)
  assert.equal(await w.ended, 0)
  const { task: finished } = await get(atB, slow)
  assert.deepEqual([finished.status, finished.attempt], ['completed', 1])
})
