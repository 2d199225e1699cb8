import assert from 'node:assert/strict'
import { test } from 'node:test'
import { homeIdFromBytes, makeFence, type TaskId } from '../../../src/core/ids.ts'
import { spanIdOf, traceIdOf, traceparentOf } from '../../../src/core/trace-context.ts'

test('the id of a task and the id of its trace say the same, so no two tasks share a trace', () => {
  const home = homeIdFromBytes(Uint8Array.from([0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4, 5, 6]))
  assert.equal(traceIdOf(`${home}.0.1` as TaskId), 'deadbeef010203040506000000000001')
  assert.equal(traceIdOf(`${home}.8191.34359738367` as TaskId), 'deadbeef010203040506ffffffffffff')
  const ids = [0, 1, 2, 8191].flatMap((epoch) =>
    [1, 2, 2 ** 34, 2 ** 35 - 1].map((seq) => traceIdOf(`${home}.${String(epoch)}.${String(seq)}` as TaskId)),
  )
  assert.equal(new Set(ids).size, ids.length)
})

test('spans of one trace differ by kind and by attempt, and a header has the form of W3C', () => {
  const [first, second] = [makeFence(1, 7), makeFence(8191, 2 ** 40 - 1)]
  const ids = [
    spanIdOf('task', 0),
    ...(['attempt', 'wait', 'run', 'pull'] as const).flatMap((kind) => [spanIdOf(kind, first), spanIdOf(kind, second)]),
  ]
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/)
  const header = traceparentOf('aaaaaaaaaaaaaaab.1.7' as TaskId, second)
  assert.match(header, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  assert.ok(header.includes(spanIdOf('attempt', second)))
})
