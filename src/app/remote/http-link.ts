/** The operations of a peer elsewhere, over its HTTP server: each call is a request of its own, under a bearer token. */
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { ProgressNote } from '../../core/operations/operation.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { LinkCallOptions, OperationsLink } from '../../core/ports/link.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { linkOver } from '../../peers/operations-rpc.ts'
import { toProgressNote } from '../../peers/progress-notes.ts'
import { fieldOf, fromWireError } from '../../peers/wire-errors.ts'
import { COMMANDS_PATH } from '../http/commands-door.ts'

export interface HttpLinkOptions {
  /** Where the HTTP server of the peer is reached; a path in front of it is kept. */
  readonly url: string
  readonly token: string
  readonly clock: Pick<Clock, 'after'>
}

/** Bad gateway, service unavailable, gateway timeout. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])
const KNOCK_MS = 15 * SECOND
const MOST_LINE_CHARACTERS = 16 * 1_048_576

/**
 * Each call is a request of its own; that somebody is there is asked beforehand, so that who waits for a peer learns when it
 * is back.
 * @throws RunnerMeshError peer_unreachable
 */
export async function openHttpLink({
  url,
  token,
  clock,
}: HttpLinkOptions): Promise<OperationsLink & { close(): Promise<void> }> {
  const closing = new AbortController()
  const base = url.replace(/\/+$/, '')
  await knock(base, clock)
  const request = async (method: string, params: unknown, options: LinkCallOptions = {}): Promise<unknown> => {
    const signal = AbortSignal.any([closing.signal, ...(options.signal === undefined ? [] : [options.signal])])
    const response = await ask(`${base}${COMMANDS_PATH}/${method}`, token, params, signal)
    return readAnswer(response, base, options.onProgress, signal)
  }
  const link = linkOver({ closed: closing.signal, request }, { peer: undefined, homes: [] }, `the peer at ${base}`)
  return {
    ...link,
    close: () => {
      closing.abort(new RunnerMeshError('peer_unreachable', `The link to the peer at ${base} was closed.`))
      return Promise.resolve()
    },
  }
}

/** What answers, and how, the first call will tell; the token is not shown for this. */
async function knock(base: string, clock: Pick<Clock, 'after'>): Promise<void> {
  using limit = new TimeLimit(clock, KNOCK_MS, `no answer within ${String(KNOCK_MS / SECOND)} s`)
  try {
    const response = await fetch(`${base}/healthz`, { redirect: 'manual', signal: limit.signal })
    await response.body?.cancel()
    throwIfAway(response, base)
  } catch (cause) {
    if (cause instanceof RunnerMeshError) throw cause
    throw unreachable(base, cause)
  }
}

/** A proxy speaks for a peer that does not answer it. */
function throwIfAway({ status, headers }: Response, base: string): void {
  if (AWAY.has(status) && headers.get('content-type')?.startsWith('application/x-ndjson') !== true)
    throw unreachable(base, new Error(`a proxy answers HTTP ${String(status)}`))
}

async function ask(url: string, token: string, params: unknown, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
      // Another place was not what the token was given for.
      redirect: 'error',
      signal,
    })
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    throw unreachable(url, cause)
  }
}

/** @throws RunnerMeshError what the peer refused; protocol_mismatch when it is no peer; peer_unreachable when it breaks off */
async function readAnswer(
  response: Response,
  base: string,
  onProgress: ((note: ProgressNote) => void) | undefined,
  signal: AbortSignal,
): Promise<unknown> {
  const isOurs = response.headers.get('content-type')?.startsWith('application/x-ndjson') === true
  if (!isOurs || response.body === null) {
    await response.body?.cancel()
    throwIfAway(response, base)
    throw new RunnerMeshError(
      'protocol_mismatch',
      `What answers at ${base} takes no commands (HTTP ${String(response.status)}). Is it the HTTP address of a peer, and is http-commands on there?`,
    )
  }
  try {
    for await (const line of linesOf(response.body)) {
      const said: unknown = JSON.parse(line)
      const [result, error, progress] = [fieldOf(said, 'result'), fieldOf(said, 'error'), fieldOf(said, 'progress')]
      if (error !== undefined) throw fromWireError(error, `The peer at ${base}`)
      if (result !== undefined) return result
      onProgress?.(toProgressNote(progress))
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    if (cause instanceof RunnerMeshError) throw cause
    throw unreachable(base, cause)
  }
  throw unreachable(base, new Error('it broke off in the middle of its answer'))
}

/** Without the empty ones. Leaving the loop lets go of the body. @throws RunnerMeshError protocol_mismatch */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MOST_LINE_CHARACTERS)
      throw new RunnerMeshError('protocol_mismatch', 'The peer answers with a line that is longer than any answer is.')
    yield* lines.filter((line) => line !== '')
  }
}

function unreachable(url: string, thrown: unknown): RunnerMeshError {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : errorText(cause)
  return new RunnerMeshError(
    'peer_unreachable',
    `No peer answers at ${new URL(url).origin} (${why}). Is it up, and does its --http listen there?`,
    { cause: thrown },
  )
}
