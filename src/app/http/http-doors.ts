/** What a peer serves over HTTP: the dashboard at /, MCP at /mcp, and what monitoring asks. */
import { join } from 'node:path'
import type { Events } from '../../core/events.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Access, Caller } from '../../core/operations/operation.ts'
import type { Clock, Logger, Random, Startable } from '../../core/ports/clock.ts'
import type { PeerTools } from '../../core/ports/peer-tools.ts'
import type { RecordAudit } from '../../coordinator/audit-trail.ts'
import type { PeerFacts } from '../../dashboard/metrics/peer-readings.ts'
import type { QueueMeter } from '../../dashboard/metrics/queue-meter.ts'
import { createDashboard } from '../../dashboard/door.ts'
import { createObservation } from '../../dashboard/observation.ts'
import type { ReadinessCheck } from '../../dashboard/readiness.ts'
import { METADATA_PATH } from '../../mcp/access/admission.ts'
import { createMcpDoor, MCP_DOOR_SETTINGS } from '../../mcp/door.ts'
import { createAuthenticate } from './bearer-tokens.ts'
import type { Config } from '../config.ts'
import { createCommandsDoor } from './commands-door.ts'
import { createHttpAccess } from './http-access.ts'
import { createHttpServer, type HttpMount } from './http-server.ts'
import { OAuthTokens } from './oauth.ts'
import { findOrMakeSecret } from '../secret-file.ts'
import { TokenBook } from '../token-book.ts'
import { VERSION } from '../version.ts'

export interface HttpDoorsDeps {
  readonly config: Config
  readonly stateDir: string
  readonly operations: Operations
  readonly peerTools: PeerTools
  readonly events: Events
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** What the holder of the peer's own token may do. */
  readonly access: ReadonlySet<Access>
  /** Who a token of a running task stands for; unset on a peer without a queue. */
  readonly findTask?: (token: string) => Promise<Caller | undefined>
  readonly meter: QueueMeter
  readonly facts: PeerFacts
  readonly readiness: readonly ReadinessCheck[]
  readonly recordAudit: RecordAudit
  /** GitHub's events, where they are taken. */
  readonly webhook?: HttpMount | undefined
}

export interface HttpDoors extends Startable {
  readonly tokenFile: string
  url(): string
}

export async function createHttpDoors(deps: HttpDoorsDeps): Promise<HttpDoors> {
  const { config, stateDir, clock, random, log } = deps
  const tokenFile = join(stateDir, 'http.token')
  const token = await findOrMakeSecret(
    tokenFile,
    () => `rmt_${Buffer.from(random.bytes(32)).toString('base64url')}`,
    random,
  )
  const book = new TokenBook({ stateDir, clock, log })
  const access = createHttpAccess(config, () => server.url())
  const oauth = access.oauth === undefined ? undefined : new OAuthTokens(access.oauth, { clock, log })
  const authenticate = createAuthenticate({ own: token, ownAccess: deps.access, book, oauth, findTask: deps.findTask })
  const mcp = createMcpDoor({ ...deps, version: VERSION, authenticate }, { ...MCP_DOOR_SETTINGS, ...access.admission })
  const { allowedHosts } = access.admission
  const watch = createObservation({ ...deps, authenticate }, { allowedHosts, metricsOpen: config.metricsOpen })
  const dashboard = config.dashboard
    ? createDashboard(
        { ...deps, authenticate },
        {
          allowedHosts,
          readOnly: config.dashboardReadOnly,
          secure: config.httpPublicUrl?.startsWith('https:') === true,
        },
      )
    : undefined
  const server = createHttpServer(
    config.http,
    [
      { path: '/mcp', handle: (req, res) => mcp.node(req, res) },
      { path: METADATA_PATH, handle: (req, res) => mcp.node(req, res) },
      ...(dashboard === undefined
        ? []
        : [
            { path: '/', handle: dashboard.page },
            { path: '/dashboard', handle: dashboard.below },
          ]),
      ...(config.httpCommands ? [createCommandsDoor({ ...deps, authenticate, allowedHosts })] : []),
      { path: '/healthz', handle: watch.health },
      { path: '/readyz', handle: watch.ready },
      { path: '/metrics', handle: watch.metrics },
      ...(deps.webhook === undefined ? [] : [deps.webhook]),
    ],
    log,
  )
  return {
    tokenFile,
    url: () => server.url(),
    start: async () => {
      await book.start()
      await server.start()
    },
    stop: async () => {
      dashboard?.stop()
      await mcp.stop()
      await server.stop()
      await book.stop()
    },
  }
}
