import type { ErrorCode } from '../../core/errors.ts'

/** Refusals that hold for this worker's policy: the home does not offer it the task again. Anything else is a passing trouble. */
export const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'policy_refused',
  'signature_invalid',
  'bad_request',
  'unknown_field',
])
