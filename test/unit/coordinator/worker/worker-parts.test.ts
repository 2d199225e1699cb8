import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Capacity } from '../../../../src/coordinator/worker/capacity.ts'
import { LeaseKeeper } from '../../../../src/coordinator/worker/lease-keeper.ts'
import { LogCapture } from '../../../../src/coordinator/worker/log-capture.ts'
import { RunnerMeshError } from '../../../../src/core/errors.ts'
import type { HomeId } from '../../../../src/core/ids.ts'
import { LEASE } from '../../../../src/core/lease.ts'
import type { OperationName, Output, RawInput } from '../../../../src/core/operations/catalog.ts'
import type { GrantView } from '../../../../src/core/operations/views.ts'
import type { StopCause } from '../../../../src/core/ports/executor.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { ANY_NEEDS } from '../../../support/sample-task.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

const HOME = 'aaaaaaaaaaaaaaaa' as HomeId

function grant(seq: number): GrantView {
  return {
    task_id: `${HOME}.1.${String(seq)}`,
    fence: seq,
    attempt: 1,
    lease_ms: 30_000,
    task_type: 'test.noop',
    model_name: '',
    payload: {},
    idempotent: false,
    clocks: { queue_ms: 1, prepare_ms: 1, run_ms: 1, total_ms: 1, grace_ms: 1 },
    created_at: 0,
  }
}

type RenewInput = RawInput<'p2p_taskqueue_renew'>
type Verdict = Output<'p2p_taskqueue_renew'>['verdicts'][number]['verdict']

/** A home that answers renewals as the test says, and keeps what it was asked. */
function renewingHome(answer: (input: RenewInput) => Verdict | Error) {
  const asked: RenewInput[] = []
  const link: OperationsLink = {
    peer: undefined,
    homes: [HOME],
    closed: new AbortController().signal,
    call: <N extends OperationName>(_name: N, input: RawInput<N>) => {
      const renewal = input as RenewInput
      asked.push(renewal)
      const verdict = answer(renewal)
      if (verdict instanceof Error) return Promise.reject(verdict)
      const output: Output<'p2p_taskqueue_renew'> = {
        lease_ms: 30_000,
        verdicts: renewal.leases.map(({ task_id }) => ({ task_id, verdict })),
      }
      return Promise.resolve(output as Output<N>)
    },
  }
  return { asked, link }
}

function keeping(link: OperationsLink | undefined) {
  const clock = new ManualClock()
  const keeper = new LeaseKeeper({
    clock,
    random: new SeededRandom(7),
    log: new RecordingLog(),
    lease: LEASE,
    links: { findByHome: () => link, putLast: () => undefined },
  })
  return { clock, keeper }
}

test('leases of one home are renewed together, about every third of the lease', async () => {
  const { asked, link } = renewingHome(() => 'renewed')
  const { clock, keeper } = keeping(link)
  const stops: StopCause[] = []
  const kept = [1, 2, 3].map((seq) => keeper.keep(HOME, grant(seq), (cause) => stops.push(cause)))
  await clock.advance(61_000)
  assert.ok(asked.length >= 6 && asked.length <= 9, `${String(asked.length)} renewals in a minute`)
  assert.deepEqual(
    asked[1]?.leases.map((lease) => lease.fence),
    [1, 2, 3],
  )
  assert.deepEqual(stops, [])
  for (const lease of kept) lease.end()
  await clock.advance(60_000)
  assert.equal(clock.pending, 0)
})

test('a home that cannot be reached is asked again and again, and the work stops a margin before the lease ends', async () => {
  const { clock, keeper } = keeping(undefined)
  const stops: { readonly cause: StopCause; readonly at: number }[] = []
  const lease = keeper.keep(HOME, grant(1), (cause) => stops.push({ cause, at: clock.mono() }))
  await clock.advance(LEASE.leaseMs - LEASE.marginMs - 1)
  assert.equal(stops.length, 0)
  await clock.advance(1_001)
  const [stop] = stops
  assert.ok(stop)
  assert.equal(stop.cause, 'lease_lost')
  assert.ok(stop.at <= LEASE.leaseMs)
  lease.end()
})

test('an outage shorter than the lease costs nothing', async () => {
  let isDown = false
  const { link } = renewingHome(() => (isDown ? new RunnerMeshError('peer_unreachable', 'down') : 'renewed'))
  const { clock, keeper } = keeping(link)
  const stops: StopCause[] = []
  const lease = keeper.keep(HOME, grant(1), (cause) => stops.push(cause))
  await clock.advance(5_000)
  isDown = true
  await clock.advance(15_000)
  isDown = false
  await clock.advance(60_000)
  assert.deepEqual(stops, [])
  lease.end()
})

for (const [verdict, cause] of [
  ['lost', 'lease_lost'],
  ['cancel', 'cancelled'],
] as const) {
  test(`a home that answers ${verdict} stops the work with ${cause}`, async () => {
    const { link } = renewingHome(() => verdict)
    const { clock, keeper } = keeping(link)
    const stops: StopCause[] = []
    const lease = keeper.keep(HOME, grant(1), (stopped) => stops.push(stopped))
    await clock.advance(1_100)
    assert.deepEqual(stops, [cause])
    lease.end()
  })
}

test('progress travels with a renewal soon after it is made, at most twice a second, and the newest wins', async () => {
  const { asked, link } = renewingHome(() => 'renewed')
  const { clock, keeper } = keeping(link)
  const lease = keeper.keep(HOME, grant(1), () => undefined)
  for (let step = 0; step < 100; step += 1) {
    lease.progress({ phase: 'running', message: `step ${String(step)}`, log_bytes: step })
    await clock.advance(20)
  }
  await clock.advance(1_000)
  const told = asked.flatMap(({ leases }) => leases[0]?.progress?.message ?? [])
  assert.ok(told.length >= 3 && told.length <= 6, JSON.stringify(told))
  assert.equal(told.at(-1), 'step 99')
  lease.end()
})

test('a home that has something to say is asked at once, and once more for what it says while it is asked', async () => {
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>()
  const { asked, link } = renewingHome(() => 'renewed')
  const slow: OperationsLink = { ...link, call: (...call) => answered.then(() => link.call(...call)) }
  const { clock, keeper } = keeping(slow)
  const lease = keeper.keep(HOME, grant(1), () => undefined)
  keeper.renewSoon(HOME)
  keeper.renewSoon(HOME)
  await clock.advance(20)
  keeper.renewSoon(HOME)
  answer(undefined)
  await clock.advance(20)
  assert.equal(asked.length, 2)
  await clock.advance(5_000)
  assert.equal(asked.length, 2, 'the next one in its own time')
  lease.end()
  keeper.renewSoon(HOME)
  assert.equal(clock.pending, 0)
})

test('capacity is what is left of slots, processors and memory, and a place is given back once', async () => {
  const total = { slots: 2, cpus: 4, memoryBytes: 100, diskBytes: 100, gpus: 1 }
  const capacity = new Capacity(total)
  const first = capacity.take({ ...ANY_NEEDS, cpus: 3, gpus: 1 })
  assert.ok(first)
  assert.equal(capacity.take({ ...ANY_NEEDS, cpus: 2 }), undefined)
  assert.equal(capacity.take({ ...ANY_NEEDS, gpus: 1 }), undefined)
  const second = capacity.take({ ...ANY_NEEDS, cpus: 1 })
  assert.ok(second)
  let isFree = false
  const waiting = capacity.whenFree(new AbortController().signal).then(() => {
    isFree = true
  })
  await Promise.resolve()
  assert.equal(isFree, false)
  first()
  first()
  await waiting
  second()
  assert.deepEqual(capacity.free, total)
})

test('waiting for a free slot ends with the reason of whoever gives up', async () => {
  const capacity = new Capacity({ slots: 0, cpus: 0, memoryBytes: 0, diskBytes: 0, gpus: 0 })
  const controller = new AbortController()
  const waiting = capacity.whenFree(controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)
})

test('whatever the chunks, the log keeps its size, its lines, its tail, and its head once the middle is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '漢', '🚀', ' '), maxLength: 300 })
  fc.assert(
    fc.property(
      text,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 700 }),
      (piece, sizes, repeat) => {
        const bytes = new TextEncoder().encode(piece.repeat(repeat))
        const log = new LogCapture()
        for (let at = 0, index = 0; at < bytes.length; index += 1) {
          const size = (sizes[index % sizes.length] ?? 1) * 97
          log.write(bytes.subarray(at, at + size))
          at += size
        }
        const json = log.toJson() as { bytes: number; lines: number; truncated: boolean; tail: string; head?: string }
        assert.equal(json.bytes, bytes.length)
        assert.equal(json.lines, bytes.filter((byte) => byte === 10).length)
        assert.equal(json.truncated, bytes.length > 64 * 1024)
        const decoded = new TextDecoder()
        assert.equal(json.tail, decoded.decode(bytes.subarray(Math.max(0, bytes.length - 64 * 1024))))
        assert.equal(json.head, json.truncated ? decoded.decode(bytes.subarray(0, 16 * 1024)) : undefined)
      },
    ),
    { numRuns: 200 },
  )
})

test('the last line is the newest one with text, complete or not', () => {
  const log = new LogCapture()
  const write = (text: string): void => {
    log.write(new TextEncoder().encode(text))
  }
  write('one\ntwo\n')
  assert.equal(log.lastLine, 'two')
  write('thr')
  assert.equal(log.lastLine, 'thr')
  write('\n\n')
  assert.equal(log.lastLine, 'thr')
  write('10%\r50%')
  assert.equal(log.lastLine, '50%')
})
