/**
 * The operations for a command line on another machine: `POST /commands/<operation>` with a bearer token and the input as
 * JSON. The answer is JSON, one document a line: any number of `{"progress": {message, fraction, data}}`, empty lines that
 * keep proxies from closing a silent wait, and last `{"result": …}` or `{"error": …}` as peers write them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ERRORS, RunnerMeshError, toRunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { Authenticate } from '../../dashboard/observation.ts'
import { readJsonBody } from '../../dashboard/request-body.ts'
import { bearerOf, demandKnownHost } from '../../dashboard/request-guard.ts'
import { RATE_LIMIT_SETTINGS, RateLimit } from '../../mcp/access/rate-limit.ts'
import { toWireError } from '../../peers/wire-errors.ts'
import type { HttpMount } from './http-server.ts'

export const COMMANDS_PATH = '/commands'

export interface CommandsDoorDeps {
  readonly operations: Pick<Operations, 'invoke'>
  readonly authenticate: Authenticate
  /** Host names without ports under which it answers. */
  readonly allowedHosts: readonly string[]
  readonly clock: Clock
  readonly log: Logger
}

const MOST_BYTES = 1_048_576
/** Calls of all callers under way. */
const MOST_OPEN = 256
const BEAT_MS = 15 * SECOND
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

export function createCommandsDoor(deps: CommandsDoorDeps): HttpMount {
  const { operations, authenticate, allowedHosts, clock, log } = deps
  const limit = new RateLimit(clock, RATE_LIMIT_SETTINGS)
  let open = 0

  const admit = async (req: IncomingMessage) => {
    demandKnownHost(req, allowedHosts)
    if (req.headers.origin !== undefined)
      throw new RunnerMeshError('forbidden', 'Pages of a browser use the dashboard; this is for command lines.')
    const token = bearerOf(req)
    const credential = token === undefined ? undefined : await authenticate(token)
    if (credential === undefined || credential.ended?.aborted === true)
      throw new RunnerMeshError(
        'unauthorized',
        'The token is not known here, or has ended. Make one there with: runner-mesh token create <name>',
      )
    if (req.method !== 'POST')
      throw new RunnerMeshError('bad_request', `Send POST ${COMMANDS_PATH}/<operation> with its input as JSON.`)
    const retryAfterMs = limit.take(credential.caller.principal)
    if (retryAfterMs > 0 || open >= MOST_OPEN)
      throw new RunnerMeshError('rate_limited', 'Too many commands at once. Try again in a moment.', {
        retryAfterMs: Math.max(retryAfterMs, SECOND),
      })
    return credential
  }

  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { caller, ended } = await admit(req)
    const name = (req.url ?? '').split('?', 1)[0]?.slice(COMMANDS_PATH.length + 1) ?? ''
    const input = await readJsonBody(req, MOST_BYTES)
    const gone = new AbortController()
    res.once('close', () => gone.abort(new RunnerMeshError('cancelled', 'The command line has gone.')))
    let stopBeat = (): void => undefined
    const beat = (): void => {
      stopBeat = clock.after(BEAT_MS, () => {
        write(res, '\n')
        beat()
      })
    }
    beat()
    open += 1
    try {
      const result = await operations.invoke(name, input, {
        caller: { ...caller, door: 'cli' },
        signal: ended === undefined ? gone.signal : AbortSignal.any([gone.signal, ended]),
        progress: (note) => write(res, `${JSON.stringify({ progress: note })}\n`),
      })
      end(res, 200, { result })
    } finally {
      open -= 1
      stopBeat()
    }
  }

  return {
    path: COMMANDS_PATH,
    handle: async (req, res) => {
      try {
        await answer(req, res)
      } catch (thrown) {
        const { code } = toRunnerMeshError(thrown)
        if (code === 'internal') log.error('commands.failed', { thrown })
        end(res, ERRORS[code].http, { error: toWireError(thrown) })
      }
    },
  }
}

/** The first line decides the status; whatever goes wrong later stands in the last line. */
function write(res: ServerResponse, line: string): void {
  if (res.writableEnded || res.destroyed) return
  if (!res.headersSent) res.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' })
  res.write(line)
}

function end(res: ServerResponse, status: number, last: object): void {
  if (!res.headersSent) res.writeHead(status, { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8' })
  res.end(`${JSON.stringify(last)}\n`)
}
