/** How tools that answer a task tell of its log: its end, a piece from a cursor on, or the lines that hold a text. */
import { z } from 'zod'
import { toRunnerMeshError } from '../../core/errors.ts'
import type { OperationName } from '../../core/operations/catalog.ts'
import { parseInput, type Operations } from '../../core/operations/invoke.ts'
import type { Call } from '../../core/operations/operation.ts'
import type { Arguments } from './accepted-arguments.ts'
import { ANSWER_BYTES, shorten } from './answer-cap.ts'
import { readLogWindow, type LogWindow } from './log-window.ts'
import { whyQueued } from './queued-reason.ts'
import { cleaned, type Answer } from './tool-answer.ts'

export interface LogTool {
  /** Lines that it answers unasked. */
  readonly tailLines: number
  /** Whether it takes LOG_INPUT beside. */
  readonly takesMore: boolean
}

/** The tools that tell of a task's log. */
export const LOG_TOOLS: Partial<Readonly<Record<OperationName, LogTool>>> = {
  p2p_taskqueue_get_task: { tailLines: 0, takesMore: true },
  p2p_taskqueue_wait_task: { tailLines: 20, takesMore: false },
}

/** Of `ok` and what else every answer has. */
const ENVELOPE_BYTES = 100
const MOST_LINES = 1_000
/** Of an answer, for the log; what a task is otherwise takes far less than the rest. */
const LOG_BYTES = 12_000

/** What these tools take beside the input of their operation. */
export const LOG_INPUT = {
  log_grep: z.string().min(1).max(1024).optional().describe('Only lines with this text'),
  log_cursor: z.string().max(40).optional().describe('log_next_cursor, or 0 for its start'),
} as const

/** What they answer beside the output of their operation. */
export const LOG_OUTPUT = {
  log: z.string().optional().describe('From log_cursor on, or the lines with log_grep'),
  log_next_cursor: z.string().optional().describe('Pass back as log_cursor to read on; absent at the end of the log'),
  log_missing: z.string().optional(),
} as const

const asked = z.object({ ...LOG_INPUT, log_tail_lines: z.int().min(0).max(MOST_LINES).optional() })

/**
 * Calls the operation and adds the log that was asked for.
 * @throws RunnerMeshError bad_request, and whatever the operations refuse
 */
export async function invokeWithLog(
  name: OperationName,
  input: Arguments,
  { tailLines, takesMore }: LogTool,
  operations: Pick<Operations, 'invoke'>,
  call: Call,
): Promise<Answer> {
  const { log_cursor, log_grep, ...rest } = input
  const wish = parseInput(asked, {
    ...(takesMore ? { log_cursor, log_grep } : {}),
    log_tail_lines: input['log_tail_lines'],
  })
  const isTail = wish.log_cursor === undefined && wish.log_grep === undefined
  const lines = wish.log_tail_lines ?? (isTail ? tailLines : 0)
  const { log_tail: told, ...found } = await operations.invoke(name, takesMore ? rest : input, call)
  const output = { ...found, ...(await whyQueued(found, operations, call)) }
  const tail = typeof told === 'string' ? told : undefined
  if (isTail && (lines === 0 || countLines(tail) >= lines))
    return capped(output, tail === undefined ? {} : { log_tail: tail })

  const window = await readLogWindow(
    operations,
    {
      taskId: String(input['task_id']),
      cursor: wish.log_cursor,
      grep: wish.log_grep,
      tailLines: lines,
      maxBytes: LOG_BYTES,
    },
    call,
  ).catch((thrown: unknown) => {
    // A home that keeps no logs has the end of them in its results.
    if (isTail && toRunnerMeshError(thrown).code === 'peer_not_allowed') return undefined
    throw thrown
  })
  // Right after its end a task's log may still be on its way here, while its end came with the result.
  const isOnItsWay = tail !== undefined && window?.nextCursor !== undefined
  if (isTail && (window === undefined || isOnItsWay))
    return capped(output, tail === undefined ? {} : { log_tail: tail })
  return capped(output, window === undefined ? {} : fieldsOf(window, isTail ? 'log_tail' : 'log'))
}

function fieldsOf({ text, nextCursor, missing }: LogWindow, field: 'log' | 'log_tail'): Answer {
  return {
    [field]: text,
    ...(nextCursor === undefined ? {} : { log_next_cursor: nextCursor }),
    ...(missing === undefined ? {} : { log_missing: missing }),
  }
}

/** The rest gives way: what is cut off a piece of log would be skipped by reading on. */
function capped(output: Answer, log: Answer): Answer {
  const { log_tail: tail, ...fields } = log
  const fixed = Buffer.byteLength(JSON.stringify(fields))
  const shortened = shorten(
    cleaned({ ...output, ...(tail === undefined ? {} : { log_tail: tail }) }),
    ANSWER_BYTES - ENVELOPE_BYTES - fixed,
  )
  return { ...shortened, ...fields }
}

function countLines(text: string | undefined): number {
  return text === undefined ? 0 : text.split('\n').length
}
