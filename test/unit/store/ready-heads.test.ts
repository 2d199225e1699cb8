import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HEADS_KEPT, isBefore, ReadyHeads, type Head } from '../../../src/store/sqlite/ready-heads.ts'
import { randomRuns } from '../../support/random-runs.ts'

/** Few keys, so that equal ones are common; many more tasks than are kept. */
const change = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('insert' as const), orderKey: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.nat(500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const) }) },
)

test('the first of a lane is always the first of all its claimable tasks', () => {
  const property = fc.property(fc.nat(300), fc.array(change, { maxLength: 200, size: 'max' }), (before, changes) => {
    const all: Head[] = Array.from({ length: before }, (_, seq) => ({ seq, orderKey: (seq * 7) % 50, readyAt: 0 }))
    const heads = new ReadyHeads(before === 0)
    let lastSeq = before
    const read = (limit: number) => all.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)).slice(0, limit)
    const remove = (head: Head | undefined) => {
      if (head === undefined) return
      all.splice(all.indexOf(head), 1)
      heads.remove(head.seq)
    }
    for (const step of changes) {
      if (step.do === 'insert') {
        lastSeq += 1
        const head = { seq: lastSeq, orderKey: step.orderKey, readyAt: 0 }
        all.push(head)
        heads.insert(head)
      } else if (step.do === 'take') remove(all.find(({ seq }) => seq === heads.first(read)?.seq))
      else if (step.do === 'remove') remove(all[step.at % all.length])
      else heads.forget()
      assert.equal(heads.first(read)?.seq, read(1)[0]?.seq)
    }
  })
  fc.assert(property, randomRuns(300))
})

test('claims of a long lane look it up once for as many as are kept', () => {
  const all = Array.from({ length: HEADS_KEPT * 3 }, (_, seq) => ({ seq, orderKey: seq, readyAt: 0 }))
  const heads = new ReadyHeads(false)
  let reads = 0
  for (let taken = 0; taken < HEADS_KEPT * 3; taken += 1) {
    const first = heads.first((limit) => {
      reads += 1
      return all.slice(taken, taken + limit)
    })
    assert.equal(first?.seq, taken)
    heads.remove(taken)
  }
  assert.equal(reads, 3)
})
