/** Handlers of the operations that hold back this peer's worker. */
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Handlers, Output } from '../../core/operations/catalog.ts'
import type { ClaimGate } from '../worker/claim-gate.ts'
import type { HandlerDeps } from './context.ts'

type PauseOperation = 'p2p_worker_pause' | 'p2p_worker_resume' | 'p2p_worker_drain'

/** Under this name the gate is closed; `resume --as drain` opens it again. */
const DRAIN = 'drain'
const LOOK_MS = 100

export function createPauseHandlers({
  claims,
  clock,
  events,
  executorStatus,
}: Pick<HandlerDeps, 'claims' | 'clock' | 'events' | 'executorStatus'>): Pick<Handlers, PauseOperation> {
  const gate = (): ClaimGate => {
    if (claims !== undefined) return claims
    throw new RunnerMeshError('peer_not_allowed', 'This peer claims no tasks: it was started with --work false.')
  }
  const answer = (): Output<'p2p_worker_pause'> => ({
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
    p2p_worker_drain: async ({ wait_s: waitS, stop }, { signal }) => {
      // A peer that runs no tasks has nothing to finish.
      claims?.pause(DRAIN, undefined)
      const until = clock.mono() + waitS * SECOND
      const running = (): number => Number(executorStatus()['running'] ?? 0)
      while (running() > 0 && clock.mono() < until) await clock.sleep(LOOK_MS, signal)
      const stopping = stop && running() === 0
      if (stopping) events.emit({ name: 'peer.drained', at: clock.now() })
      return { running: running(), stopping }
    },
    p2p_worker_resume: async ({ holder, all }) => {
      gate().resume(all ? undefined : holder)
      return Promise.resolve(answer())
    },
  }
}
