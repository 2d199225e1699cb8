import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Links } from '../../../../src/coordinator/links.ts'
import { Attempts } from '../../../../src/coordinator/worker/attempts.ts'
import type { WorkerDeps } from '../../../../src/coordinator/worker/worker-deps.ts'
import type { HomeId, PeerId } from '../../../../src/core/ids.ts'
import { LEASE } from '../../../../src/core/lease.ts'
import type { GrantView } from '../../../../src/core/operations/views.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog, type LogLine } from '../../../support/recording-log.ts'
import { ANY_NEEDS } from '../../../support/sample-task.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

const HOME = 'abcdefghabcdefgh' as HomeId
const GRANT = {
  task_id: `${HOME}.1.1`,
  fence: 1_099_511_627_777,
  attempt: 1,
  lease_ms: LEASE.leaseMs,
} as GrantView

test('a worker that stops waits a few seconds for a home that does not answer, and no more', async () => {
  const clock = new ManualClock()
  const asked: string[] = []
  // As one whose machine went away without a word: calls go out, and nothing comes back.
  const silent: OperationsLink = {
    peer: 'silent' as PeerId,
    homes: [HOME],
    closed: new AbortController().signal,
    call: (name, _input, options) => {
      asked.push(name)
      return new Promise((_, reject) => {
        options?.signal?.addEventListener('abort', () => {
          reject(options.signal?.reason as Error)
        })
      })
    },
  }
  const links = new Links()
  links.add(silent)
  const forgotten: string[] = []
  const journal = {
    forget: (taskId: string) => {
      forgotten.push(taskId)
      return Promise.resolve()
    },
  }
  const lines: LogLine[] = []
  const deps = { links, journal, clock, lease: LEASE, random: new SeededRandom(1), log: new RecordingLog(lines) }
  const attempts = new Attempts(deps as unknown as WorkerDeps)
  attempts.begin(
    { grant: GRANT, needs: ANY_NEEDS },
    () => undefined,
    (_, __, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ status: 'cancelled' }))
      }),
  )
  let isOver = false
  const stopping = attempts.stop(5000).then(() => (isOver = true))
  await clock.advance(1000)
  assert.ok(asked.includes('p2p_taskqueue_release'))
  assert.equal(isOver, false, 'the control: it does wait')
  await clock.advance(10_000)
  await stopping
  assert.deepEqual(forgotten, [GRANT.task_id])
  assert.ok(lines.some(({ event }) => event === 'grant.release_failed'))
})
