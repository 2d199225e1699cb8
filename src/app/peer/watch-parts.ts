/** What monitoring is told of a peer's parts: facts for its metrics, and what it needs to be ready. */
import process from 'node:process'
import type { PeerFacts } from '../../dashboard/metrics/peer-readings.ts'
import type { ReadinessCheck } from '../../dashboard/readiness.ts'
import { VERSION } from '../version.ts'
import type { Ground } from './ground.ts'
import type { HomeParts } from './home-parts.ts'
import type { MeshParts } from './mesh-parts.ts'
import type { WorkerParts } from './worker-parts.ts'

export interface WatchParts {
  readonly facts: PeerFacts
  readonly readiness: readonly ReadinessCheck[]
}

/** A store that does not answer within this is not open for work. */
const STORE_PATIENCE_MS = 5_000

export function createWatchParts(
  { clock }: Ground,
  { home }: HomeParts,
  { mesh, rejections }: MeshParts,
  worker: WorkerParts | undefined,
): WatchParts {
  const facts: PeerFacts = {
    version: VERSION,
    startedAt: clock.now(),
    residentBytes: () => process.memoryUsage.rss(),
    counts: () => home?.store.counts() ?? Promise.resolve(undefined),
    parkedClaims: () => home?.parkedClaims ?? 0,
    connections: () => mesh.peers(),
    isRelay: () => mesh.isRelay(),
    rejections: () => rejections.list(),
  }
  const storeProblem = (): Promise<string | undefined> => {
    if (home === undefined) return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      const cancel = clock.after(STORE_PATIENCE_MS, () => {
        resolve(`The store has not answered for ${String(STORE_PATIENCE_MS / 1000)} s.`)
      })
      home.store
        .counts()
        .then(() => {
          resolve(undefined)
        }, reject)
        .finally(cancel)
    })
  }
  return {
    facts,
    readiness: [
      { name: 'store', problem: storeProblem },
      {
        name: 'mesh',
        problem: () => (mesh.protocols().length === 0 ? 'The mesh has not started.' : undefined),
      },
      {
        name: 'executor',
        optional: true,
        problem: () => {
          const status = worker?.status()
          if (status === undefined) return 'This peer runs no tasks itself.'
          if (status['available'] !== false) return undefined
          return String(status['problem'] ?? 'No Docker Engine answers.')
        },
      },
    ],
  }
}
