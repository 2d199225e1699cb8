/** Who sits at an MCP connection and what it is shown: proven at the door, carried through the SDK with each request. */
import type { AuthInfo } from '@modelcontextprotocol/server'
import type { Call, Caller } from '../core/operations/operation.ts'
import type { View } from './tools/tool-sets.ts'

/** What a bearer token stands for. */
export interface Credential {
  readonly caller: Caller
  /** Aborted when the token ends: what is answered under it is cut off. */
  readonly ended?: AbortSignal
  /** Aborted when whoever the token was given to is a caller no more: their sessions end. */
  readonly retired?: AbortSignal
}

export interface Seat extends Credential {
  readonly view: View
  /** Of an exchange that is known to call a tool: which. Then nothing else has to be served. */
  readonly calls?: string
}

const seats = new WeakMap<AuthInfo, Seat>()

/** The token itself stays at the door: nothing behind it needs to know it. */
export function toAuthInfo(seat: Seat): AuthInfo {
  const info: AuthInfo = { token: '', clientId: seat.caller.principal, scopes: [...seat.caller.access] }
  seats.set(info, seat)
  return info
}

export function findSeat(info: AuthInfo | undefined): Seat | undefined {
  return info === undefined ? undefined : seats.get(info)
}

/** A call that reports to nobody: reads behind resources, prompts and completions. */
export function quietCall(caller: Caller, signal: AbortSignal = new AbortController().signal): Call {
  return { caller, signal, progress: () => undefined }
}
