/** Submissions for tests that care about little of them. */
import type { PeerId } from '../../src/core/ids.ts'
import type { Offer } from '../../src/core/fit.ts'
import type { NewTask } from '../../src/core/ports/task-store.ts'
import type { Requirements } from '../../src/core/task.ts'

export const ANY_NEEDS: Requirements = {
  taskType: 'test.noop',
  labels: [],
  cpus: 0,
  memoryBytes: 0,
  diskBytes: 0,
  gpus: 0,
  profile: 'strict',
  network: 'none',
  peers: [],
}

export function sampleTask(changes: Partial<NewTask> = {}): NewTask {
  return {
    type: 'test.noop',
    modelName: '',
    payload: {},
    priority: 5,
    requirements: ANY_NEEDS,
    clocks: { queueMs: 86_400_000, prepareMs: 60_000, runMs: 60_000, totalMs: 86_400_000, graceMs: 1_000 },
    idempotent: false,
    retryOn: [],
    maxFailures: 1,
    maxLost: 3,
    needs: [],
    submitter: 'test',
    depth: 0,
    tags: [],
    retentionMs: 86_400_000,
    ...changes,
  }
}

export function sampleOffer(peer: string, changes: Partial<Offer> = {}): Offer {
  return {
    peer: peer as PeerId,
    taskTypes: [],
    labels: [],
    os: 'linux',
    arch: 'x64',
    cpus: 8,
    memoryBytes: 8 * 2 ** 30,
    diskBytes: 8 * 2 ** 30,
    gpus: 0,
    trust: 'trusted',
    policy: { digest: 'test', profile: 'trusted', networks: ['none', 'bridge'] },
    ...changes,
  }
}
