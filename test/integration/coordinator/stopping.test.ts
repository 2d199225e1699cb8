import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Links } from '../../../src/coordinator/links.ts'
import { Worker } from '../../../src/coordinator/worker/worker.ts'
import type { WorkerDeps } from '../../../src/coordinator/worker/worker-deps.ts'
import { LEASE } from '../../../src/core/lease.ts'
import type { OperationsLink } from '../../../src/core/ports/link.ts'
import { settle } from '../../support/manual-clock.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { QueueHouse, WORKER, workerNamed } from '../../support/queue-house.ts'

test('claims on their way to the store when a home stops are answered, and nothing is asked of it afterwards', async () => {
  await using house = await QueueHouse.open()
  await house.submit()
  const claims = ['one', 'two', 'three'].map((name) => house.claim({ wait_s: 30 }, workerNamed(`12D3KooW${name}`)))
  const strays: unknown[] = []
  const hear = (thrown: unknown): void => void strays.push(thrown)
  process.on('uncaughtException', hear)
  await house.stop()
  const answers = await Promise.all(claims)
  await settle()
  process.off('uncaughtException', hear)
  assert.equal(answers.flat().length, 1)
  assert.deepEqual(strays, [])
})

test('a grant that crosses with the stop of its worker is given back, and others may have it at once', async () => {
  await using house = await QueueHouse.open()
  const self = WORKER.peer
  assert.ok(self !== undefined)
  const { promise: granted, resolve: tellGranted } = Promise.withResolvers<undefined>()
  // The answer with the grant never gets through: the worker has given the call up by then.
  const lost: OperationsLink['call'] = async (name, input, { signal } = {}) => {
    const answer = await house.call(name, input, WORKER)
    if (name !== 'p2p_taskqueue_claim_next' || !('grants' in answer) || answer.grants.length === 0) return answer
    if (signal?.aborted === true || isCutOff) return answer
    isCutOff = true
    tellGranted(undefined)
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error)
      })
    })
  }
  let isCutOff = false
  const links = new Links()
  links.add({ peer: self, homes: [house.home.store.homeId], closed: new AbortController().signal, call: lost })
  const deps: WorkerDeps = {
    self,
    links,
    runners: [{ types: () => ['test.noop'], check: () => assert.fail('begun'), run: () => assert.fail('run') }],
    journal: { entries: () => Promise.resolve([]) } as unknown as WorkerDeps['journal'],
    clock: house.clock,
    random: new SeededRandom(1),
    log: house.log,
    lease: LEASE,
    capacity: { slots: 1, cpus: 4, memoryBytes: 2 ** 40, diskBytes: 2 ** 40, gpus: 0 },
    settings: {
      ...{ labels: [], os: 'linux', arch: 'x64', trust: 'trusted', parkMs: 25_000, claimBatch: 1 },
      policy: { digest: 'p', profile: 'trusted', networks: ['none', 'bridge'] },
    },
  }
  const worker = new Worker(deps)
  await worker.start()
  const id = await house.submit()
  await granted
  assert.equal(await house.state(id), 'running/preparing')
  await worker.stop()
  assert.equal(await house.state(id), 'queued/ready')
})
