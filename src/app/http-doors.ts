/** What a peer serves over HTTP: MCP at /mcp and its health at /healthz. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import type { Events } from '../core/events.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Access, Caller } from '../core/operations/operation.ts'
import type { Clock, Logger, Random, Startable } from '../core/ports/clock.ts'
import { createMcpDoor, MCP_DOOR_SETTINGS } from '../mcp/door.ts'
import type { Config } from './config.ts'
import { createHttpServer, sendJson } from './http-server.ts'
import { findOrMakeSecret } from './secret-file.ts'
import { VERSION } from './version.ts'

export interface HttpDoorsDeps {
  readonly config: Config
  readonly stateDir: string
  readonly operations: Operations
  readonly events: Events
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** What the holder of the peer's own token may do. */
  readonly access: ReadonlySet<Access>
}

export interface HttpDoors extends Startable {
  readonly tokenFile: string
  url(): string
}

export async function createHttpDoors(deps: HttpDoorsDeps): Promise<HttpDoors> {
  const { config, stateDir, random, log } = deps
  const tokenFile = join(stateDir, 'http.token')
  const token = await findOrMakeSecret(
    tokenFile,
    () => `rmt_${Buffer.from(random.bytes(32)).toString('base64url')}`,
    random,
  )
  const expected = digest(token)
  const caller: Caller = { principal: 'token:default', door: 'mcp', access: deps.access }
  const mcp = createMcpDoor(
    {
      ...deps,
      version: VERSION,
      authenticate: (given) => Promise.resolve(timingSafeEqual(digest(given), expected) ? caller : undefined),
    },
    {
      ...MCP_DOOR_SETTINGS,
      allowedHosts: [...MCP_DOOR_SETTINGS.allowedHosts, ...config.httpAllowedHosts],
      allowedOrigins: [...MCP_DOOR_SETTINGS.allowedOrigins, ...config.httpAllowedHosts],
    },
  )
  const server = createHttpServer(
    config.http,
    [
      { path: '/mcp', handle: (req, res) => mcp.node(req, res) },
      {
        path: '/healthz',
        handle: (_req, res) => {
          sendJson(res, 200, { status: 'ok', version: VERSION })
        },
      },
    ],
    log,
  )
  return {
    tokenFile,
    url: () => server.url(),
    start: () => server.start(),
    stop: async () => {
      await mcp.stop()
      await server.stop()
    },
  }
}

/** Equal lengths, so that comparing tells nothing of the token. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
