/**
 * Who asked for what, through whichever door, and how it was judged: an entry for every operation that hands in, ends or
 * administers, and for every call that was refused for want of a right. Reads and the talk of workers leave none.
 */
import { toErrorView, type ErrorCode } from '../core/errors.ts'
import { CATALOG, isOperationName } from '../core/operations/catalog.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Access, Caller, Operation } from '../core/operations/operation.ts'
import type { Clock } from '../core/ports/clock.ts'

export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly at: number
  readonly principal: string
  readonly door: Caller['door']
  readonly operation: string
  readonly task_id?: string
  /** `ok`, or the code of the refusal. */
  readonly verdict: string
  readonly ms: number
}

export type RecordAudit = (entry: AuditEntry) => void

const AUDITED: ReadonlySet<Access> = new Set(['tasks:submit', 'tasks:cancel', 'peers:call', 'admin'])
const REFUSALS: ReadonlySet<ErrorCode> = new Set(['forbidden', 'unauthorized', 'policy_refused', 'unknown_operation'])

/** The same operations, with an entry for each call that is worth one. */
export function withAuditTrail(operations: Operations, record: RecordAudit, clock: Clock): Operations {
  const audited = async <T>(name: string, input: unknown, caller: Caller, ask: () => Promise<T>): Promise<T> => {
    const began = clock.mono()
    const tell = (verdict: string, taskId: string | undefined): void =>
      record({
        at: clock.now(),
        principal: caller.principal,
        door: caller.door,
        operation: name.slice(0, 80),
        ...(taskId === undefined ? {} : { task_id: taskId }),
        verdict,
        ms: Math.round(clock.mono() - began),
      })
    const changes = isAudited(name)
    try {
      const output = await ask()
      if (changes) tell('ok', taskIn(input) ?? taskIn(output))
      return output
    } catch (thrown) {
      const { code } = toErrorView(thrown)
      if (changes || REFUSALS.has(code)) tell(code, taskIn(input))
      throw thrown
    }
  }
  return {
    invoke: (name, input, call) => audited(name, input, call.caller, () => operations.invoke(name, input, call)),
    call: (name, input, call) => audited(name, input, call.caller, () => operations.call(name, input, call)),
  }
}

function isAudited(name: string): boolean {
  if (!isOperationName(name)) return false
  const { access, partialAccess, hints }: Operation = CATALOG[name]
  return !hints.readOnly && (AUDITED.has(access) || (partialAccess !== undefined && AUDITED.has(partialAccess)))
}

function taskIn(value: unknown): string | undefined {
  const id = (value as { readonly task_id?: unknown } | null | undefined)?.task_id
  return typeof id === 'string' ? id.slice(0, 64) : undefined
}
