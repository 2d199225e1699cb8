import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MeshCache } from '../../../../src/coordinator/cache/mesh-cache.ts'
import { rankByRendezvous } from '../../../../src/coordinator/cache/rendezvous.ts'
import { RunnerMeshError } from '../../../../src/core/errors.ts'
import type { HomeId, PeerId } from '../../../../src/core/ids.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { MemoryCacheStore } from '../../../fakes/memory-cache-store.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { randomRuns } from '../../../support/random-runs.ts'
import { RecordingLog } from '../../../support/recording-log.ts'

const SIGNAL = new AbortController().signal

interface Member {
  readonly cache: MeshCache
  readonly store: MemoryCacheStore | undefined
  /** Who asked this peer for its part, in order. */
  readonly asked: string[]
  state: 'answers' | 'gone' | 'silent'
  /** Peers this one has a link to. */
  sees: readonly string[]
}

/** Peers that see each other; `w…` only work and keep no cache. */
function createMesh(names: readonly string[], clock = new ManualClock()): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>()
  for (const self of names) {
    const keeps = !self.startsWith('w')
    const store = keeps ? new MemoryCacheStore({ valueBytes: 1_000, totalBytes: 100_000 }) : undefined
    const links = (): readonly OperationsLink[] => member.sees.map((name) => linkTo(name, self))
    const cache = new MeshCache({ self: self as PeerId, store, links, clock, log: new RecordingLog() })
    const member: Member = { cache, store, asked: [], state: 'answers', sees: names.filter((name) => name !== self) }
    members.set(self, member)
  }
  const linkTo = (name: string, from: string): OperationsLink => ({
    peer: name as PeerId,
    homes: name.startsWith('w') ? [] : ['home' as HomeId],
    closed: new AbortController().signal,
    call: async (operation, input, { signal } = {}) => {
      const { cache, asked, state } = get(members, name)
      asked.push(from)
      if (state === 'gone') throw new RunnerMeshError('peer_unreachable', `${name} is gone`)
      if (state === 'silent') {
        await new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error))
        })
      }
      if (operation === 'p2p_taskqueue_cache_fetch') return (await cache.fetchHere(input as never)) as never
      assert.equal(operation, 'p2p_taskqueue_cache_store')
      return (await cache.storeHere(input as never)) as never
    },
  })
  return members
}

function get<V>(map: ReadonlyMap<string, V>, name: string): V {
  const value = map.get(name)
  assert.ok(value !== undefined, name)
  return value
}

/** A key whose ranking begins with these peers. */
function keyOf(all: readonly string[], ...first: readonly string[]): string {
  for (let index = 0; ; index += 1) {
    const ranked = rankByRendezvous(`key ${String(index)}`, all)
    if (first.every((name, place) => ranked[place] === name)) return `key ${String(index)}`
  }
}

test('what is set through one peer is read through every other, with one call passed on at most', async () => {
  const names = ['a', 'b', 'c', 'w']
  const mesh = createMesh(names)
  for (const holder of ['a', 'b', 'c']) {
    const key = keyOf(['a', 'b', 'c'], holder)
    for (const through of names) {
      const value = { holder, through }
      const set = await get(mesh, through).cache.set({ key, value, ttlMs: 0 }, SIGNAL)
      assert.deepEqual(set, { key, stored: true, peer_id: holder })
      for (const reader of names) {
        for (const member of mesh.values()) member.asked.length = 0
        const read = await get(mesh, reader).cache.get(key, SIGNAL)
        assert.deepEqual(read, { key, hit: true, value, peer_id: holder })
        const calls = [...mesh.values()].flatMap((member) => member.asked)
        assert.deepEqual(calls, reader === holder ? [] : [reader])
      }
    }
    const sizes = await Promise.all(['a', 'b', 'c'].map(async (name) => (await get(mesh, name).store?.size())?.entries))
    assert.equal(
      sizes.reduce<number>((all, one) => all + (one ?? 0), 0),
      ['a', 'b', 'c'].indexOf(holder) + 1,
    )
  }
})

test('null is a value; has and delete say what is there', async () => {
  const mesh = createMesh(['a', 'b'])
  const { cache } = get(mesh, 'a')
  const key = keyOf(['a', 'b'], 'b')
  assert.deepEqual(await cache.has(key, SIGNAL), { key, hit: false, peer_id: 'b' })
  await cache.set({ key, value: null, ttlMs: 0 }, SIGNAL)
  assert.deepEqual(await cache.get(key, SIGNAL), { key, hit: true, value: null, peer_id: 'b' })
  assert.deepEqual(await cache.has(key, SIGNAL), { key, hit: true, peer_id: 'b' })
  assert.deepEqual(await cache.delete(key, SIGNAL), { key, deleted: true, peer_id: 'b' })
  assert.deepEqual(await cache.delete(key, SIGNAL), { key, deleted: false, peer_id: 'b' })
  assert.deepEqual(await cache.get(key, SIGNAL), { key, hit: false, peer_id: 'b' })
})

test('a value ends with its time, by the clock of the peer that holds it', async () => {
  const clock = new ManualClock()
  const mesh = createMesh(['a', 'b'], clock)
  const { cache } = get(mesh, 'a')
  const key = keyOf(['a', 'b'], 'b')
  await cache.set({ key, value: 1, ttlMs: 5_000 }, SIGNAL)
  await clock.advance(4_999)
  assert.equal((await cache.get(key, SIGNAL)).hit, true)
  await clock.advance(1)
  assert.equal((await cache.get(key, SIGNAL)).hit, false)
})

test('when the holder is gone its keys are misses, and the next in the ranking takes them from then on', async () => {
  const mesh = createMesh(['a', 'b', 'c'])
  const key = keyOf(['a', 'b', 'c'], 'c', 'b')
  const { cache } = get(mesh, 'a')
  await cache.set({ key, value: 1, ttlMs: 0 }, SIGNAL)
  get(mesh, 'c').state = 'gone'
  assert.deepEqual(await cache.get(key, SIGNAL), { key, hit: false, peer_id: 'b' })
  assert.deepEqual(await cache.set({ key, value: 2, ttlMs: 0 }, SIGNAL), { key, stored: true, peer_id: 'b' })
  get(mesh, 'a').sees = ['b']
  get(mesh, 'b').sees = ['a']
  assert.equal((await get(mesh, 'b').cache.get(key, SIGNAL)).value, 2)
  assert.equal((await cache.get(key, SIGNAL)).value, 2)
})

test('a peer that keeps no cache and reaches none answers misses, never an error', async () => {
  const mesh = createMesh(['w', 'a', 'b', 'c', 'd'])
  const { cache } = get(mesh, 'w')
  for (const name of ['a', 'b', 'c', 'd']) get(mesh, name).state = 'gone'
  for (const sees of [[], ['a', 'b', 'c', 'd']]) {
    get(mesh, 'w').sees = sees
    assert.deepEqual(await cache.get('key', SIGNAL), { key: 'key', hit: false })
    assert.deepEqual(await cache.has('key', SIGNAL), { key: 'key', hit: false })
    assert.deepEqual(await cache.set({ key: 'key', value: 1, ttlMs: 0 }, SIGNAL), { key: 'key', stored: false })
    assert.deepEqual(await cache.delete('key', SIGNAL), { key: 'key', deleted: false })
  }
})

test('a peer that does not answer is passed over after two seconds', async () => {
  const clock = new ManualClock()
  const mesh = createMesh(['a', 'b', 'c'], clock)
  const key = keyOf(['a', 'b', 'c'], 'c', 'b')
  get(mesh, 'c').state = 'silent'
  const reading = get(mesh, 'a').cache.get(key, SIGNAL)
  await clock.advance(1_999)
  assert.deepEqual(get(mesh, 'b').asked, [])
  await clock.advance(1)
  assert.deepEqual(await reading, { key, hit: false, peer_id: 'b' })
})

test('a caller that gives up is not answered by somebody else', async () => {
  const mesh = createMesh(['a', 'b', 'c'])
  const key = keyOf(['a', 'b', 'c'], 'c', 'b')
  get(mesh, 'c').state = 'silent'
  const gone = new AbortController()
  const reading = get(mesh, 'a').cache.get(key, gone.signal)
  gone.abort(new Error('given up'))
  await assert.rejects(reading, /given up/)
  assert.deepEqual(get(mesh, 'b').asked, [])
})

test('a value that is too long is refused through any peer', async () => {
  const mesh = createMesh(['a', 'b'])
  for (const holder of ['a', 'b']) {
    const key = keyOf(['a', 'b'], holder)
    const setting = get(mesh, 'a').cache.set({ key, value: 'x'.repeat(1_001), ttlMs: 0 }, SIGNAL)
    await assert.rejects(setting, { code: 'too_large' })
  }
})

test('a write stamped by a clock that runs ahead counts as now and pins nothing', async () => {
  const clock = new ManualClock()
  const { cache } = get(createMesh(['a'], clock), 'a')
  const ahead = { key: 'key', value: 'ahead', written_at: clock.now() + 86_400_000, writer: 'z' }
  assert.deepEqual(await cache.storeHere(ahead), { changed: true })
  await clock.advance(1)
  assert.equal((await cache.set({ key: 'key', value: 'mine', ttlMs: 0 }, SIGNAL)).stored, true)
  assert.equal((await cache.get('key', SIGNAL)).value, 'mine')
})

test('two writes of one peer within one millisecond: the second is the one that is read', async () => {
  const mesh = createMesh(['a', 'b'])
  const key = keyOf(['a', 'b'], 'b')
  const { cache } = get(mesh, 'a')
  await cache.set({ key, value: 1, ttlMs: 0 }, SIGNAL)
  assert.equal((await cache.set({ key, value: 2, ttlMs: 0 }, SIGNAL)).stored, true)
  assert.equal((await cache.get(key, SIGNAL)).value, 2)
})

test('whatever each peer sees of the mesh, a call is passed on by its first peer alone and never goes round', async () => {
  const names = ['a', 'b', 'c', 'd', 'w']
  const views = fc.array(fc.subarray(names), { minLength: names.length, maxLength: names.length })
  await fc.assert(
    fc.asyncProperty(
      views,
      fc.constantFrom(...names),
      fc.string({ minLength: 1, maxLength: 5 }),
      async (seen, through, key) => {
        const mesh = createMesh(names)
        names.forEach((name, index) => {
          get(mesh, name).sees = (seen[index] ?? []).filter((other) => other !== name)
        })
        const { cache } = get(mesh, through)
        const set = await cache.set({ key, value: 'here', ttlMs: 0 }, SIGNAL)
        const calls = [...mesh.values()].flatMap((member) => member.asked)
        assert.ok(calls.length <= 1 && calls.every((from) => from === through))
        const read = await cache.get(key, SIGNAL)
        assert.deepEqual([read.hit, read.value], set.stored ? [true, 'here'] : [false, undefined])
      },
    ),
    randomRuns(200),
  )
})
