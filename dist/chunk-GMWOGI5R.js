import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/errors.ts
var EXIT = {
  badRequest: 64,
  policy: 65,
  nobodyFits: 66,
  infrastructure: 67,
  timeout: 68,
  cancelled: 69,
  configuration: 78
};
var ERRORS = {
  bad_request: { retry: "never", http: 400, exit: EXIT.badRequest },
  unknown_field: { retry: "never", http: 400, exit: EXIT.badRequest },
  unknown_operation: { retry: "never", http: 404, exit: EXIT.badRequest },
  task_not_found: { retry: "never", http: 404, exit: EXIT.badRequest },
  invalid_transition: { retry: "never", http: 409, exit: EXIT.badRequest },
  idempotency_conflict: { retry: "never", http: 409, exit: EXIT.badRequest },
  dependency_cycle: { retry: "never", http: 409, exit: EXIT.badRequest },
  too_large: { retry: "never", http: 413, exit: EXIT.badRequest },
  unauthorized: { retry: "never", http: 401, exit: EXIT.policy },
  forbidden: { retry: "never", http: 403, exit: EXIT.policy },
  policy_refused: { retry: "never", http: 403, exit: EXIT.policy },
  peer_not_allowed: { retry: "never", http: 403, exit: EXIT.policy },
  not_admitted: { retry: "never", http: 403, exit: EXIT.policy },
  signature_invalid: { retry: "never", http: 403, exit: EXIT.policy },
  no_matching_runner: { retry: "later", http: 409, exit: EXIT.nobodyFits },
  lease_lost: { retry: "never", http: 409, exit: EXIT.infrastructure },
  queue_full: { retry: "later", http: 429, exit: EXIT.infrastructure },
  quota_exceeded: { retry: "later", http: 429, exit: EXIT.infrastructure },
  rate_limited: { retry: "later", http: 429, exit: EXIT.infrastructure },
  storage_low: { retry: "later", http: 507, exit: EXIT.infrastructure },
  storage_failed: { retry: "later", http: 503, exit: EXIT.infrastructure },
  peer_unreachable: { retry: "later", http: 503, exit: EXIT.infrastructure },
  executor_unavailable: { retry: "later", http: 503, exit: EXIT.infrastructure },
  protocol_mismatch: { retry: "never", http: 502, exit: EXIT.infrastructure },
  stopping: { retry: "later", http: 503, exit: EXIT.infrastructure },
  internal: { retry: "never", http: 500, exit: EXIT.infrastructure },
  timeout: { retry: "later", http: 504, exit: EXIT.timeout },
  cancelled: { retry: "never", http: 409, exit: EXIT.cancelled },
  config_invalid: { retry: "never", http: 500, exit: EXIT.configuration },
  address_in_use: { retry: "never", http: 500, exit: EXIT.configuration },
  home_locked: { retry: "never", http: 500, exit: EXIT.configuration },
  store_corrupt: { retry: "never", http: 500, exit: EXIT.configuration },
  store_newer: { retry: "never", http: 500, exit: EXIT.configuration }
};
function isErrorCode(text) {
  return Object.hasOwn(ERRORS, text);
}
var RunnerMeshError = class extends Error {
  name = "RunnerMeshError";
  code;
  details;
  retryAfterMs;
  constructor(code, message, { details = {}, retryAfterMs, ...options } = {}) {
    super(message, options);
    this.code = code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
  get retryable() {
    return ERRORS[this.code].retry === "later";
  }
};
function toErrorView(thrown) {
  const error = toRunnerMeshError(thrown);
  return {
    code: error.code,
    message: error.message,
    retryable: error.retryable,
    ...error.retryAfterMs === void 0 ? {} : { retry_after_ms: error.retryAfterMs }
  };
}
function toRunnerMeshError(thrown) {
  if (thrown instanceof RunnerMeshError) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError") {
    return new RunnerMeshError("cancelled", "The call was cancelled.", { cause: thrown });
  }
  return new RunnerMeshError("internal", "An internal error occurred; the log of the peer has the details.", {
    cause: thrown
  });
}
function errorText(thrown) {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export {
  EXIT,
  ERRORS,
  isErrorCode,
  RunnerMeshError,
  toErrorView,
  toRunnerMeshError,
  errorText
};
