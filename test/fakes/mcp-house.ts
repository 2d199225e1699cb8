/** A door for agents over fake operations, and clients of both generations that come in through it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport, type ClientOptions } from '@modelcontextprotocol/client'
import { createMcpDoor, MCP_DOOR_SETTINGS, type McpDoor, type McpDoorSettings } from '../../src/mcp/door.ts'
import type { Handlers } from '../../src/core/operations/catalog.ts'
import type { Caller } from '../../src/core/operations/operation.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { Credential } from '../../src/mcp/seat.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { AGENT_ACCESS, callerWith, createFakeOperations, type FakeOperations } from './fake-operations.ts'

export const TOKENS: Readonly<Record<string, Caller>> = {
  'agent-token': callerWith('token:agent', ...AGENT_ACCESS),
  'other-token': callerWith('token:other', ...AGENT_ACCESS),
  'reader-token': callerWith('token:reader', 'tasks:read', 'peers:read'),
  'idle-token': callerWith('token:idle'),
  'worker-token': callerWith('token:worker', 'tasks:read', 'tasks:work', 'peers:read', 'cache:read', 'cache:write'),
}

export interface McpHouse extends AsyncDisposable {
  readonly door: McpDoor
  readonly fake: FakeOperations
  readonly log: RecordingLog
  readonly clock: Clock
  /** A connected client of the v2 SDK; its requests go straight into the door, without a socket. */
  client(options?: {
    token?: string
    path?: string
    era?: 'modern' | 'legacy'
    client?: ClientOptions
  }): Promise<Client>
  request(init: RequestInit & { path?: string; token?: string; body?: string }): Promise<Response>
  /** Serves the door on a loopback port. */
  listen(): Promise<URL>
}

export interface McpHouseOptions {
  readonly handlers?: Partial<Handlers>
  readonly settings?: Partial<McpDoorSettings>
  readonly clock?: Clock
  /** Beside TOKENS. */
  readonly credentials?: Readonly<Record<string, Credential>>
}

export function createMcpHouse({
  handlers,
  settings,
  clock = new ManualClock(),
  credentials = {},
}: McpHouseOptions = {}): McpHouse {
  const fake = createFakeOperations(handlers)
  const log = new RecordingLog()
  const door = createMcpDoor(
    {
      operations: fake.operations,
      events: fake.events,
      version: '0.0.0',
      clock,
      log,
      random: new SeededRandom(),
      authenticate: (token) => {
        if (token === 'broken-token') return Promise.reject(new Error('secret store unreadable'))
        if (Object.hasOwn(credentials, token)) return Promise.resolve(credentials[token])
        const caller = Object.hasOwn(TOKENS, token) ? TOKENS[token] : undefined
        return Promise.resolve(caller === undefined ? undefined : { caller })
      },
    },
    { ...MCP_DOOR_SETTINGS, ...settings },
  )
  const closing: (() => Promise<unknown>)[] = []
  return {
    door,
    fake,
    log,
    clock,
    client: async ({ token = 'agent-token', path = '/mcp', era = 'modern', client: options } = {}) => {
      const client = new Client(
        { name: 'test', version: '1' },
        { ...options, ...(era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {}) },
      )
      const transport = new StreamableHTTPClientTransport(new URL(`http://localhost${path}`), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
        fetch: (url, init) => door.fetch(withHost(new Request(url, init))),
      })
      await client.connect(transport)
      closing.push(() => client.close())
      return client
    },
    request: ({ path = '/mcp', token, ...init }) => {
      const request = withHost(new Request(`http://localhost${path}`, init))
      if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`)
      return door.fetch(request)
    },
    listen: async () => {
      const server = createServer((req, res) => void door.node(req, res))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      closing.push(
        () =>
          new Promise((resolve) => {
            server.close(resolve)
            server.closeAllConnections()
          }),
      )
      return new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`)
    },
    [Symbol.asyncDispose]: async () => {
      for (const close of closing) await close()
      await door.stop()
    },
  }
}

/** A Request has no Host until it is sent. */
function withHost(request: Request): Request {
  if (!request.headers.has('host')) request.headers.set('host', new URL(request.url).host)
  return request
}
