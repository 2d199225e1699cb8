/** What may happen to a home, as data: a failing sequence is printed, shrunk and repeated. Indexes are taken modulo what is there. */
import fc from 'fast-check'
import type { NewTask } from '../../../../src/core/ports/task-store.ts'
import type { RetryClass, TaskReason, TerminalStatus } from '../../../../src/core/task.ts'
import { ANY_NEEDS, sampleTask } from '../../../support/sample-task.ts'

export const TYPES = ['a', 'b'] as const
export const WORKERS = ['alice', 'bob'] as const
export const LOST_GRACE_MS = 15_000

/** A task, with its needs as indexes of tasks submitted before. */
export interface Wish {
  readonly task: NewTask
  readonly delayMs: number
  readonly needs: readonly number[]
}

export type Step =
  | { readonly do: 'submit'; readonly wishes: readonly Wish[] }
  | {
      readonly do: 'claim'
      readonly worker: number
      readonly request: number
      readonly max: number
      readonly leaseMs: number
      readonly types: readonly string[]
      readonly digest: string
      readonly cap: number | undefined
    }
  | {
      readonly do: 'settle'
      readonly grant: number
      readonly status: TerminalStatus
      readonly reason: TaskReason
      readonly result: number
    }
  | { readonly do: 'release'; readonly grant: number }
  | { readonly do: 'refuse'; readonly grant: number; readonly digest: string }
  | { readonly do: 'cancel'; readonly task: number }
  | { readonly do: 'resubmit'; readonly task: number }
  | { readonly do: 'prune'; readonly limit: number }

export type Command =
  | Step
  /** Steps asked for in one turn of the loop: they share one transaction. */
  | { readonly do: 'together'; readonly steps: readonly Step[] }
  | { readonly do: 'renew'; readonly grant: number; readonly worker: number; readonly progress: boolean }
  | { readonly do: 'sweep' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'setClock'; readonly ms: number }
  | { readonly do: 'restart' }

const index = fc.nat(99)
const group = fc.constantFrom(undefined, { key: 'g', max: 1 }, { key: 'g', max: 2 }, { key: 'h', max: 1 })
const retryOn = fc.constantFrom<readonly RetryClass[]>([], ['any'], ['exit', 'worker_lost'])

const wish: fc.Arbitrary<Wish> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    priority: fc.constantFrom(1, 5, 10),
    idempotent: fc.boolean(),
    retryOn,
    maxFailures: fc.integer({ min: 1, max: 3 }),
    maxLost: fc.integer({ min: 0, max: 2 }),
    group,
    submitter: fc.constantFrom('s1', 's2'),
    idempotencyKey: fc.option(fc.constantFrom('k1', 'k2'), { nil: undefined, freq: 4 }),
    alias: fc.option(fc.constantFrom('x'), { nil: undefined, freq: 5 }),
    content: fc.constantFrom(1, 1, 1, 2),
    queueMs: fc.constantFrom(20_000, 600_000),
    totalMs: fc.constantFrom(40_000, 900_000),
    retentionMs: fc.constantFrom(0, 60_000),
    delayMs: fc.constantFrom(0, 0, 0, 3_000, 25_000),
    needs: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(index, { maxLength: 3 }) },
    ),
  })
  .map(({ type, content, queueMs, totalMs, delayMs, needs, group: inGroup, idempotencyKey, alias, ...rest }) => ({
    task: sampleTask({
      ...rest,
      type,
      payload: { content },
      requirements: { ...ANY_NEEDS, taskType: type },
      clocks: { queueMs, totalMs, prepareMs: 1, runMs: 1, graceMs: 1 },
      ...(inGroup === undefined ? {} : { group: inGroup }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(alias === undefined ? {} : { alias }),
    }),
    delayMs,
    needs,
  }))

const steps = {
  submit: fc.record({ do: fc.constant('submit' as const), wishes: fc.array(wish, { minLength: 1, maxLength: 3 }) }),
  claim: fc.record({
    do: fc.constant('claim' as const),
    worker: fc.nat(1),
    request: fc.nat(40),
    max: fc.integer({ min: 1, max: 3 }),
    leaseMs: fc.constantFrom(5_000, 10_000),
    types: fc.constantFrom(['a'], ['b'], ['a', 'b'], ['a', 'b']),
    digest: fc.constantFrom('d1', 'd2'),
    cap: fc.constantFrom(undefined, undefined, 1, 2),
  }),
  settle: fc.record({
    do: fc.constant('settle' as const),
    grant: index,
    status: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const, 'cancelled' as const),
    reason: fc.constantFrom<TaskReason>('exit', 'oom', 'policy'),
    result: fc.nat(3),
  }),
  release: fc.record({ do: fc.constant('release' as const), grant: index }),
  refuse: fc.record({ do: fc.constant('refuse' as const), grant: index, digest: fc.constantFrom('d1', 'd2') }),
  cancel: fc.record({ do: fc.constant('cancel' as const), task: index }),
  resubmit: fc.record({ do: fc.constant('resubmit' as const), task: index }),
  prune: fc.record({ do: fc.constant('prune' as const), limit: fc.integer({ min: 1, max: 5 }) }),
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: steps.submit },
  { weight: 8, arbitrary: steps.claim },
  { weight: 8, arbitrary: steps.settle },
  { weight: 2, arbitrary: steps.release },
  { weight: 1, arbitrary: steps.refuse },
  { weight: 2, arbitrary: steps.cancel },
  { weight: 2, arbitrary: steps.resubmit },
)

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 30, arbitrary: step },
  { weight: 1, arbitrary: steps.prune },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('together' as const),
      steps: fc.array(step, { minLength: 2, maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('renew' as const),
      grant: index,
      worker: fc.nat(1),
      progress: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ do: 'sweep' as const }) },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 1_000, 5_000, 10_000, LOST_GRACE_MS, 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setClock' as const),
      ms: fc.constantFrom(-3_600_000, -1_000, 30_000, 3_600_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
)

export const sequences: fc.Arbitrary<readonly Command[]> = fc.array(command, { maxLength: 60, size: 'max' })
