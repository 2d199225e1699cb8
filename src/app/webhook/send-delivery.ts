/** Sends a delivery as GitHub does, to try a listener without a way in from outside. */
import { readFile } from 'node:fs/promises'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { signBody, type Secrets } from '../../webhook/signatures.ts'

export interface DeliveryToSend {
  readonly url: string
  readonly event: string
  readonly id: string
  readonly body: string
  readonly secrets: Secrets
}

export interface SentDelivery {
  readonly status: number
  readonly message: string
}

const PATIENCE_MS = 10 * SECOND

/** @throws RunnerMeshError peer_unreachable: nobody answers; bad_request: what answers is no listener of ours */
export async function sendDelivery(
  sending: DeliveryToSend,
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
): Promise<SentDelivery> {
  const { url, event, id, body, secrets } = sending
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/runner-mesh',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-hub-signature-256': await signBody(secrets, body),
  }
  using limit = new TimeLimit(clock, PATIENCE_MS, 'no answer within 10 s')
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal: limit.or(signal), redirect: 'manual' })
    const { message = '' } = (await answer.json().catch(() => ({}))) as { message?: string }
    return { status: answer.status, message }
  } catch (cause) {
    const { cause: reason } = cause instanceof Error ? cause : {}
    const why = errorText(reason ?? cause)
    throw new RunnerMeshError(
      'peer_unreachable',
      `Nobody answers at ${url}: ${why}. Start a peer with --http and --webhook-secret-file, or name its listener with --to.`,
      { cause },
    )
  }
}

/** @throws RunnerMeshError bad_request: cannot be read, or no JSON object */
export async function readPayload(path: string): Promise<unknown> {
  try {
    const payload: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) return payload
  } catch (cause) {
    throw new RunnerMeshError('bad_request', `Cannot read the payload ${path}: ${errorText(cause)}.`, { cause })
  }
  throw new RunnerMeshError('bad_request', `The payload ${path} is no JSON object.`)
}
