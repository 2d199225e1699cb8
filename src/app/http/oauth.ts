/**
 * Access tokens of an authorization server: JWTs signed by its published keys, issued for this peer (RFC 9068, RFC 8707).
 * This peer issues none itself; it only judges, as the resource server that the MCP specification describes.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
 */
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { ACCESS, type Access, type Caller } from '../../core/operations/operation.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import type { Credential } from '../../mcp/seat.ts'
import { hashOf } from '../access-tokens.ts'

export interface OAuthSettings {
  readonly issuer: string
  readonly audience: string
  /** By default as the issuer's own metadata says. */
  readonly jwksUrl?: string | undefined
}

export interface OAuthDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly fetch?: typeof fetch
}

/** Signatures that only the holder of the private key can make; the keys are public, so nothing symmetric. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const SKEW_S = 30
const ANSWER_MS = 5_000
/** setTimeout's longest; what is open under a token that is good for longer ends then, too. */
const LONGEST_TIMER_MS = 2_147_483_647
const DISCOVERY_BYTES = 262_144

/** Three dot-separated parts in base64url: everything else is not for the authorization server to judge. */
export const LOOKS_LIKE_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

const metadata = z.looseObject({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) })

export class OAuthTokens {
  readonly #settings: OAuthSettings
  readonly #deps: OAuthDeps
  readonly #ends = new Map<string, AbortSignal>()
  #keys: Promise<JWTVerifyGetKey> | undefined

  constructor(settings: OAuthSettings, deps: OAuthDeps) {
    this.#settings = settings
    this.#deps = deps
  }

  /**
   * @returns undefined for a token that is not good here
   * @throws RunnerMeshError peer_unreachable when the issuer's keys cannot be had, which says nothing of the token
   */
  async authenticate(token: string): Promise<Credential | undefined> {
    const { issuer, audience } = this.#settings
    const { clock, log } = this.#deps
    try {
      const { payload } = await jwtVerify(token, await this.#findKeys(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: SKEW_S,
        currentDate: new Date(clock.now()),
      })
      const caller = toCaller(payload)
      return caller === undefined ? undefined : { caller, ended: this.#endOf(token, payload) }
    } catch (cause) {
      if (isUnavailable(cause)) {
        log.error('oauth.keys_unavailable', { issuer, error: errorText(cause) })
        throw new RunnerMeshError('peer_unreachable', `The keys of ${issuer} cannot be had just now.`, { cause })
      }
      log.info('oauth.token_refused', { error: errorText(cause) })
      return undefined
    }
  }

  /** One for all requests under the same token. */
  #endOf(token: string, { exp = 0 }: JWTPayload): AbortSignal {
    const { clock } = this.#deps
    const key = hashOf(token)
    const known = this.#ends.get(key)
    if (known !== undefined) return known
    const ended = new AbortController()
    this.#ends.set(key, ended.signal)
    clock.after(Math.min((exp + SKEW_S) * 1000 - clock.now(), LONGEST_TIMER_MS), () => {
      this.#ends.delete(key)
      ended.abort(new RunnerMeshError('unauthorized', 'The token was good until now.'))
    })
    return ended.signal
  }

  #findKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#openKeys().catch((cause: unknown) => {
      this.#keys = undefined
      throw cause
    })
    return this.#keys
  }

  async #openKeys(): Promise<JWTVerifyGetKey> {
    const { jwksUrl, issuer } = this.#settings
    const url = jwksUrl ?? (await this.#discover(issuer))
    // It keeps the keys, asks again at most every 30 s when one is unknown, and gives up on a slow answer.
    return createRemoteJWKSet(new URL(url), { timeoutDuration: ANSWER_MS })
  }

  /** RFC 8414 first, then OpenID Connect Discovery, each where the specification looks for it. */
  async #discover(issuer: string): Promise<string> {
    const { origin, pathname } = new URL(issuer)
    const path = pathname.replace(/\/$/, '')
    const places = [
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]
    for (const place of new Set(places)) {
      const found = await this.#read(place)
      if (found?.issuer === issuer) return found.jwks_uri
    }
    throw new Unavailable(`No metadata of ${issuer} names its keys. Name them with oauth-jwks-url.`)
  }

  async #read(url: string): Promise<z.output<typeof metadata> | undefined> {
    using limit = new TimeLimit(this.#deps.clock, ANSWER_MS, 'it took too long')
    try {
      const response = await (this.#deps.fetch ?? fetch)(url, { signal: limit.signal, redirect: 'error' })
      if (!response.ok) return undefined
      const text = await response.text()
      return text.length > DISCOVERY_BYTES ? undefined : metadata.safeParse(JSON.parse(text)).data
    } catch (cause) {
      this.#deps.log.debug('oauth.metadata_unread', { url, error: errorText(cause) })
      return undefined
    }
  }
}

class Unavailable extends Error {}

function isUnavailable(cause: unknown): boolean {
  return (
    cause instanceof Unavailable ||
    cause instanceof errors.JWKSTimeout ||
    cause instanceof errors.JWKSInvalid ||
    !(cause instanceof errors.JOSEError) ||
    // Of the key set itself: an answer that is no success, or no JSON.
    cause.code === 'ERR_JOSE_GENERIC'
  )
}

const PRINCIPAL = /^[\x21-\x7e]{1,160}$/

/** @returns undefined for a subject that is no name */
function toCaller({ sub = '', scope, scp }: JWTPayload): Caller | undefined {
  if (!PRINCIPAL.test(sub)) return undefined
  return { principal: `oauth:${sub}`, door: 'mcp', access: new Set([...scopesOf(scope), ...scopesOf(scp)]) }
}

/** `scope` of RFC 9068, words in one string; `scp` of others, a string or a list. */
function scopesOf(claim: unknown): readonly Access[] {
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? (claim as unknown[]) : []
  return ACCESS.filter((right) => words.includes(right))
}
