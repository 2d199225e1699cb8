/**
 * Every way this project refuses, in one table: whether a repeat may help, the HTTP status of the doors and the exit
 * code of the command line and the Action. docs/errors.md is held equal to it by a test.
 */

export interface ErrorTrait {
  /** `later`: the same call may succeed after a pause; `never`: change something first. */
  readonly retry: 'never' | 'later'
  readonly http: number
  readonly exit: number
}

/** Exit codes. A task that ran passes its own code through. */
export const EXIT = {
  badRequest: 64,
  policy: 65,
  nobodyFits: 66,
  infrastructure: 67,
  timeout: 68,
  cancelled: 69,
  configuration: 78,
} as const

export const ERRORS = {
  bad_request: { retry: 'never', http: 400, exit: EXIT.badRequest },
  unknown_field: { retry: 'never', http: 400, exit: EXIT.badRequest },
  unknown_operation: { retry: 'never', http: 404, exit: EXIT.badRequest },
  task_not_found: { retry: 'never', http: 404, exit: EXIT.badRequest },
  invalid_transition: { retry: 'never', http: 409, exit: EXIT.badRequest },
  idempotency_conflict: { retry: 'never', http: 409, exit: EXIT.badRequest },
  dependency_cycle: { retry: 'never', http: 409, exit: EXIT.badRequest },
  too_large: { retry: 'never', http: 413, exit: EXIT.badRequest },

  unauthorized: { retry: 'never', http: 401, exit: EXIT.policy },
  forbidden: { retry: 'never', http: 403, exit: EXIT.policy },
  policy_refused: { retry: 'never', http: 403, exit: EXIT.policy },
  peer_not_allowed: { retry: 'never', http: 403, exit: EXIT.policy },
  not_admitted: { retry: 'never', http: 403, exit: EXIT.policy },
  signature_invalid: { retry: 'never', http: 403, exit: EXIT.policy },

  no_matching_runner: { retry: 'later', http: 409, exit: EXIT.nobodyFits },

  lease_lost: { retry: 'never', http: 409, exit: EXIT.infrastructure },
  queue_full: { retry: 'later', http: 429, exit: EXIT.infrastructure },
  quota_exceeded: { retry: 'later', http: 429, exit: EXIT.infrastructure },
  rate_limited: { retry: 'later', http: 429, exit: EXIT.infrastructure },
  storage_low: { retry: 'later', http: 507, exit: EXIT.infrastructure },
  storage_failed: { retry: 'later', http: 503, exit: EXIT.infrastructure },
  peer_unreachable: { retry: 'later', http: 503, exit: EXIT.infrastructure },
  executor_unavailable: { retry: 'later', http: 503, exit: EXIT.infrastructure },
  protocol_mismatch: { retry: 'never', http: 502, exit: EXIT.infrastructure },
  stopping: { retry: 'later', http: 503, exit: EXIT.infrastructure },
  internal: { retry: 'never', http: 500, exit: EXIT.infrastructure },

  timeout: { retry: 'later', http: 504, exit: EXIT.timeout },
  cancelled: { retry: 'never', http: 409, exit: EXIT.cancelled },

  config_invalid: { retry: 'never', http: 500, exit: EXIT.configuration },
  address_in_use: { retry: 'never', http: 500, exit: EXIT.configuration },
  home_locked: { retry: 'never', http: 500, exit: EXIT.configuration },
  store_corrupt: { retry: 'never', http: 500, exit: EXIT.configuration },
  store_newer: { retry: 'never', http: 500, exit: EXIT.configuration },
} as const satisfies Record<string, ErrorTrait>

export type ErrorCode = keyof typeof ERRORS

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

export interface RunnerMeshErrorOptions extends ErrorOptions {
  /** For logs only; never sent out. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryAfterMs?: number
}

/** The one error class that crosses rooms. Its message says what, which, and what to do; only code and message leave the peer. */
export class RunnerMeshError extends Error {
  override readonly name = 'RunnerMeshError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    { details = {}, retryAfterMs, ...options }: RunnerMeshErrorOptions = {},
  ) {
    super(message, options)
    this.code = code
    this.details = details
    this.retryAfterMs = retryAfterMs
  }

  get retryable(): boolean {
    return ERRORS[this.code].retry === 'later'
  }
}

/** What every door says of an error, in its own envelope. */
export interface ErrorView {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
}

/** Anything thrown, as a door may show it. Foreign error texts stay inside: they may hold paths or secrets. */
export function toErrorView(thrown: unknown): ErrorView {
  const error = toRunnerMeshError(thrown)
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }),
  }
}

export function toRunnerMeshError(thrown: unknown): RunnerMeshError {
  if (thrown instanceof RunnerMeshError) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new RunnerMeshError('cancelled', 'The call was cancelled.', { cause: thrown })
  }
  return new RunnerMeshError('internal', 'An internal error occurred; the log of the peer has the details.', {
    cause: thrown,
  })
}

/** The message of anything thrown, for logs and for wrapping with a sentence of our own. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
