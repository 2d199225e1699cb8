/**
 * The door for GitHub: a delivery is checked, put on disk and acknowledged, in that order and within milliseconds. What it
 * asks for is done from the inbox. Nothing of a payload is logged or answered.
 *
 *   202 kept · 200 known already, or a ping · 400 no delivery · 401 not signed with a secret of ours · 404 another path, or
 *   a repository that is not served · 405, 408, 413, 415 see request-guard.ts · 503 come again
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { errorText, toRunnerMeshError } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { DeliveryInbox } from '../core/ports/delivery-inbox.ts'
import { BodyReader, GUARD, readHead, RequestRefused, type GuardSettings } from './request-guard.ts'
import type { ServedRepositories } from './served-repositories.ts'
import type { Signatures } from './signatures.ts'

export const WEBHOOK_PATH = '/webhook'

export interface ListenerDeps {
  readonly inbox: Pick<DeliveryInbox, 'accept'>
  readonly signatures: Signatures
  readonly served: ServedRepositories
  readonly clock: Clock
  readonly log: Logger
  /** A delivery was put into the inbox. */
  readonly onAccepted: () => void
}

interface Reply {
  readonly status: number
  readonly message: string
}

const named = z.object({ repository: z.object({ full_name: z.string().max(200) }).optional() })

const OPEN: ReadonlySet<string> = new Set(['storage_low', 'storage_failed', 'queue_full', 'stopping'])

export function createListener(deps: ListenerDeps, settings: GuardSettings = GUARD) {
  const reader = new BodyReader(deps.clock, settings)
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = deps.clock.mono()
    const reply = await answerTo(deps, reader, settings, request).catch(asReply)
    const { status } = reply
    const line = { status, event: loggable(request.headers['x-github-event']), ms: deps.clock.mono() - startedAt }
    if (status < 300) deps.log.debug('webhook.delivered', line)
    else deps.log.warn('webhook.refused', { ...line, why: reply.message, source: request.socket.remoteAddress })
    send(request, response, reply, deps.clock)
  }
}

async function answerTo(
  { inbox, signatures, served, clock, onAccepted }: ListenerDeps,
  reader: BodyReader,
  settings: GuardSettings,
  request: IncomingMessage,
): Promise<Reply> {
  if ((request.url ?? '').split('?', 1)[0] !== WEBHOOK_PATH) throw new RequestRefused(404, 'There is nothing here.')
  const { id, event, signature } = readHead(request, settings)
  const body = await reader.read(request)
  if (!(await signatures.isGenuine(body, signature))) {
    throw new RequestRefused(401, 'The signature does not fit the body. Check the secret of the webhook.')
  }
  if (event === 'ping') return { status: 200, message: 'pong' }
  const repository = repositoryOf(body)
  if (repository === undefined) return { status: 200, message: 'It is about no repository: nothing to do.' }
  if (!served.serves(repository)) throw new RequestRefused(404, 'This repository is not served here.')
  const isNew = await inbox.accept({ id, event, repository, receivedAt: clock.now(), body })
  if (!isNew) return { status: 200, message: 'It is known already.' }
  onAccepted()
  return { status: 202, message: 'It is kept and will be worked on.' }
}

/** @throws RequestRefused 400 */
function repositoryOf(body: string): string | undefined {
  try {
    return named.parse(JSON.parse(body)).repository?.full_name
  } catch {
    throw new RequestRefused(400, 'The body is no JSON object of an event.')
  }
}

function asReply(thrown: unknown): Reply {
  if (thrown instanceof RequestRefused) return thrown
  const { code } = toRunnerMeshError(thrown)
  if (OPEN.has(code)) return { status: 503, message: errorText(thrown) }
  throw thrown
}

/** A connection that is closed with bytes unread takes its answer with it: they are read and thrown away for this long. */
const LINGER_MS = SECOND

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, message }: Reply,
  clock: Pick<Clock, 'after'>,
): void {
  const isCutOff = !request.complete
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'POST' } : {}),
    ...(status === 503 ? { 'retry-after': '30' } : {}),
    ...(isCutOff ? { connection: 'close' } : {}),
  })
  response.end(JSON.stringify({ message }), () => {
    if (!isCutOff) return
    request.resume()
    request.once(
      'close',
      clock.after(LINGER_MS, () => request.destroy()),
    )
  })
}

function loggable(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(header) ? header : 'unknown'
}
