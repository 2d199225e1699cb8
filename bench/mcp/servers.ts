/** The servers under test, each in a process of its own: the peer's own door over a real queue, and what the SDKs do bare. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as SessionServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { createHandlers } from '../../src/coordinator/handlers/create-handlers.ts'
import { Home } from '../../src/coordinator/home.ts'
import { PeerBook } from '../../src/coordinator/peer-book.ts'
import { SUBMISSION } from '../../src/coordinator/submission.ts'
import { Events } from '../../src/core/events.ts'
import type { PeerId } from '../../src/core/ids.ts'
import { LEASE } from '../../src/core/lease.ts'
import { createOperations } from '../../src/core/operations/invoke.ts'
import { ACCESS } from '../../src/core/operations/operation.ts'
import { createMcpDoor, MCP_DOOR_SETTINGS } from '../../src/mcp/door.ts'
import { createSqliteTaskStore } from '../../src/store/sqlite/sqlite-task-store.ts'
import { fakeMesh } from '../../test/fakes/fake-mesh.ts'
import { RecordingLog } from '../../test/support/recording-log.ts'

export const SERVERS = ['ours', 'bare-2026', 'bare-2025'] as const
export type ServerName = (typeof SERVERS)[number]

export const TOKEN = 'bench'
/** As long as what our status answers, told twice as ours is. */
const BARE_ANSWER = { ok: true, filler: 'x'.repeat(200) }
const BARE_RESULT = {
  content: [{ type: 'text' as const, text: JSON.stringify(BARE_ANSWER) }],
  structuredContent: BARE_ANSWER,
}
const BARE_INFO = { name: 'bare', version: '1' }

const SELF = '12D3KooWBenchBenchBenchBenchBenchBenchBenchBenchBenc' as PeerId

type Handle = (req: IncomingMessage, res: ServerResponse) => unknown

/** @returns the URL of its endpoint; it serves until the process ends */
export async function serve(name: ServerName, folder: string): Promise<string> {
  const handle = name === 'ours' ? await ours(folder) : name === 'bare-2026' ? bare2026() : bare2025()
  const server = createServer((req, res) => void handle(req, res))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp`
}

/** Everything that a call passes in a peer, but for the limit on its rate. */
async function ours(folder: string): Promise<Handle> {
  const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]
  const store = createSqliteTaskStore({ directory: folder, clock, random, log })
  const events = new Events((fault) => {
    throw fault
  })
  const home = new Home({ store, events, clock, log, lease: LEASE })
  await home.start()
  const parts = { home, mesh: fakeMesh(SELF, 'bench'), peers: new PeerBook(), events, clock, random, lease: LEASE }
  const operations = createOperations(
    createHandlers({
      ...{ ...parts, submission: SUBMISSION, version: 'bench', executorStatus: () => ({}), peering: {} },
    } as unknown as Parameters<typeof createHandlers>[0]),
  )
  const caller = { principal: 'token:bench', door: 'mcp', access: new Set(ACCESS) } as const
  const authenticate = (token: string) => Promise.resolve(token === TOKEN ? { caller } : undefined)
  const unlimited = { perSecond: 1e9, burst: 1e9 }
  const door = createMcpDoor(
    { operations, events, clock, random, log, authenticate, version: 'bench' },
    { ...MCP_DOOR_SETTINGS, rate: unlimited },
  )
  return (req, res) => door.node(req, res)
}

function bare2026(): Handle {
  const create = (): McpServer => {
    const server = new McpServer(BARE_INFO)
    server.registerTool('bare', { description: 'Answers.' }, () => BARE_RESULT)
    return server
  }
  return toNodeHandler(createMcpHandler(create, { legacy: 'reject' })) as unknown as Handle
}

function bare2025(): Handle {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  return async (req, res) => {
    let transport = sessions.get(String(req.headers['mcp-session-id']))
    if (transport === undefined) {
      const opened = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse: true,
        onsessioninitialized: (id) => void sessions.set(id, opened),
      })
      const server = new SessionServer(BARE_INFO)
      server.registerTool('bare', { description: 'Answers.' }, () => BARE_RESULT)
      await server.connect(opened)
      transport = opened
    }
    await transport.handleRequest(req, res)
  }
}
