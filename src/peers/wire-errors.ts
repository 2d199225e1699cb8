/** Errors as they travel between peers: {code: -32000, message, data: {code, retryable, retry_after_ms}}. */
import { cleanLine } from '../core/clean-text.ts'
import { isErrorCode, RunnerMeshError, toErrorView } from '../core/errors.ts'

const RATE_LIMIT_PAUSE_MS = 100
const MAX_ERROR_CHARACTERS = 2048

export function toWireError(thrown: unknown) {
  const { message, ...data } = toErrorView(thrown)
  return { code: -32000, message, data }
}

export function fromWireError(error: unknown, name: string): RunnerMeshError {
  const said = fieldOf(error, 'message')
  const message = typeof said === 'string' ? cleanLine(said, MAX_ERROR_CHARACTERS) : `${name} refused without a reason.`
  const data = fieldOf(error, 'data')
  const code = fieldOf(data, 'code')
  const retryAfterMs = fieldOf(data, 'retry_after_ms')
  // A code of a newer version: nothing is known of it but that the call failed.
  return new RunnerMeshError(typeof code === 'string' && isErrorCode(code) ? code : 'internal', message, {
    ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? { retryAfterMs } : {}),
  })
}

export function tooMany(limit: number): RunnerMeshError {
  return new RunnerMeshError('rate_limited', `More than ${String(limit)} calls are under way with this peer.`, {
    retryAfterMs: RATE_LIMIT_PAUSE_MS,
  })
}

export function tooFast(perSecond: number): RunnerMeshError {
  return new RunnerMeshError('rate_limited', `More than ${String(perSecond)} calls a second came from this peer.`, {
    retryAfterMs: RATE_LIMIT_PAUSE_MS,
  })
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
