/** What every CacheStore does, whatever it is made of. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  isLater,
  REMOVAL_KEPT_MS,
  type CacheLimits,
  type CacheStore,
  type CacheVersion,
} from '../../src/core/ports/cache-store.ts'
import type { Json } from '../../src/core/task.ts'
import { randomRuns } from '../support/random-runs.ts'

/** Started; stopped with the test. */
export type MakeCacheStore = (limits: CacheLimits) => Promise<CacheStore & AsyncDisposable>

const NOW = 1_800_000_000_000
const ROOMY: CacheLimits = { valueBytes: 4_096, totalBytes: 1_000_000 }

function at(writtenAt: number, writer = 'peer'): CacheVersion {
  return { writtenAt, writer }
}

export function describeCacheStore(name: string, make: MakeCacheStore): void {
  describe(`cache store: ${name}`, () => {
    test('any JSON comes back as it was written, null too, and what was never written is a miss', async () => {
      await using store = await make(ROOMY)
      const values: Json[] = [null, false, 0, '', 'text', [1, [null]], { a: { b: [] } }, 'ü\u0000\ud83d\ude00']
      for (const [index, value] of values.entries()) {
        assert.equal(await store.set(`key ${String(index)}`, { value, version: at(NOW) }, NOW), true)
      }
      for (const [index, value] of values.entries()) {
        const entry = await store.get(`key ${String(index)}`, NOW)
        assert.deepEqual(entry, { value, version: at(NOW) })
        assert.equal(await store.has(`key ${String(index)}`, NOW), true)
      }
      assert.equal(await store.get('never', NOW), undefined)
      assert.equal(await store.has('never', NOW), false)
      assert.equal((await store.size()).entries, values.length)
    })

    test('a value is there until its time is over, and not from that instant on', async () => {
      await using store = await make(ROOMY)
      await store.set('key', { value: 1, version: at(NOW), expiresAt: NOW + 100 }, NOW)
      assert.equal((await store.get('key', NOW + 99))?.expiresAt, NOW + 100)
      assert.equal(await store.has('key', NOW + 100), false)
      assert.equal(await store.get('key', NOW + 100), undefined)
      assert.equal(await store.set('key', { value: 2, version: at(NOW - 50) }, NOW + 100), true)
      assert.equal((await store.get('key', NOW + 10 ** 10))?.value, 2)
    })

    test('the later of two writes stays, by time and then by peer, in whatever order they come', async () => {
      await using store = await make(ROOMY)
      assert.equal(await store.set('key', { value: 'b', version: at(NOW, 'b') }, NOW), true)
      assert.equal(await store.set('key', { value: 'a', version: at(NOW, 'a') }, NOW), false)
      assert.equal(await store.set('key', { value: 'b again', version: at(NOW, 'b') }, NOW), true)
      assert.equal(await store.set('key', { value: 'old', version: at(NOW - 1, 'z') }, NOW), false)
      assert.deepEqual(await store.get('key', NOW), { value: 'b again', version: at(NOW, 'b') })
      assert.equal(await store.set('key', { value: 'c', version: at(NOW, 'c') }, NOW), true)
      assert.equal((await store.get('key', NOW))?.value, 'c')
    })

    test('a removed key stays removed for writes that are older, and takes newer ones', async () => {
      await using store = await make(ROOMY)
      await store.set('key', { value: 1, version: at(NOW) }, NOW)
      assert.equal(await store.delete('key', at(NOW - 1), NOW), false)
      assert.equal(await store.has('key', NOW), true)
      assert.equal(await store.delete('key', at(NOW + 5), NOW + 5), true)
      assert.equal(await store.delete('key', at(NOW + 6), NOW + 6), false)
      assert.equal(await store.get('key', NOW + 6), undefined)
      assert.equal((await store.size()).entries, 0)
      assert.equal(await store.set('key', { value: 'late', version: at(NOW + 4) }, NOW + 6), false)
      assert.equal(await store.set('key', { value: 'new', version: at(NOW + 7) }, NOW + 7), true)
      assert.equal((await store.get('key', NOW + 7))?.value, 'new')
      assert.equal(await store.delete('never', at(NOW), NOW), false)
    })

    test('a removal is forgotten after a while', async () => {
      await using store = await make(ROOMY)
      await store.delete('key', at(NOW), NOW)
      const later = NOW + REMOVAL_KEPT_MS
      assert.equal(await store.set('key', { value: 1, version: at(NOW - 1) }, later), true)
    })

    test('a value longer than the limit is refused, and what was there stays', async () => {
      await using store = await make({ ...ROOMY, valueBytes: 10 })
      await store.set('key', { value: '12345678', version: at(NOW) }, NOW)
      await assert.rejects(store.set('key', { value: '123456789', version: at(NOW + 1) }, NOW), { code: 'too_large' })
      await assert.rejects(store.set('key', { value: 'üüüüü', version: at(NOW + 1) }, NOW), { code: 'too_large' })
      assert.equal((await store.get('key', NOW))?.value, '12345678')
    })

    test('when room is short, what was used longest ago goes, and a look is no use', async () => {
      const limits = { valueBytes: 2_000, totalBytes: 10_000 }
      await using store = await make(limits)
      const value = 'x'.repeat(1_000)
      for (const key of ['looked at', 'used', 'untouched']) await store.set(key, { value, version: at(NOW) }, NOW)
      for (let index = 0; index < 7; index += 1) {
        await store.set(`filler ${String(index)}`, { value, version: at(NOW) }, NOW)
        await store.get('used', NOW)
        await store.has('looked at', NOW)
      }
      for (const key of ['one', 'two', 'three']) await store.set(key, { value, version: at(NOW) }, NOW)
      assert.deepEqual(
        await Promise.all(['looked at', 'untouched', 'used', 'three'].map((key) => store.has(key, NOW))),
        [false, false, true, true],
      )
      assert.ok((await store.size()).bytes <= limits.totalBytes)
    })

    test('what has expired goes before anything that is alive', async () => {
      await using store = await make({ valueBytes: 2_000, totalBytes: 5_000 })
      const value = 'x'.repeat(1_000)
      await store.set('alive', { value, version: at(NOW) }, NOW)
      for (const key of ['a', 'b', 'c']) {
        await store.set(key, { value, version: at(NOW), expiresAt: NOW + 10 }, NOW)
        await store.get(key, NOW)
      }
      for (const key of ['d', 'e', 'f']) await store.set(key, { value, version: at(NOW + 20) }, NOW + 20)
      assert.equal(await store.has('alive', NOW + 20), true)
    })

    test('whatever the order of writes and removals, the latest of all decides', async () => {
      const change = fc.record({
        writtenAt: fc.integer({ min: NOW, max: NOW + 5 }),
        writer: fc.constantFrom('a', 'b', 'c'),
        value: fc.option(fc.integer(), { nil: undefined }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
          await using store = await make(ROOMY)
          let latest: (typeof changes)[number] | undefined
          for (const next of changes) {
            const { value, ...version } = next
            if (latest === undefined || !isLater(latest, version)) latest = next
            if (value === undefined) await store.delete('key', version, NOW)
            else await store.set('key', { value, version }, NOW)
          }
          assert.equal((await store.get('key', NOW))?.value, latest?.value)
        }),
        randomRuns(60),
      )
    })
  })
}
