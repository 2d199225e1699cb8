/**
 * What is asked of a request before a byte of its body is kept, and how its body is read: within its size, its time and
 * the share of one source. GitHub sends no body above 25 MB and gives up after 10 seconds.
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
 */
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../core/ports/clock.ts'

export interface GuardSettings {
  readonly maxBytes: number
  /** For a whole body. */
  readonly bodyMs: number
  /** Requests of one address at a time. Behind a proxy all have its address. */
  readonly perSource: number
  /** Of all bodies that are read at a time. */
  readonly openBytes: number
}

export const GUARD: GuardSettings = {
  maxBytes: 25 * 1024 * 1024,
  bodyMs: 10_000,
  perSource: 64,
  openBytes: 128 * 1024 * 1024,
}

export interface Refused {
  readonly status: 400 | 401 | 404 | 405 | 408 | 413 | 415 | 503
  readonly message: string
}

export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly status: Refused['status']

  constructor(status: Refused['status'], message: string) {
    super(message)
    this.status = status
  }
}

export interface DeliveryHead {
  readonly id: string
  readonly event: string
  readonly signature: string
}

const EVENT = /^[a-z][a-z0-9_]{0,63}$/
const ID = /^[A-Za-z0-9-]{1,64}$/

/** @throws RequestRefused 400, 401, 405, 413, 415 */
export function readHead({ method, headers }: IncomingMessage, { maxBytes }: GuardSettings): DeliveryHead {
  if (method !== 'POST') throw new RequestRefused(405, 'GitHub delivers by POST.')
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new RequestRefused(415, 'Set the content type of the webhook to application/json.')
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new RequestRefused(415, 'Encoded bodies are not taken.')
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const signature = single(headers['x-hub-signature-256'])
  if (signature === undefined) {
    throw new RequestRefused(401, 'X-Hub-Signature-256 is missing. Give the webhook a secret.')
  }
  const [id, event] = [single(headers['x-github-delivery']), single(headers['x-github-event'])]
  if (id === undefined || !ID.test(id)) throw new RequestRefused(400, 'X-GitHub-Delivery is missing or no id.')
  if (event === undefined || !EVENT.test(event)) throw new RequestRefused(400, 'X-GitHub-Event is missing or no event.')
  return { id, event, signature }
}

export class BodyReader {
  readonly #clock: Clock
  readonly #settings: GuardSettings
  readonly #bySource = new Map<string, number>()
  #openBytes = 0

  constructor(clock: Clock, settings: GuardSettings) {
    this.#clock = clock
    this.#settings = settings
  }

  /** @throws RequestRefused 400 (no UTF-8), 408, 413, 503 */
  async read(request: IncomingMessage): Promise<string> {
    const source = request.socket.remoteAddress ?? ''
    const open = this.#bySource.get(source) ?? 0
    if (open >= this.#settings.perSource) throw new RequestRefused(503, 'Too many deliveries of one source at a time.')
    this.#bySource.set(source, open + 1)
    try {
      return await this.#bytes(request)
    } finally {
      const left = (this.#bySource.get(source) ?? 1) - 1
      if (left === 0) this.#bySource.delete(source)
      else this.#bySource.set(source, left)
    }
  }

  async #bytes(request: IncomingMessage): Promise<string> {
    const { maxBytes, bodyMs, openBytes } = this.#settings
    const chunks: Buffer[] = []
    let bytes = 0
    let isOver = false
    const { promise: late, reject } = Promise.withResolvers<never>()
    const stopTimer = this.#clock.after(bodyMs, () => {
      reject(new RequestRefused(408, 'The body did not arrive in time.'))
    })
    const all = async (): Promise<void> => {
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        // Late bytes of a body that was given up are nobody's.
        if (isOver) continue
        bytes += chunk.length
        this.#openBytes += chunk.length
        if (bytes > maxBytes) throw tooLarge(maxBytes)
        if (this.#openBytes > openBytes) throw new RequestRefused(503, 'Too many deliveries at a time.')
        chunks.push(chunk)
      }
    }
    try {
      await Promise.race([all(), late])
      // Exactly one text per body: what is no UTF-8 could otherwise pass for a signed one.
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
    } catch (thrown) {
      if (thrown instanceof RequestRefused) throw thrown
      throw new RequestRefused(400, 'The body broke off or is no UTF-8.')
    } finally {
      stopTimer()
      isOver = true
      this.#openBytes -= bytes
    }
  }
}

function tooLarge(maxBytes: number): RequestRefused {
  return new RequestRefused(413, `The body is larger than ${String(maxBytes)} bytes.`)
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
