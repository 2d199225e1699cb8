/**
 * When a schedule falls due: five fields (minute, hour, day of month, month, day of week) or a name such as @daily, in a
 * time zone. Where summer time begins, an instant that does not exist falls on the first one after the gap; where it ends,
 * a fixed time falls due once.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/crontab.html
 */
import { Cron } from 'croner'
import { errorText, RunnerMeshError } from '../../core/errors.ts'

/** The library would also take a date, or six fields with seconds. */
const FORM = /^(?:@[a-z]+|\S+(?:\s+\S+){4})$/

export interface Schedule {
  /** The first instant after `at`. */
  next(at: number): number
  /** The last instant up to and including `at`; undefined when there never was one. */
  latest(at: number): number | undefined
}

/** @throws RunnerMeshError bad_request: no such expression or time zone, or one that never falls due */
export function parseSchedule(expression: string, timeZone: string): Schedule {
  const text = expression.trim()
  const refuse = (why: string, cause?: unknown): RunnerMeshError =>
    new RunnerMeshError(
      'bad_request',
      `Cannot schedule ${JSON.stringify(text)} in time zone ${JSON.stringify(timeZone)}: ${why} Write minute hour day month weekday, such as "0 3 * * 1-5", and a zone such as Europe/Berlin.`,
      { cause },
    )
  if (!FORM.test(text)) throw refuse('it has not five fields.')
  const next = (cron: Cron, at: number): number => {
    const found = cron.nextRun(new Date(at))
    if (found === null) throw refuse('it never falls due.')
    return found.getTime()
  }
  try {
    // Without a function to call it starts no timer.
    const cron = new Cron(text, { timezone: timeZone, mode: '5-part', paused: true })
    // The library looks at the time zone only when it is asked.
    next(cron, 0)
    return {
      next: (at) => next(cron, at),
      latest: (at) => cron.previousRuns(1, new Date(at + 1))[0]?.getTime(),
    }
  } catch (cause) {
    if (cause instanceof RunnerMeshError) throw cause
    throw refuse(`${errorText(cause)}.`, cause)
  }
}
