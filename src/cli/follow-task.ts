/**
 * A task followed to its end: its log as it is written, its standard output on ours and its standard error on ours, what
 * happens before and between on standard error, and its exit code as ours. A restart of the peer is waited for; the log goes
 * on at the position it had reached.
 */
import { cleanLine } from '../core/clean-text.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { exitCodeOf } from '../core/exit-code.ts'
import type { Output as OutputOf } from '../core/operations/catalog.ts'
import { systemClock } from '../app/system.ts'
import { logPages, printLogPage } from './log-pages.ts'
import type { CommandContext } from './run-command.ts'
import { openPeer } from './peer-link.ts'
import { SteadyLink, type ClosableLink } from './steady-link.ts'
import { createStatusLine, isTerminal } from './status-line.ts'
import { describeTask } from './task-lines.ts'

type Ended = OutputOf<'p2p_taskqueue_wait_task'>

const WAIT_S = 60
const JSON_TAIL_LINES = 1_000

export interface FollowOptions {
  /** What the first Ctrl-C does: cancel the task instead of leaving it alone. A second one leaves at once. */
  readonly cancelOnInterrupt?: boolean
  /** Whether the log is shown as it is written; else the summary ends with its tail. */
  readonly live: boolean
}

/** @param first a link that is open already; it belongs to this call from now on */
export async function followTask(
  context: CommandContext,
  taskId: string,
  { cancelOnInterrupt = false, live }: FollowOptions,
  first?: ClosableLink,
): Promise<number> {
  const { output, streams, onInterrupt } = context
  const over = new AbortController()
  const status = createStatusLine(streams.stderr, systemClock)
  const say = (text: string, fraction?: number): void => {
    if (!output.json) status.show(cleanLine(text, 400), fraction)
  }
  const steady = new SteadyLink(
    { open: () => openPeer(context), clock: systemClock, signal: over.signal, status: say },
    first,
  )
  let interrupts = 0
  onInterrupt(() => {
    interrupts += 1
    if (cancelOnInterrupt && interrupts === 1) {
      say('Cancelling; Ctrl-C again leaves the task to it.')
      steady.call('p2p_taskqueue_cancel', { task_id: taskId }, { signal: over.signal }).catch((cause: unknown) => {
        over.abort(cause)
      })
    } else over.abort(detached(taskId))
  })
  const link = { call: steady.call.bind(steady) }
  const showLog = async (): Promise<void> => {
    for await (const page of logPages(link, taskId, { follow: true }, over.signal, systemClock.now())) {
      status.clear()
      await printLogPage(page, streams)
    }
  }
  try {
    const isShowing = live && !output.json
    const [ended] = await Promise.all([
      waitForEnd(steady, taskId, isShowing, over.signal, say),
      ...(isShowing ? [showLog()] : []),
    ])
    status.clear()
    if (isShowing) streams.stderr.write(`${summary(ended, isTerminal(streams.stderr))}\n`)
    else output.result(ended, () => describeTask(ended.task, ended.log_tail))
    return exitCodeOf(ended.task)
  } catch (thrown) {
    // The other of the two calls ends with the first that fails.
    over.abort(thrown)
    status.clear()
    throw thrown
  } finally {
    await steady.close()
  }
}

async function waitForEnd(
  steady: SteadyLink,
  taskId: string,
  isShowing: boolean,
  signal: AbortSignal,
  say: (text: string, fraction?: number) => void,
): Promise<Ended> {
  for (;;) {
    const answer = await steady.call(
      'p2p_taskqueue_wait_task',
      { task_id: taskId, timeout_s: WAIT_S, log_tail_lines: isShowing ? 0 : JSON_TAIL_LINES },
      {
        signal,
        onProgress: ({ message, fraction, data }) => {
          // Where the log is shown, what the task says while it runs is there.
          if (!isShowing || data?.['phase'] !== 'running') say(message, fraction)
        },
      },
    )
    if (!answer.timed_out) return answer
  }
}

function detached(taskId: string): RunnerMeshError {
  return new RunnerMeshError(
    'cancelled',
    `Detached; the task goes on. Follow it again: runner-mesh follow ${taskId} — cancel it: runner-mesh cancel ${taskId}`,
  )
}

const COLOURS = { completed: '\u001b[32m', failed: '\u001b[31m', cancelled: '\u001b[33m' } as const

function summary({ task }: Ended, coloured: boolean): string {
  const text = describeTask(task, undefined)
  const colour = task.status === 'queued' || task.status === 'running' ? undefined : COLOURS[task.status]
  return coloured && colour !== undefined ? text.replace(task.status, `${colour}${task.status}\u001b[39m`) : text
}
