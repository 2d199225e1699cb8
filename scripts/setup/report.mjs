/** Says what is done and how long it took, on stderr: stdout belongs to the command that comes after the set-up. */

/**
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function timed(what, work) {
  const startedAt = Date.now()
  const done = await work()
  say(`${what} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`)
  return done
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`)
}

/** The set-up cannot go on, and the message says what the reader can do about it. */
export class SetUpError extends Error {
  /**
   * @param {string} message
   * @param {number} exitCode 78: this machine lacks something that only its owner can give; 67: something broke on the way
   */
  constructor(message, exitCode) {
    super(message)
    this.name = 'SetUpError'
    this.exitCode = exitCode
  }
}

export const EXIT_CONFIGURATION = 78
export const EXIT_INFRASTRUCTURE = 67
