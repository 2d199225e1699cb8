/** How a run ended, from what the engine's inspect says and from what we did to it. Pure. */
import { constants } from 'node:os'
import { cleanLine } from '../../core/clean-text.ts'
import type { RunEnd, StopCause } from '../../core/ports/executor.ts'
import type { TaskReason } from '../../core/task.ts'

/** Why we ended a container ourselves: what the caller asked for, or a limit of our own. */
export type EndCause = StopCause | 'timeout_run' | 'timeout_prepare' | 'disk'

/** The part of `State` that counts. */
export interface EndedState {
  readonly ExitCode: number
  readonly OOMKilled: boolean
  readonly Error: string
  /** Whether the kernel ended a process of this machine for want of memory while it ran. */
  readonly isOomLikely?: boolean
}

export interface Limits {
  readonly prepareMs: number
  readonly runMs: number
  readonly memoryMiB: number
  readonly diskMiB: number
}

type Verdict = Pick<RunEnd, 'status' | 'reason' | 'exitCode' | 'signal' | 'message'>

/** How the engine's init reports a command that it could not start; it then exits with 126 or 127. */
const INIT_FAILED = /\[FATAL tini \([0-9]+\)\] exec (.+) failed: (.+)/
/** What containerd and runc, in all their versions, put before the sentence that matters. */
const FRAMES =
  /^(?:(?:failed to create (?:shim|task)[^:]*|OCI runtime create failed|runc create failed|unable to start container process|\w+_linux\.go:\d+|(?:starting container process|container init|process_linux) caused): )+/
/** What every C library says of ENOSPC and EDQUOT. */
const NO_SPACE = /no space left on device|disk quota exceeded/i
/** A shell's convention, which the engine's init follows: 128 and the number of the signal that ended the process. */
const SIGNAL_BASE = 128

const SIGNAL_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name]),
)

/** @param lastErrorText the last bytes of standard error, as text */
export function verdictOfExit(state: EndedState, lastErrorText: string, limits: Limits): Verdict {
  const { ExitCode: exitCode } = state
  if (state.OOMKilled && exitCode !== 0) {
    return failed('oom', `The task went over its memory limit of ${limits.memoryMiB} MiB.`, {
      exitCode,
      signal: 'SIGKILL',
    })
  }
  if (state.Error !== '') return failed('exit', startFault(state.Error), { exitCode })
  if (exitCode === 0) return { status: 'completed', exitCode }
  if (NO_SPACE.test(lastErrorText)) {
    return failed('disk', 'The task found no space left to write to, by the last it said.', { exitCode })
  }
  if (exitCode === 126 || exitCode === 127) return failed('exit', commandFault(exitCode, lastErrorText), { exitCode })
  const signal = SIGNAL_NAMES.get(exitCode - SIGNAL_BASE)
  if (signal === 'SIGKILL' && state.isOomLikely === true) {
    const message = `The command was ended by SIGKILL while the kernel ended processes for want of memory; the task's limit is ${limits.memoryMiB} MiB.`
    return failed('oom', message, { exitCode, signal })
  }
  if (signal !== undefined) return failed('signal', `The command was ended by ${signal}.`, { exitCode, signal })
  return failed('exit', `The command ended with exit code ${exitCode}.`, { exitCode })
}

/** The end of a run that we stopped. A code of the process is passed on, but decides nothing. */
export function verdictOfStop(cause: EndCause, limits: Limits, exitCode?: number): Verdict {
  const code = exitCode === undefined ? {} : { exitCode }
  switch (cause) {
    case 'cancelled':
      return { status: 'cancelled', reason: 'cancelled', message: 'The task was cancelled.', ...code }
    case 'timeout_total':
      return failed('timeout_total', 'The task ran out of the time it may take in all.', code)
    case 'timeout_run':
      return failed('timeout_run', `The command ran longer than ${seconds(limits.runMs)}.`, code)
    case 'timeout_prepare':
      return failed('timeout_prepare', `Getting the image ready took longer than ${seconds(limits.prepareMs)}.`, code)
    case 'disk':
      return failed('disk', `The task wrote more than its ${limits.diskMiB} MiB of disk.`, code)
    case 'lease_lost':
      return failed('worker_lost', 'The worker lost its lease on the task.', code)
    case 'stopping':
      return failed('worker_lost', 'The worker is stopping.', code)
  }
}

/** How such a process ended is nobody's word for its success. */
export const STOPPED_BY_OTHERS = failed(
  'worker_lost',
  'The engine, or somebody else on this machine, stopped the container while it ran.',
)
/** An engine that shuts down stops its containers, and the next one does not know of it. */
export const END_UNSEEN = failed(
  'worker_lost',
  'The engine has no record of how the container ended, as after a restart: whether it stopped the container is unknown.',
)

/** The engine refused to create or to start the container: its sentence without the chain of components around it. */
export function startFault(engineText: string): string {
  const text = cleanLine(engineText, 2_000)
    .replace(/^\(HTTP code [0-9]+\)[^-]*- /, '')
    .replace(/: unknown\b.*$/, '')
  const missing = /exec: \\?"([^"\\]+)\\?": (.+)$/.exec(text)
  if (missing !== null) return noCommand(missing[1] ?? '', missing[2] ?? '')
  return `The engine could not start the container: ${sentence(text.replace(FRAMES, ''))}`
}

export function failed(
  reason: TaskReason,
  message: string,
  more: Pick<RunEnd, 'exitCode' | 'signal'> = {},
): Verdict & { readonly status: 'failed'; readonly reason: TaskReason; readonly message: string } {
  return { status: 'failed', reason, message, ...more }
}

function commandFault(exitCode: 126 | 127, lastErrorText: string): string {
  const init = INIT_FAILED.exec(lastErrorText)
  if (init !== null) return noCommand(init[1] ?? '', init[2] ?? '')
  return exitCode === 127
    ? 'The command ended with exit code 127: a command in it was not found.'
    : 'The command ended with exit code 126: a command in it could not be executed.'
}

function noCommand(name: string, why: string): string {
  return `The container could not start ${JSON.stringify(cleanLine(name, 200))}: ${sentence(cleanLine(why, 300))} Name a command that the image holds.`
}

function sentence(text: string): string {
  const trimmed = text.trim()
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

function seconds(ms: number): string {
  return `${String(ms / 1_000)} s`
}
