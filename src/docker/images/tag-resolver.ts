/**
 * The digest that a tag names in its registry, asked without pulling: one HEAD request, which Docker Hub does not count.
 * A registry that does not answer in time is left alone for a while, so that submits never wait for it one by one.
 * @see https://distribution.github.io/distribution/spec/api/#existing-manifests
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
import { errorText } from '../../core/errors.ts'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { parseImageReference } from './image-reference.ts'
import type { CredentialsOf } from './registry-credentials.ts'

export interface TagResolverDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly credentials?: CredentialsOf
}

/** Longer than a burst of submits, shorter than anybody waits to see a tag that was just pushed. */
const KEPT_MS = MINUTE
const ANSWER_MS = 2 * SECOND
const MOST_KEPT = 1_000
const DIGEST = /^sha256:[a-f0-9]{64}$/
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

export class TagResolver {
  readonly #deps: TagResolverDeps
  readonly #known = new Map<string, { readonly digest: Promise<string | undefined>; readonly until: number }>()
  /** Until when, on the monotonic clock, a registry is not asked. */
  readonly #silentUntil = new Map<string, number>()

  constructor(deps: TagResolverDeps) {
    this.#deps = deps
  }

  /** @returns `sha256:…`, or undefined when the registry does not know the image, does not show it or does not answer */
  async digestOf(image: string, signal: AbortSignal): Promise<string | undefined> {
    const { full } = parseImageReference(image)
    const now = this.#deps.clock.mono()
    let known = this.#known.get(full)
    if (known === undefined || known.until <= now) {
      known = { digest: this.#find(image), until: now + KEPT_MS }
      this.#known.delete(full)
      this.#known.set(full, known)
      for (const [oldest] of this.#known) if (this.#known.size > MOST_KEPT) this.#known.delete(oldest)
    }
    signal.throwIfAborted()
    return known.digest
  }

  async #find(image: string): Promise<string | undefined> {
    const { clock, log } = this.#deps
    const { registry } = parseImageReference(image)
    if ((this.#silentUntil.get(registry) ?? -Infinity) > clock.mono()) return undefined
    using limit = new TimeLimit(clock, ANSWER_MS, `no answer within ${ANSWER_MS / SECOND} s`)
    try {
      const answer = await this.#head(image, limit.signal)
      const digest = answer.headers.get('docker-content-digest') ?? ''
      if (answer.ok && DIGEST.test(digest)) return digest
      if (answer.status === 429 || answer.status >= 500) throw new Error(`it answered ${answer.status}`)
      log.info('image.not_pinned', { image, why: `the registry answered ${answer.status}` })
      return undefined
    } catch (error) {
      this.#silentUntil.set(registry, clock.mono() + KEPT_MS)
      const { cause } = error instanceof Error ? error : {}
      log.warn('image.not_pinned', { image, registry, why: errorText(cause ?? error), askedAgainInMs: KEPT_MS })
      return undefined
    }
  }

  async #head(image: string, signal: AbortSignal): Promise<Response> {
    const { registry, name, version } = parseImageReference(image)
    const path = name.startsWith(`${registry}/`) ? name.slice(registry.length + 1) : name
    const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
    const url = `${baseOf(registry)}/v2/${repository}/manifests/${version}`
    const ask = async (authorization?: string): Promise<Response> => {
      const headers = { accept: MANIFESTS, ...(authorization === undefined ? {} : { authorization }) }
      return fetch(url, { method: 'HEAD', redirect: 'manual', signal, headers })
    }
    const first = await ask()
    if (first.status !== 401) return first
    const authorization = await this.#authorization(first.headers.get('www-authenticate') ?? '', registry, signal)
    return authorization === undefined ? first : ask(authorization)
  }

  /** @returns what to show, undefined when there is nothing to show */
  async #authorization(challenge: string, registry: string, signal: AbortSignal): Promise<string | undefined> {
    const held = await this.#deps.credentials?.(registry)
    const basic =
      held === undefined ? undefined : `Basic ${Buffer.from(`${held.username}:${held.password}`).toString('base64')}`
    if (/^basic\b/i.test(challenge)) return basic
    const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]))
    const realm = URL.parse(fields.get('realm') ?? '')
    // Credentials are shown over an encrypted connection, or to this very machine.
    if (realm === null || (realm.protocol !== 'https:' && !isLoopback(realm.host))) return undefined
    for (const key of ['service', 'scope']) {
      const value = fields.get(key)
      if (value !== undefined) realm.searchParams.set(key, value)
    }
    const headers = basic === undefined ? {} : { authorization: basic }
    const answer = await fetch(realm, { redirect: 'error', signal, headers })
    if (!answer.ok) return undefined
    const { token, access_token: other } = (await answer.json()) as { token?: unknown; access_token?: unknown }
    const shown = token ?? other
    return typeof shown === 'string' ? `Bearer ${shown}` : undefined
  }
}

/** Engines take registries on loopback for insecure and speak plain HTTP to them; so does this. */
function baseOf(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io'
  return `${isLoopback(registry) ? 'http' : 'https'}://${registry}`
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/.test(host)
}
