import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT_INFRASTRUCTURE, SetUpError, say } from './report.mjs'

const PATIENCE_MS = 15 * 60_000
const LOOK_AGAIN_MS = 200

/**
 * Lets one process at a time do the work; the others wait. The lock is a file that holds its holder's process id:
 * it appears complete or not at all (a hard link to a written file). A set-up that was killed leaves its lock behind; that
 * is taken away by exactly one of those who wait, the one that wins the link named after the dead process.
 *
 * @template T
 * @param {string} lock
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(lock, work) {
  mkdirSync(dirname(lock), { recursive: true })
  await take(lock)
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** @param {string} lock */
async function take(lock) {
  const giveUpAt = Date.now() + PATIENCE_MS
  for (let announced = false; !linkOwn(lock); announced = true) {
    const holder = holderOf(lock)
    if (holder !== undefined && !isAlive(holder)) {
      takeAway(lock, holder)
      continue
    }
    if (Date.now() > giveUpAt) {
      throw new SetUpError(
        `Another set-up (process ${holder ?? 'unknown'}) has held ${lock} for too long. ` +
          'If none is running, delete that file (and any beside it with the same beginning) and start again.',
        EXIT_INFRASTRUCTURE,
      )
    }
    if (!announced) say(`waiting for another set-up (process ${holder ?? 'unknown'})`)
    await sleep(LOOK_AGAIN_MS)
  }
}

/** @param {string} lock */
function linkOwn(lock) {
  const own = `${lock}.${process.pid}.new`
  writeFileSync(own, String(process.pid))
  try {
    return link(own, lock)
  } finally {
    unlinkSync(own)
  }
}

/**
 * @param {string} lock
 * @param {number} holder
 */
function takeAway(lock, holder) {
  const claim = `${lock}.${holder}.dead`
  if (!link(lock, claim)) return
  // The link may have caught a lock taken since we looked: only the dead holder's own file is removed.
  if (holderOf(claim) === holder) rmSync(lock, { force: true })
  rmSync(claim)
}

/**
 * @param {string} from
 * @param {string} to
 */
function link(from, to) {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (isErrno(cause, 'EEXIST') || isErrno(cause, 'ENOENT')) return false
    throw cause
  }
}

/**
 * @param {string} lock
 * @returns {number | undefined}
 */
function holderOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined
    throw cause
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return !isErrno(cause, 'ESRCH')
  }
}

/**
 * @param {unknown} cause
 * @param {string} code
 */
function isErrno(cause, code) {
  return cause instanceof Error && 'code' in cause && cause.code === code
}
