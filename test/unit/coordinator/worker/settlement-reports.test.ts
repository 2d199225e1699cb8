import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SettlementReports } from '../../../../src/coordinator/worker/settlement-reports.ts'
import { RunnerMeshError } from '../../../../src/core/errors.ts'
import type { GrantView } from '../../../../src/core/operations/views.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'

interface Asked {
  readonly name: string
  readonly ids: readonly string[]
  answer(): void
  refuse(error: Error): void
}

/** A home whose answers the test gives. */
function setUp(signal = new AbortController().signal) {
  const asked: Asked[] = []
  const call = (name: string, input: { ends?: { task_id: string }[]; task_id?: string }): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const ids = (input.ends ?? [{ task_id: input.task_id ?? '' }]).map(({ task_id }) => task_id)
      const outcomes = ids.map((task_id) => ({ task_id, outcome: 'settled' }))
      const answer = () => resolve(input.ends === undefined ? { outcome: 'settled' } : { outcomes })
      asked.push({ name, ids, answer, refuse: reject })
    })
  const link = { call, homes: [], closed: signal, peer: undefined } as unknown as OperationsLink
  const reports = new SettlementReports(link, signal)
  const report = (id: string, result = {}) =>
    reports.report({ task_id: id, fence: 1 } as GrantView, { status: 'completed', result })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return { asked, report, turn }
}

test('ends reported while a call is under way go together with the next, in order', async () => {
  const { asked, report, turn } = setUp()
  const first = report('a')
  await turn()
  const rest = [report('b'), report('c'), report('d')]
  await turn()
  assert.deepEqual(
    asked.map(({ ids }) => ids),
    [['a']],
  )
  asked[0]?.answer()
  assert.equal(await first, 'settled')
  await turn()
  assert.deepEqual(asked[1]?.ids, ['b', 'c', 'd'])
  asked[1].answer()
  assert.deepEqual(await Promise.all(rest), ['settled', 'settled', 'settled'])
})

test('ends with long results are spread over calls that fit in a frame', async () => {
  const { asked, report, turn } = setUp()
  const long = { log: 'x'.repeat(150_000) }
  const ends = ['a', 'b', 'c', 'd'].map((id) => report(id, long))
  for (const ids of [
    ['a', 'b'],
    ['c', 'd'],
  ]) {
    await turn()
    assert.deepEqual(asked.at(-1)?.ids, ids)
    asked.at(-1)?.answer()
  }
  await Promise.all(ends)
})

test('one end that is refused does not take the others with it', async () => {
  const { asked, report, turn } = setUp()
  const ends = Promise.allSettled(['a', 'b', 'c'].map((id) => report(id)))
  await turn()
  asked[0]?.refuse(new RunnerMeshError('bad_request', 'ends.1.result: too large'))
  for (const id of ['a', 'b', 'c']) {
    await turn()
    assert.deepEqual(asked.at(-1)?.ids, [id])
    if (id === 'b') asked.at(-1)?.refuse(new RunnerMeshError('bad_request', 'result: too large'))
    else asked.at(-1)?.answer()
  }
  assert.deepEqual(
    (await ends).map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})

test('a home that is away for a while is told nothing twice by this call: each end hears of it', async () => {
  const { asked, report, turn } = setUp()
  const ends = [report('a'), report('b')]
  await turn()
  asked[0]?.refuse(new RunnerMeshError('peer_unreachable', 'gone'))
  assert.deepEqual(
    (await Promise.allSettled(ends)).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(asked.length, 1)
})

test('a home of an older version is told one by one', async () => {
  const { asked, report, turn } = setUp()
  const ends = [report('a'), report('b')]
  await turn()
  asked[0]?.refuse(new RunnerMeshError('unknown_operation', 'There is no operation p2p_taskqueue_settle.'))
  for (const id of ['a', 'b']) {
    await turn()
    assert.deepEqual([asked.at(-1)?.name, asked.at(-1)?.ids], ['p2p_taskqueue_complete_task', [id]])
    asked.at(-1)?.answer()
  }
  assert.deepEqual(await Promise.all(ends), ['settled', 'settled'])
})
