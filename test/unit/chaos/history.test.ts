/** The checker of a chaotic run against forged histories: each broken promise turns it red. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, type Event, type Happening } from '../../chaos/history.ts'

const submitted = { kind: 'submitted', key: 'k', asked: { exitCode: 0, idempotent: false } } as const
const acknowledged = { kind: 'acknowledged', key: 'k', task: 't' } as const
const started = { kind: 'started', task: 't', container: 'c1' } as const
const ended = { kind: 'ended', task: 't', status: 'completed', exitCode: 0 } as const
const GOOD = [submitted, acknowledged, started, ended]

function verdictOn(...happenings: readonly Happening[]) {
  return judge(happenings.map((happening, index): Event => ({ ...happening, at: index * 1000 })))
}

test('a good run breaks nothing, and its figures are told', () => {
  assert.deepEqual(verdictOn(...GOOD, { kind: 'fault', what: 'kill -9 of b' }), {
    ...{ submitted: 1, acknowledged: 1, settled: 1, executedMoreThanOnce: 0, lost: 0, orphans: 0, faults: 1 },
    ...{ leaks: 0, longestStallMs: 2000, ends: { completed: 1 }, broken: [] },
  })
})

test('what was submitted and never acknowledged may be gone', () => {
  assert.deepEqual(verdictOn(submitted).broken, [])
})

test('an idempotent task may run twice, and it is counted', () => {
  const again = { ...submitted, asked: { exitCode: 0, idempotent: true } }
  const { broken, executedMoreThanOnce } = verdictOn(
    again,
    acknowledged,
    started,
    { ...started, container: 'c2' },
    ended,
  )
  assert.deepEqual([broken, executedMoreThanOnce], [[], 1])
})

test('a task that was to be cancelled, or waited for one that failed, may end so; ends are counted', () => {
  const cancelled = { ...submitted, asked: { exitCode: 0, idempotent: true, isCancelled: true } }
  const waiting = { ...submitted, key: 'w', asked: { exitCode: 0, idempotent: true, isDependent: true } }
  const { broken, ends } = verdictOn(
    ...[cancelled, acknowledged, { kind: 'ended', task: 't', status: 'cancelled' } as const],
    ...[waiting, { kind: 'acknowledged', key: 'w', task: 'u' } as const],
    { kind: 'ended', task: 'u', status: 'failed', reason: 'dependency' },
  )
  assert.deepEqual([broken, ends], [[], { cancelled: 1, 'failed: dependency': 1 }])
})

test('a task that its worker gave back in order may run once more, and no more than that', () => {
  const again = { ...started, container: 'c2' }
  const givenBack = { ...ended, released: 1 }
  assert.deepEqual(verdictOn(submitted, acknowledged, started, again, givenBack).broken, [])
  const { broken } = verdictOn(submitted, acknowledged, started, again, { ...started, container: 'c3' }, givenBack)
  assert.match(broken.join(), /started 3 times/)
})

const FORGED: readonly (readonly [string, readonly Happening[], RegExp])[] = [
  ['a task that its home has forgotten', [submitted, acknowledged, { kind: 'unknown', task: 't' }], /knows it no more/],
  [
    'a task that hangs',
    [submitted, acknowledged, { kind: 'unended', task: 't', status: 'running' }],
    /hangs as running/,
  ],
  ['a result that changes', [...GOOD, { ...ended, status: 'failed', exitCode: 1 }], /changed from completed to failed/],
  ['a success without a run', [submitted, acknowledged, ended], /no container of it ever started/],
  [
    'a success of a command that fails',
    [{ ...submitted, asked: { exitCode: 3, idempotent: false } }, acknowledged, started, ended],
    /its command ends with 3/,
  ],
  [
    'a failure that the command does not make',
    [submitted, acknowledged, started, { ...ended, status: 'failed', exitCode: 7 }],
    /failed with 7/,
  ],
  ['a container that is left', [...GOOD, { kind: 'orphan', task: 't', container: 'c1' }], /outlived it/],
  [
    'a task that must not run twice and did',
    [submitted, acknowledged, started, { ...started, container: 'c2' }, ended],
    /started 2 times/,
  ],
  ['a key that became two tasks', [...GOOD, { ...acknowledged, task: 't2' }], /two tasks/],
  ['a secret in a log', [...GOOD, { kind: 'leaked', task: 't' }], /shows the secret/],
  [
    'a task that was cancelled by nobody',
    [submitted, acknowledged, { kind: 'ended', task: 't', status: 'cancelled' }],
    /nobody asked for it/,
  ],
  [
    'a failure that no fault explains',
    [submitted, acknowledged, { kind: 'ended', task: 't', status: 'failed', reason: 'timeout_queue' }],
    /reason timeout_queue/,
  ],
  [
    'a dependency that was none',
    [submitted, acknowledged, { kind: 'ended', task: 't', status: 'failed', reason: 'dependency' }],
    /reason dependency/,
  ],
  ['an acknowledgement of nothing', [acknowledged], /without having been submitted/],
]

for (const [what, history, tells] of FORGED) {
  test(`${what} is told as broken`, () => assert.match(verdictOn(...history).broken.join('\n'), tells))
}
