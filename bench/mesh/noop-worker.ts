/** The production worker over libp2p, whose tasks do nothing: what remains is queue and mesh. */
import { join } from 'node:path'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { Links } from '../../src/coordinator/links.ts'
import { Worker } from '../../src/coordinator/worker/worker.ts'
import { Events } from '../../src/core/events.ts'
import { LEASE } from '../../src/core/lease.ts'
import { createOperations } from '../../src/core/operations/invoke.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import type { TaskRunner } from '../../src/core/ports/task-runner.ts'
import { loadIdentity } from '../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../src/mesh/mesh-key.ts'
import { createPeersDoor } from '../../src/peers/peers-door.ts'
import { createSqliteWorkJournal } from '../../src/store/sqlite/work-journal.ts'
import { RecordingLog } from '../../test/support/recording-log.ts'
import { ANY_NEEDS } from '../../test/support/sample-task.ts'

export const NOOP = 'bench.noop'

export interface NoopWorkerOptions {
  readonly folder: string
  readonly key: string
  /** Of the peers it works for. */
  readonly addresses: readonly string[]
  readonly slots: number
  /** Grants per claim. */
  readonly batch: number
  /** Sees each link before the worker has it. */
  readonly seen?: (link: OperationsLink) => OperationsLink
}

/** @returns what stops it */
export async function startNoopWorker({
  folder,
  key,
  addresses,
  slots,
  batch,
  seen = (link) => link,
}: NoopWorkerOptions): Promise<() => Promise<void>> {
  const [clock, random, log] = [systemClock, systemRandom, new RecordingLog()]
  const stateDir = join(folder, 'worker')
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random }),
    meshKeys: [parseMeshKey(key)],
    listen: [],
    announce: [],
    hello: () => ({ homes: [], features: ['worker'], runnerName: 'worker' }),
    ...{ clock, random, log },
  })
  const links = new Links()
  const events = new Events((error) => {
    throw error
  })
  const operations = createOperations({} as never)
  const door = createPeersDoor({ mesh, operations, access: () => new Set(), events, clock, log })
  door.onLink((link) => links.add(seen(link)))
  const noop: TaskRunner = {
    types: () => [NOOP],
    check: (grant) => Promise.resolve({ grant, needs: { ...ANY_NEEDS, taskType: NOOP } }),
    run: () => Promise.resolve({ status: 'completed' }),
  }
  const journal = createSqliteWorkJournal(stateDir, clock)
  await journal.start()
  const worker = new Worker({
    self: mesh.self,
    links,
    runners: [noop],
    journal,
    ...{ clock, random, log },
    lease: LEASE,
    capacity: { slots, cpus: 1, memoryBytes: 1, diskBytes: 1, gpus: 0 },
    settings: {
      labels: [],
      os: 'linux',
      arch: 'x64',
      trust: 'trusted',
      policy: { digest: 'bench', profile: 'strict', networks: ['none'] },
      parkMs: 25_000,
      claimBatch: batch,
    },
  })
  for (const address of addresses) mesh.addTarget(address, 'bootstrap')
  await mesh.start()
  await worker.start()
  return async () => {
    await worker.stop()
    await mesh.stop()
    await journal.stop()
  }
}
