/**
 * One line for every call: who asked for what and how it was judged. Arguments stand there as a digest: enough to tell
 * equal calls, and nothing of what is in them.
 */
import { createHash } from 'node:crypto'
import { toErrorView } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Caller } from '../../core/operations/operation.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'

export interface AuditedCall {
  readonly caller: Caller
  /** The tool, or the operation behind a resource. */
  readonly name: string
  readonly args: unknown
  /** As it calls itself; nothing of it is proven. */
  readonly client?: string | undefined
}

/** @returns what tells the verdict once it is known: `ok`, or the code of the refusal */
export function beginAudit(
  log: Logger,
  clock: Clock,
  { caller, name, args, client }: AuditedCall,
): (verdict: string, taskId?: string) => void {
  const began = clock.mono()
  return (verdict, taskId = taskIn(args)) =>
    log.info('mcp.call', {
      principal: caller.principal,
      door: caller.door,
      name,
      arguments: digestOf(args),
      ...(taskId === undefined ? {} : { task: taskId }),
      ...(client === undefined ? {} : { client }),
      verdict,
      ms: Math.round(clock.mono() - began),
    })
}

/** The same operations with a line for each call: for what is asked without a tool. */
export function withAudit(
  operations: Pick<Operations, 'invoke'>,
  log: Logger,
  clock: Clock,
): Pick<Operations, 'invoke'> {
  return {
    invoke: async (name, args, call) => {
      const tell = beginAudit(log, clock, { caller: call.caller, name, args })
      try {
        const output = await operations.invoke(name, args, call)
        tell('ok')
        return output
      } catch (thrown) {
        tell(toErrorView(thrown).code)
        throw thrown
      }
    },
  }
}

function digestOf(args: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(args ?? {}))
    .digest('hex')
    .slice(0, 16)
}

function taskIn(args: unknown): string | undefined {
  const id = (args as { readonly task_id?: unknown } | undefined)?.task_id
  return typeof id === 'string' ? id.slice(0, 64) : undefined
}
