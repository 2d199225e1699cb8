/**
 * The door for people: the page at /, and below /dashboard its files, the session, the operations of the catalog as the
 * session may call them, and the notices of what changed. It adds no semantics of its own to the operations.
 *
 *   GET /                               the page              GET    /dashboard/<file>      its files
 *   GET, POST, DELETE /dashboard/session  who is logged in    POST   /dashboard/call/<operation>
 *   GET /dashboard/events               server-sent events    GET    /dashboard/history     the last hour, for charts
 *   GET /dashboard/artifact             a file of a task
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RecordAudit } from '../coordinator/audit-trail.ts'
import { cleanText } from '../core/clean-text.ts'
import { RunnerMeshError, toErrorView } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import { CATALOG, isOperationName } from '../core/operations/catalog.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Call } from '../core/operations/operation.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import { sendArtifact } from './artifact-download.ts'
import { Changes } from './changes.ts'
import type { QueueMeter } from './metrics/queue-meter.ts'
import type { Authenticate, WebHandler } from './observation.ts'
import { loadPageFiles, type PageFile } from './page-files.ts'
import { readJsonBody } from './request-body.ts'
import { demandKnownHost, demandOwnOrigin, sendBody, sendRefusal } from './request-guard.ts'
import { isSameSecret, SESSION_MS, Sessions, type Session } from './sessions.ts'

export interface DashboardDeps {
  readonly operations: Operations
  readonly events: Events
  readonly meter: QueueMeter
  readonly authenticate: Authenticate
  readonly recordAudit: RecordAudit
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export interface DashboardSettings {
  readonly allowedHosts: readonly string[]
  readonly readOnly: boolean
  /** Whether people reach it over https, so that the cookie never travels in clear. */
  readonly secure: boolean
}

export interface Dashboard {
  readonly page: WebHandler
  readonly below: WebHandler
  /** Ends all sessions and their streams. */
  stop(): void
}

const COOKIE = 'runner_mesh_session'
const CSRF_HEADER = 'x-runner-mesh-csrf'

/** Scripts and styles come from this peer and stand in files; nothing else runs, loads, or frames the page. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  "require-trusted-types-for 'script'",
].join('; ')

const PAGE_HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-cache',
}

export function createDashboard(deps: DashboardDeps, settings: DashboardSettings): Dashboard {
  const { operations, meter, recordAudit, clock, log } = deps
  const sessions = new Sessions(deps)
  const changes = new Changes(deps)
  let files: ReadonlyMap<string, PageFile> | undefined

  const sendFile = (res: ServerResponse, name: string): void => {
    files ??= loadPageFiles()
    const file = files.get(name)
    if (file === undefined) throw new RunnerMeshError('unknown_operation', 'The dashboard has no such file.')
    res.writeHead(200, { ...PAGE_HEADERS, 'content-type': file.type })
    res.end(file.body)
  }

  const demandSession = (req: IncomingMessage): Session => {
    const session = sessions.find(cookieOf(req))
    if (session === undefined) throw new RunnerMeshError('unauthorized', 'Log in with a token of this runner.')
    return session
  }

  /** For whatever changes something: the page of this origin, and the value that only it was told. */
  const demandIntent = (req: IncomingMessage): Session => {
    demandOwnOrigin(req)
    const session = demandSession(req)
    const given = req.headers[CSRF_HEADER]
    if (typeof given === 'string' && isSameSecret(given, session.csrf)) return session
    throw new RunnerMeshError('forbidden', 'The request does not come from the page. Reload it.')
  }

  const sessionView = ({ caller, csrf }: Session) => ({
    principal: caller.principal,
    access: [...caller.access],
    read_only: settings.readOnly,
    csrf,
  })

  const logIn = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    demandOwnOrigin(req)
    const { token } = (await readJsonBody(req, 4_096)) as { readonly token?: unknown }
    if (typeof token !== 'string') throw new RunnerMeshError('bad_request', 'token: must be a text.')
    const tell = (principal: string, verdict: string): void =>
      recordAudit({ at: clock.now(), principal, door: 'dashboard', operation: 'login', verdict, ms: 0 })
    try {
      const { cookie, session } = await sessions.open(token.trim(), req.socket.remoteAddress ?? '')
      tell(session.caller.principal, 'ok')
      const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${String(SESSION_MS / 1000)}${settings.secure ? '; Secure' : ''}`
      res.setHeader('set-cookie', `${COOKIE}=${cookie}; ${attributes}`)
      sendBody(res, 200, { session: sessionView(session) })
    } catch (thrown) {
      tell('unknown', toErrorView(thrown).code)
      throw thrown
    }
  }

  const logOut = (req: IncomingMessage, res: ServerResponse): void => {
    demandIntent(req)
    sessions.close(cookieOf(req) ?? '')
    res.setHeader('set-cookie', `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`)
    sendBody(res, 200, {})
  }

  const callOperation = async (req: IncomingMessage, res: ServerResponse, name: string): Promise<void> => {
    const session = demandIntent(req)
    if (settings.readOnly && isOperationName(name) && !CATALOG[name].hints.readOnly)
      throw new RunnerMeshError('forbidden', 'This dashboard is read-only.')
    const input = await readJsonBody(req, 1_048_576)
    const output = await operations.invoke(name, input, callOf(res, session))
    sendBody(res, 200, name === 'p2p_taskqueue_read_log' ? output : clean(output))
  }

  const routes: Readonly<Record<string, (req: IncomingMessage, res: ServerResponse) => Promise<void> | void>> = {
    // Nobody being logged in is no fault: it is what the page asks first.
    'GET session': (req, res) => {
      const session = sessions.find(cookieOf(req))
      sendBody(res, 200, session === undefined ? {} : { session: sessionView(session) })
    },
    'POST session': logIn,
    'DELETE session': logOut,
    'GET events': (req, res) => changes.stream(res, demandSession(req)),
    'GET history': (req, res) => {
      const { caller } = demandSession(req)
      if (!caller.access.has('tasks:read'))
        throw new RunnerMeshError('forbidden', 'The charts need the right tasks:read.')
      const { githubBudget: budget } = meter
      const github = budget === undefined ? {} : { github: { limit: budget.limit, remaining: budget.remaining } }
      sendBody(res, 200, { minutes: meter.history.list(), ...github })
    },
    'GET artifact': (req, res) => {
      const { searchParams } = new URL(req.url ?? '/', 'http://peer')
      return sendArtifact(res, operations, callOf(res, demandSession(req)), searchParams)
    },
  }

  const answer =
    (handle: WebHandler): WebHandler =>
    async (req, res) => {
      try {
        demandKnownHost(req, settings.allowedHosts)
        await handle(req, res)
      } catch (thrown) {
        const { code } = toErrorView(thrown)
        if (code === 'internal') log.error('dashboard.request_failed', { thrown })
        if (res.headersSent) res.destroy()
        else sendRefusal(res, thrown)
      }
    }

  return {
    page: answer((_req, res) => {
      sendFile(res, 'page.html')
      return Promise.resolve()
    }),
    below: answer(async (req, res) => {
      const path = (req.url ?? '/').split('?', 1)[0]?.replace(/^\/dashboard\/?/, '') ?? ''
      const method = req.method ?? 'GET'
      const route = routes[`${method} ${path}`]
      if (route !== undefined) await route(req, res)
      else if (method === 'POST' && path.startsWith('call/')) await callOperation(req, res, path.slice('call/'.length))
      else sendFile(res, path)
    }),
    stop: () => sessions.closeAll(),
  }
}

/** A call ends with the page that asked, or with its session. */
function callOf(res: ServerResponse, { caller, ended }: Session): Call {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new RunnerMeshError('cancelled', 'The page has gone.'))
  })
  return { caller, signal: AbortSignal.any([gone.signal, ended]), progress: () => undefined }
}

/** Names, labels and errors come from anywhere. What a container wrote is cleaned where its colours are read. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item)]))
}

function cookieOf(req: IncomingMessage): string | undefined {
  const cookies = (req.headers.cookie ?? '').split(';').map((part) => part.trim())
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
}
