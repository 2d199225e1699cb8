/**
 * A wall clock of one process that can be moved while it runs, by libfaketime; its monotonic clock goes on as it was.
 * @see https://github.com/wolfcw/libfaketime
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LIBRARIES = '/usr/lib'
const FILE = 'faketime/libfaketimeMT.so.1'

export interface ShiftedClock {
  /** For the process that has this clock. */
  readonly env: Readonly<Record<string, string>>
  /** @param seconds from the true time, forward or back */
  shift(seconds: number): void
}

/** The machine's own, which nobody moves. */
export const TRUE_CLOCK: ShiftedClock = {
  env: {},
  shift: () => {
    throw new Error('This clock cannot be moved.')
  },
}

function findFaketime(): string | undefined {
  return [LIBRARIES, ...readdirSync(LIBRARIES).map((name) => join(LIBRARIES, name))]
    .map((folder) => join(folder, FILE))
    .find((path) => existsSync(path))
}

/** @param file made here, and read by the process each second @throws Error in one line, where it is not installed */
export function shiftedClock(file: string): ShiftedClock {
  const library = findFaketime()
  if (library === undefined) throw new Error('Clocks are shifted by libfaketime. Install the package faketime.')
  const shift = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${String(seconds)}\n`)
  shift(0)
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
    },
    shift,
  }
}
