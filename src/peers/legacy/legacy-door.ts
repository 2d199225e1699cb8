/**
 * The door for nodes of the predecessor: both of its protocols, one table of requests. Whoever knows the token acts as one
 * principal; nobody else is answered more than a greeting and `unauthorized`.
 */
import { LEGACY_PRINCIPAL, type LegacyWork } from '../../coordinator/legacy-work.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Access, Caller } from '../../core/operations/operation.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import { LEGACY_PROTOCOLS, type LegacyStreams } from '../../core/ports/legacy-streams.ts'
import { createCacheRequests } from './cache-requests.ts'
import { KnownWorkers } from './known-workers.ts'
import { UnprovenBytes } from './limits.ts'
import { serveLine } from './line-server.ts'
import type { PromptSeal } from './prompt-seal.ts'
import { createRequests } from './requests.ts'
import { serveSession } from './session-server.ts'
import { createStatusRequests, type SessionCounts } from './status-requests.ts'
import { createTaskRequests } from './task-requests.ts'
import { createToolRequests } from './tool-requests.ts'
import { createWorkerRequests } from './worker-requests.ts'

export interface LegacyDoorDeps {
  readonly self: PeerId
  readonly version: string
  readonly streams: Pick<LegacyStreams, 'serve'>
  /** What every request must show. */
  readonly token: string
  /** What the token is worth. */
  readonly access: ReadonlySet<Access>
  readonly operations: Operations
  readonly work: LegacyWork
  readonly prompts: PromptSeal
  /** Container types that a worker of this very peer runs now. */
  readonly ownTypes: () => readonly string[]
  readonly clock: Clock
  readonly log: Logger
}

/** Held in all for those who have not shown the token: some requests of the largest size. */
const MOST_UNPROVEN_BYTES = 16 * 1_048_576

/** To be opened before the mesh starts. */
export function openLegacyDoor({ streams, access, ...deps }: LegacyDoorDeps): void {
  const { self, version, token, operations, work, clock, log } = deps
  const caller: Caller = { principal: LEGACY_PRINCIPAL, door: 'peers', access }
  const known = new KnownWorkers(clock)
  const counts: SessionCounts = {
    ...{ sessions_started: 0, sessions_closed: 0, initialized_sessions: 0, frame_errors: 0 },
    ...{ rate_limited: 0, unauthorized: 0, internal_errors: 0 },
  }
  const workers = createWorkerRequests({ operations, caller, work, known, prompts: deps.prompts })
  const requests = createRequests({
    self,
    token,
    operations: {
      ...createTaskRequests({ operations, caller, work, clock }),
      ...workers,
      ...createCacheRequests({ operations, caller }),
      ...createStatusRequests({ operations, caller, known, ownTypes: deps.ownTypes, sessions: counts }),
      ...createToolRequests({ operations, caller, clock, requests: workers }),
    },
    log,
  })
  const unproven = new UnprovenBytes(MOST_UNPROVEN_BYTES)
  streams.serve((stream) => {
    if (stream.protocol === LEGACY_PROTOCOLS.lines) serveLine(stream, { requests, unproven, log })
    else serveSession(stream, { self, version, requests, unproven, counts, clock, log })
  })
}
