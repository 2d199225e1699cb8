/** Handlers of the operations that hold back this peer's worker. */
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Handlers, Output } from '../../core/operations/catalog.ts'
import type { ClaimGate } from '../worker/claim-gate.ts'
import type { HandlerDeps } from './context.ts'

type PauseOperation = 'p2p_worker_pause' | 'p2p_worker_resume'

export function createPauseHandlers({ claims }: Pick<HandlerDeps, 'claims'>): Pick<Handlers, PauseOperation> {
  const gate = (): ClaimGate => {
    if (claims !== undefined) return claims
    throw new RunnerMeshError('peer_not_allowed', 'This peer claims no tasks: it was started with --work false.')
  }
  const answer = (): Output<PauseOperation> => ({
    paused: gate().isClosed,
    pauses: gate()
      .pauses()
      .map((pause) => ({ ...pause })),
  })
  return {
    p2p_worker_pause: async ({ holder, for_s: forS }) => {
      gate().pause(holder, forS === undefined ? undefined : forS * SECOND)
      return Promise.resolve(answer())
    },
    p2p_worker_resume: async ({ holder, all }) => {
      gate().resume(all ? undefined : holder)
      return Promise.resolve(answer())
    },
  }
}
