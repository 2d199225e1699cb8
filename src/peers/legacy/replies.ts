/**
 * Answers as the predecessor's queue gives them: an object with `ok` and the answering peer's id. Its client repeats a
 * call whose error holds one of RETRY_WORDS, whatever is meant, so no error of ours holds one.
 */
import { isErrorCode, RunnerMeshError, toRunnerMeshError, type ErrorCode } from '../../core/errors.ts'
import type { JsonObject } from '../../core/task.ts'

export type Reply = JsonObject & { readonly ok: boolean }

export const RETRY_WORDS = /timeout|connect|stream|handshake|swarmexception|discovery_timeout|no response/i

/** Its own codes, by ours; everything else is its `internal_error`. */
const CODES: Partial<Readonly<Record<ErrorCode, string>>> = {
  bad_request: 'invalid_message',
  unknown_field: 'invalid_message',
  too_large: 'frame_too_large',
  unknown_operation: 'unknown_op',
  unauthorized: 'unauthorized',
  forbidden: 'unauthorized',
  peer_not_allowed: 'unauthorized',
}

/** Word for word: its clients know the conflict by this sentence. */
const CONFLICT = 'idempotency key or task_id already identifies different work'

export function done(fields: JsonObject): Reply {
  return { ok: true, ...fields }
}

export function failed(error: string, fields: JsonObject = {}): Reply {
  return { ok: false, error, ...fields }
}

export function errorReply(thrown: unknown): Reply {
  const { code, message } = toRunnerMeshError(thrown)
  if (code === 'idempotency_conflict') return failed('internal_error', { detail: CONFLICT })
  return failed(CODES[code] ?? 'internal_error', RETRY_WORDS.test(message) ? {} : { detail: message })
}

/** The other way round, for what a node of the predecessor answers. */
export function toError(reply: JsonObject, what: string): RunnerMeshError {
  const [error, detail] = [reply['error'], reply['detail']]
  const said =
    `${typeof error === 'string' ? error : 'refused'}${typeof detail === 'string' ? `: ${detail}` : ''}`.slice(0, 512)
  const code = typeof error === 'string' ? ourCode(error, detail) : 'invalid_transition'
  return new RunnerMeshError(code, `The node of ipfs_accelerate_py refused ${what}: ${said}.`)
}

function ourCode(error: string, detail: unknown): ErrorCode {
  if (detail === CONFLICT) return 'idempotency_conflict'
  const known = Object.entries(CODES).find(([, theirs]) => theirs === error)?.[0]
  if (known !== undefined && isErrorCode(known)) return known
  return error === 'rate_limited' ? 'rate_limited' : error === 'timeout' ? 'timeout' : 'internal'
}
