/** The one file that asks the machine for time and chance. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock, Random } from '../core/ports/clock.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  sleep: (ms, signal) => {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal))
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const giveUp = (): void => {
      clearTimeout(timer)
      if (signal !== undefined) reject(reasonOf(signal))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp)
      resolve(undefined)
    }, ms)
    signal?.addEventListener('abort', giveUp, { once: true })
    return promise
  },
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    timer.unref()
    return () => {
      clearTimeout(timer)
    }
  },
}

export const systemRandom: Random = {
  unit: () => Math.random(),
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID(),
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
}
