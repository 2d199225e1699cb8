/** Whose bearer token a request over HTTP carries: the owner's, one that was given out, or an authorization server's. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Access, Caller } from '../../core/operations/operation.ts'
import { TASK_TOKEN_PREFIX } from '../../core/task-token.ts'
import type { Authenticate } from '../../mcp/access/admission.ts'
import { LOOKS_LIKE_JWT, type OAuthTokens } from './oauth.ts'
import type { TokenBook } from '../token-book.ts'

export interface BearerSources {
  /** The peer's own token, in its state directory. */
  readonly own: string
  /** What its holder may do. */
  readonly ownAccess: ReadonlySet<Access>
  readonly book: TokenBook
  readonly oauth: OAuthTokens | undefined
  /** Who a token of a running task stands for. */
  readonly findTask?: ((token: string) => Promise<Caller | undefined>) | undefined
}

export function createAuthenticate({ own, ownAccess, book, oauth, findTask }: BearerSources): Authenticate {
  const expected = digest(own)
  const owner = { caller: { principal: 'token:default', door: 'mcp', access: ownAccess } } as const
  return async (given) => {
    if (timingSafeEqual(digest(given), expected)) return owner
    if (given.startsWith(TASK_TOKEN_PREFIX)) {
      const caller = await findTask?.(given)
      return caller === undefined ? undefined : { caller }
    }
    const credential = await book.authenticate(given)
    if (credential !== undefined || oauth === undefined || !LOOKS_LIKE_JWT.test(given)) return credential
    return oauth.authenticate(given)
  }
}

/** Equal lengths, so that comparing tells nothing of the token. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
