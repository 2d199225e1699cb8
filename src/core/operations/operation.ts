/**
 * One operation of the catalog: everything a door needs to offer it. Doors project this; they never define their own.
 * Names on the wire are snake_case, durations end in `_ms`, instants are epoch milliseconds.
 */
import type { z } from 'zod'
import type { PeerId } from '../ids.ts'

/** What a caller must be allowed to do; also the scope of a token, as `tasks:read` and so on. */
export const ACCESS = [
  'tasks:read',
  'tasks:submit',
  'tasks:cancel',
  'tasks:work',
  'cache:read',
  'cache:write',
  'peers:read',
  'peers:call',
  'admin',
] as const
export type Access = (typeof ACCESS)[number]

export interface Hints {
  readonly readOnly: boolean
  readonly destructive: boolean
  readonly idempotent: boolean
  /** Its answer may hold text from outside this peer: logs, image labels, peer names. */
  readonly openWorld: boolean
}

export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  /** At most two sentences: what, when, what next. */
  readonly description: string
  readonly access: Access
  /** A right that opens a part of it; the handler says which part. */
  readonly partialAccess?: Access
  readonly hints: Hints
  readonly input: I
  /** What a successful call answers, without the `ok` that doors add. */
  readonly output: O
}

export function defineOperation<I extends z.ZodObject, O extends z.ZodObject, N extends string>(
  operation: Operation<I, O> & { readonly name: N },
): Operation<I, O> & { readonly name: N } {
  return operation
}

/** Whether someone with these rights may call it at all. */
export function isAllowed(
  operation: Pick<Operation, 'access' | 'partialAccess'>,
  access: ReadonlySet<Access>,
): boolean {
  return access.has(operation.access) || (operation.partialAccess !== undefined && access.has(operation.partialAccess))
}

/** Reads only. */
export const READS: Hints = { readOnly: true, destructive: false, idempotent: true, openWorld: false }
/** Adds something; a repeat adds again unless a key says otherwise. */
export const ADDS: Hints = { readOnly: false, destructive: false, idempotent: false, openWorld: false }
/** Changes something; a repeat changes nothing more. */
export const CHANGES: Hints = { readOnly: false, destructive: false, idempotent: true, openWorld: false }
/** Ends something for good; a repeat changes nothing more. */
export const ENDS: Hints = { readOnly: false, destructive: true, idempotent: true, openWorld: false }

export type Door = 'mcp' | 'peers' | 'cli' | 'webhook' | 'dashboard' | 'queue'

/** Who calls, as its door has proven it. */
export interface Caller {
  /** Stable name: `token:<name>`, `peer:<peer id>`, `local`, `webhook:<repository>`. Ownership is by this name. */
  readonly principal: string
  readonly door: Door
  readonly access: ReadonlySet<Access>
  /** Set when a task calls: how deep what it submits stands in a chain of tasks that submit tasks. */
  readonly depth?: number
  /** Set when the caller is a mesh peer. */
  readonly peer?: PeerId
}

export interface ProgressNote {
  /** One cleaned line for people. */
  readonly message: string
  readonly fraction?: number
  /** What it is about, for callers that render it themselves. */
  readonly data?: Readonly<Record<string, string | number>>
}

export interface Call {
  readonly caller: Caller
  /** Aborted when the caller gives up the call. Giving up a wait does not cancel the task. */
  readonly signal: AbortSignal
  /** Tells the caller how far a long call is; free of effect when nobody listens. */
  readonly progress: (note: ProgressNote) => void
}
