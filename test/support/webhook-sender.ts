/** Sends deliveries as GitHub does, and some as it never would. */
import { request } from 'node:http'
import { signBody } from '../../src/webhook/signatures.ts'

export const SECRET = 'the secret of the tests'

export interface Sending {
  readonly url: string
  readonly event?: string
  readonly id?: string
  readonly body: string
  readonly secret?: string
  readonly method?: string
  /** Laid over those that GitHub sends; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
}

export interface Heard {
  readonly status: number
  readonly message: string
  readonly headers: Headers
}

let last = 0

/** A fresh id in the form of GitHub's. */
export function deliveryId(): string {
  last += 1
  return `00000000-0000-11f0-8000-${String(last).padStart(12, '0')}`
}

export async function deliver({ url, event = 'push', id = deliveryId(), body, ...more }: Sending): Promise<Heard> {
  const { secret = SECRET, method = 'POST', headers = {} } = more
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-hub-signature-256': await signBody([secret], body),
    ...headers,
  }
  const sent = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const answer = await fetch(url, {
    method,
    headers: sent.map(([name, value]) => [name, value]),
    body: method === 'GET' ? null : body,
  })
  const { message = '' } = (await answer.json()) as { message?: string }
  return { status: answer.status, message, headers: answer.headers }
}

/** Headers first, then pieces without a length, as many as are taken; resolves with the status, 0 when cut off without one. */
export function trickle(
  url: string,
  { headers = {}, pieces, piece }: { headers?: Record<string, string>; pieces: number; piece: Buffer },
): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-delivery': deliveryId(),
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        ...headers,
      },
    })
    sending.on('response', (response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
      sending.destroy()
    })
    sending.on('error', () => {
      resolve(0)
    })
    sending.flushHeaders()
    const next = (left: number): void => {
      if (left === 0 || sending.destroyed) return
      sending.write(piece, () => {
        next(left - 1)
      })
    }
    next(pieces)
  })
}
