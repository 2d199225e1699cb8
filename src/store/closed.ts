import { RunnerMeshError } from '../core/errors.ts'

/** For whoever calls a store that has not started, or has stopped. */
export function storeClosed(): RunnerMeshError {
  return new RunnerMeshError('stopping', 'The store is closed. Ask again once the peer has started.')
}
