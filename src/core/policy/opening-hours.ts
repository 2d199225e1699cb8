/** Whether a host takes work now, and when that changes. Pure: the caller says what its clock shows. */
import { DAYS, type HostPolicy } from './host-policy.ts'

/** What a clock on the wall of the host shows. */
export interface WallTime {
  /** 0 is Monday. */
  readonly day: number
  readonly minute: number
}

const DAY_MINUTES = 24 * 60

/** @returns undefined when work is taken, else why not, as a line for people */
export function whyClosed({ pause, hours }: Pick<HostPolicy, 'pause' | 'hours'>, now: WallTime): string | undefined {
  if (pause) return 'the policy pauses this host'
  if (hours.length === 0 || hours.some((opening) => isWithin(opening, now))) return undefined
  return 'the policy takes work at other hours'
}

function isWithin({ days, from, to }: HostPolicy['hours'][number], { day, minute }: WallTime): boolean {
  const [start, end] = [minuteOf(from), minuteOf(to)]
  const has = (which: number) => days.some((name) => DAYS.indexOf(name) === (which + 7) % 7)
  if (start < end) return has(day) && minute >= start && minute < end
  // Over midnight: the evening of a listed day, or the morning after one.
  return (has(day) && minute >= start) || (has(day - 1) && minute < end)
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return Math.min(DAY_MINUTES, hours * 60 + minutes)
}
