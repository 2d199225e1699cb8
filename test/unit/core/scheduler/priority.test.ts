import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { orderKey } from '../../../../src/core/order-key.ts'
import { readVectors } from '../../../support/vectors.ts'

const item = z.tuple([z.int(), z.string()])
const { heap } = readVectors(
  'priority_ordering',
  z.object({
    heap: z.array(
      z.object({
        desc: z.string(),
        inserted: z.array(item),
        extracted: z.array(item),
        fifo_within_key: z.boolean(),
      }),
    ),
  }),
)
const { claim_next: claims } = readVectors(
  'queue_priority',
  z.object({
    claim_next: z.object({
      submitted_index_priority_type: z.array(z.tuple([z.int(), z.int(), z.string()])),
      claimed: z.array(z.int()),
    }),
  }),
)

/** As the store orders what became ready at one instant: by key, then in order of submission. */
function claimOrder<T>(submitted: readonly T[], priorityOf: (item: T) => number): readonly T[] {
  return submitted
    .map((each, seq) => ({ each, seq, key: orderKey(0, priorityOf(each)) }))
    .sort((a, b) => a.key - b.key || a.seq - b.seq)
    .map(({ each }) => each)
}

// Deviation: inside one priority the predecessor's heap has no order at all; ours is the order of submission, because what
// was asked first is waited for longest. So priorities must come out as recorded, and names only where it kept them in order.
test('the recorded heaps come out by priority as recorded, and first come first served within one', () => {
  for (const { desc, inserted, extracted, fifo_within_key: fifo } of heap) {
    const order = claimOrder(inserted, ([key]) => 10 - key)
    assert.deepEqual(
      order.map(([key]) => key),
      extracted.map(([key]) => key),
      desc,
    )
    if (fifo) assert.deepEqual(order, extracted, desc)
  }
  assert.ok(heap.some(({ fifo_within_key: fifo }) => !fifo) && heap.some(({ fifo_within_key: fifo }) => fifo))
})

test('tasks submitted together are claimed in the order recorded of the predecessor’s queue', () => {
  const order = claimOrder(claims.submitted_index_priority_type, ([, priority]) => priority)
  assert.deepEqual(
    order.map(([index]) => index),
    claims.claimed,
  )
})
