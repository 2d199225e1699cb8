/**
 * Calls that a peer makes for one of its own callers. It says for whom in `_meta` of the request; here that caller is
 * named after the peer first, owns what it submits under that name, and has the rights that the peer and it both have.
 * The claim can only take rights away: a peer that lies about its callers gains nothing over what it may do itself.
 */
import { z } from 'zod'
import { ACCESS, type Caller } from '../../core/operations/operation.ts'

const KEY = 'runner-mesh/on-behalf-of'

const claim = z.object({ principal: z.string().min(1).max(200), access: z.array(z.string()).max(64) })

export function behalfMeta({ principal, access }: Caller): Readonly<Record<string, unknown>> {
  return { [KEY]: { principal, access: [...access] } }
}

/** @param meta of a request on a session of `peer`; without a claim it speaks for itself */
export function callerOnBehalf(peer: Caller, meta: unknown): Caller {
  const claimed = (meta as Readonly<Record<string, unknown>> | undefined)?.[KEY]
  if (peer.peer === undefined || claimed === undefined) return peer
  const parsed = claim.safeParse(claimed)
  const access = parsed.success ? ACCESS.filter((right) => parsed.data.access.includes(right)) : []
  return {
    principal: `${peer.principal}/${parsed.success ? parsed.data.principal : 'unknown'}`,
    door: peer.door,
    access: new Set(access.filter((right) => peer.access.has(right))),
  }
}
