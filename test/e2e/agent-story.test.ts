import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as V1StdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as V1HttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CLI, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'

interface Told {
  readonly ok: boolean
  readonly task_id: string
  readonly timed_out: boolean
  readonly task: { readonly status: string; readonly reason?: string; readonly exit_code?: number }
  readonly log_tail?: string
  readonly log?: string
}

/** What both generations of clients can do. */
interface Agent {
  tools(): Promise<readonly string[]>
  call(name: string, args: Record<string, unknown>, onprogress?: (message: string) => void): Promise<Told>
  read(uri: string): Promise<string>
  close(): Promise<void>
}

type Progress = { message?: string | undefined }

function options(onprogress: ((message: string) => void) | undefined) {
  const heard = onprogress === undefined ? {} : { onprogress: ({ message = '' }: Progress) => onprogress(message) }
  return { timeout: 60_000, ...heard }
}

function v2(client: Client): Agent {
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, onprogress) =>
      (await client.callTool({ name, arguments: args }, options(onprogress))).structuredContent as Told,
    read: async (uri) => ((await client.readResource({ uri })).contents[0] as { text: string }).text,
    close: () => client.close(),
  }
}

function v1(client: V1Client): Agent {
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, onprogress) =>
      (await client.callTool({ name, arguments: args }, undefined, options(onprogress))).structuredContent as Told,
    read: async (uri) => ((await client.readResource({ uri })).contents[0] as { text: string }).text,
    close: () => client.close(),
  }
}

const NAME = { name: 'agent-story', version: '1' }
const MODERN = { versionNegotiation: { mode: { pin: '2026-07-28' } } } as const

async function agentsOf({ ready }: PeerProcess): Promise<Readonly<Record<string, () => Promise<Agent>>>> {
  const url = new URL(ready.mcp_url ?? '')
  const token = (await readFile(ready.token_file ?? '', 'utf8')).trim()
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  const pipe = { command: CLI[0], args: [...CLI.slice(1), 'mcp', '--state-dir', ready.state_dir] }
  const connected = async (client: Client, transport: Parameters<Client['connect']>[0]) => {
    await client.connect(transport)
    return v2(client)
  }
  const connectedV1 = async (transport: Parameters<V1Client['connect']>[0]) => {
    const client = new V1Client(NAME)
    await client.connect(transport)
    return v1(client)
  }
  const http = () => new StreamableHTTPClientTransport(url, { requestInit })
  return {
    'v2, HTTP, 2026-07-28': () => connected(new Client(NAME, MODERN), http()),
    'v2, HTTP, 2025 session': () => connected(new Client(NAME), http()),
    'v2, stdio, 2026-07-28': () => connected(new Client(NAME, MODERN), new StdioClientTransport(pipe)),
    'v1, HTTP': () => connectedV1(new V1HttpTransport(url, { requestInit })),
    'v1, stdio': () => connectedV1(new V1StdioTransport(pipe)),
  }
}

const HUB = 'p2p_taskqueue_submit_docker_hub'
const WAIT = 'p2p_taskqueue_wait_task'
const GET = 'p2p_taskqueue_get_task'

test('the whole story of an agent, with real containers, for every official client and transport', async (t) => {
  const ground = await peerGround(t)
  const peer = await ground.up('a', ['--work', 'true'])
  for (const [kind, connect] of Object.entries(await agentsOf(peer))) {
    await t.test(kind, async () => {
      const agent = await connect()
      try {
        assert.ok((await agent.tools()).includes(HUB))
        const script = 'for n in 1 2 3; do echo "line $n"; done; printf "\\033[31mred\\033[0m\\n"; exit 3'
        const { task_id } = await agent.call(HUB, { image: IMAGE, command: ['sh', '-c', script] })
        const notes: string[] = []
        const ended = await agent.call(WAIT, { task_id, timeout_s: 50 }, (note) => notes.push(note))
        assert.deepEqual(
          [ended.timed_out, ended.task.status, ended.task.reason, ended.task.exit_code],
          [false, 'failed', 'exit', 3],
        )
        assert.equal(ended.log_tail, 'line 1\nline 2\nline 3\nred')
        assert.ok(notes.length > 0, 'progress is told')
        const whole = await until(
          () => agent.call(GET, { task_id, log_cursor: '0' }),
          ({ log }) => log?.includes('red') === true,
        )
        assert.equal(whole.log, 'line 1\nline 2\nline 3\nred\n')
        assert.equal((await agent.call(GET, { task_id, log_grep: 'line 2' })).log, 'line 2\n')
        assert.match(await agent.read(`task://${task_id}/logs?tail=2`), /^line 3\nred$/)
        assert.equal((JSON.parse(await agent.read(`task://${task_id}`)) as { status: string }).status, 'failed')

        const long = await agent.call(HUB, { image: IMAGE, command: ['sleep', '300'], idempotency_key: kind })
        assert.equal(
          (await agent.call(HUB, { image: IMAGE, command: ['sleep', '300'], idempotency_key: kind })).task_id,
          long.task_id,
        )
        await until(
          () => agent.call(GET, { task_id: long.task_id }),
          ({ task }) => task.status === 'running',
        )
        await agent.call('p2p_taskqueue_complete_task', { task_id: long.task_id, status: 'cancelled' })
        const cancelled = await agent.call(WAIT, { task_id: long.task_id, timeout_s: 50 })
        assert.equal(cancelled.task.status, 'cancelled')
      } finally {
        await agent.close()
      }
    })
  }
})
