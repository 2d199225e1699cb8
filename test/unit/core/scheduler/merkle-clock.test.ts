import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { sha256 } from '../../../../src/coordinator/scheduler/sha256.ts'
import {
  merklePreimage,
  MerkleClock,
  mergeVectors,
  orderOf,
  parseClock,
  type Vector,
} from '../../../../src/core/scheduler/merkle-clock.ts'
import { randomRuns } from '../../../support/random-runs.ts'
import { readVectors } from '../../../support/vectors.ts'

const counts = z
  .record(z.string(), z.union([z.number(), z.bigint()]))
  .transform((vector) => new Map(Object.entries(vector).map(([id, count]) => [id, BigInt(count)])))
const side = z.object({ node_id: z.string(), vector: counts })
const vectors = readVectors(
  'merkle_clock',
  z.object({
    clocks: z.array(
      z.object({
        kind: z.string(),
        node_id: z.string(),
        vector: counts,
        preimage: z.string(),
        merkle_root: z.string(),
        get_hash: z.string(),
      }),
    ),
    updates: z.array(
      z.object({
        self: side,
        other: side,
        after_vector: counts,
        after_merkle_root: z.string(),
        preimage: z.string(),
      }),
    ),
    compare: z.array(
      z.object({ self_vector_after_init: counts, other_vector_after_init: counts, compare: z.int(), reverse: z.int() }),
    ),
    from_dict: z.array(z.object({ input: z.unknown(), node_id: z.string(), vector: counts, get_hash: z.string() })),
  }),
)

/** Where we answer otherwise on purpose. */
const DEVIATIONS: readonly { readonly which: string; readonly our: string; readonly why: string }[] = [
  {
    which: 'f'.repeat(64),
    our: '2b8220435928df5cf044af89d44f1f20d43d0dcc0ff8185e315af50bbb2c30dd',
    why: 'A root that somebody sends along proves nothing: it is computed from the vector.',
  },
]

test('the recorded clocks have the recorded text and root, byte for byte', () => {
  assert.equal(vectors.clocks.length, 36)
  for (const { node_id: nodeId, vector, preimage, merkle_root: root, get_hash: hash } of vectors.clocks) {
    const clock = new MerkleClock(nodeId, sha256, vector)
    assert.equal(merklePreimage(clock.vector), preimage)
    assert.equal(clock.root, root)
    assert.equal(clock.root, hash)
  }
})

test('a fresh clock counts itself from 0, and three ticks make 3', () => {
  for (const { kind, node_id: nodeId, merkle_root: root } of vectors.clocks) {
    if (kind !== 'new' && kind !== 'tick3') continue
    const clock = new MerkleClock(nodeId, sha256)
    if (kind === 'tick3') for (let tick = 0; tick < 3; tick += 1) clock.tick()
    assert.equal(clock.root, root)
  }
})

test('the recorded updates are a merge and a tick', () => {
  assert.equal(vectors.updates.length, 23)
  for (const { self, other, after_vector: after, after_merkle_root: root, preimage } of vectors.updates) {
    const clock = new MerkleClock(self.node_id, sha256, self.vector)
    clock.merge(new MerkleClock(other.node_id, sha256, other.vector).vector)
    clock.tick()
    assert.deepEqual(new Map(clock.vector), after)
    assert.equal(merklePreimage(clock.vector), preimage)
    assert.equal(clock.root, root)
  }
})

test('clocks are in the recorded order, where equal and concurrent are told apart as well', () => {
  const word = { before: 1, after: -1, equal: 0, concurrent: 0 }
  for (const { self_vector_after_init: self, other_vector_after_init: other, ...recorded } of vectors.compare) {
    assert.equal(word[orderOf(self, other)], recorded.compare)
    assert.equal(word[orderOf(other, self)], recorded.reverse)
    assert.equal(orderOf(self, self), 'equal')
  }
})

test('what comes over a wire is read as the predecessor reads it', () => {
  for (const { input, node_id: nodeId, vector, get_hash: hash } of vectors.from_dict) {
    const clock = parseClock(input)
    assert.ok(clock !== undefined)
    assert.equal(clock.nodeId, nodeId)
    const read = new MerkleClock(clock.nodeId, sha256, clock.vector)
    assert.deepEqual(new Map(read.vector), vector)
    assert.equal(read.root, DEVIATIONS.find(({ which }) => which === hash)?.our ?? hash)
  }
  const deviating = vectors.from_dict.filter(({ get_hash: hash }) => DEVIATIONS.some(({ which }) => which === hash))
  assert.equal(deviating.length, DEVIATIONS.length)
})

test('what is no clock is none', () => {
  const bad = [null, 7, 'x', [], { node_id: 1 }, { vector: { a: 'x' } }, { vector: { a: NaN } }, { vector: { a: {} } }]
  for (const data of bad) assert.equal(parseClock(data), undefined)
})

const someVector: fc.Arbitrary<Vector> = fc
  .dictionary(
    fc.oneof(fc.constantFrom('a', 'b', '', '😀', '\ue000'), fc.string({ unit: 'grapheme' })),
    fc.bigInt({ min: 0n, max: 1n << 70n }),
  )
  .map((entries) => new Map(Object.entries(entries)))
const merged = (...all: readonly Vector[]): Vector => all.reduce(mergeVectors)
const rootOf = (vector: Vector): string => sha256(merklePreimage(vector))

test('merging is commutative, associative and idempotent, and loses nothing', () => {
  fc.assert(
    fc.property(someVector, someVector, someVector, (a, b, c) => {
      assert.deepEqual(merged(a, b), merged(b, a))
      assert.deepEqual(merged(merged(a, b), c), merged(a, merged(b, c)))
      assert.deepEqual(merged(a, a), a)
      assert.notEqual(orderOf(merged(a, b), a), 'before')
      assert.notEqual(orderOf(merged(a, b), a), 'concurrent')
    }),
    randomRuns(300),
  )
})

test('the root depends on the vector alone, not on who holds it or how it came about', () => {
  fc.assert(
    fc.property(someVector, someVector, (a, b) => {
      assert.equal(rootOf(merged(a, b)), rootOf(merged(b, a)))
      assert.equal(rootOf(new Map([...a].reverse())), rootOf(a))
      const one = new MerkleClock('', sha256, a)
      one.merge(b)
      assert.equal(one.root, rootOf(merged(b, a)))
      if (orderOf(a, b) !== 'equal') assert.notEqual(rootOf(a), rootOf(b))
    }),
    randomRuns(300),
  )
})

test('a merge says whether it learned anything, and a repeat never does', () => {
  fc.assert(
    fc.property(someVector, someVector, (a, b) => {
      const clock = new MerkleClock('', sha256, a)
      const before = clock.root
      assert.equal(clock.merge(b), clock.root !== before)
      assert.equal(clock.merge(b), false)
    }),
    randomRuns(300),
  )
})
