import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CronEntry } from '../../../src/core/ports/task-store.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { openDesk } from './desk.ts'
import type { MakeStore } from './store-under-test.ts'

const NOON = 1_800_000_060_000
const MINUTE_MS = 60_000

function nightly(changes: Partial<CronEntry> = {}): CronEntry {
  return {
    name: 'nightly',
    expression: '0 12 * * *',
    timeZone: 'UTC',
    template: sampleTask({ payload: { backup: true } }),
    nextAt: NOON,
    paused: false,
    ...changes,
  }
}

export function testScheduling(make: MakeStore): void {
  test('schedules are kept, replaced and removed by name', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly())
    await desk.store.saveCron(nightly({ name: 'hourly', paused: true }))
    await desk.store.saveCron(nightly({ expression: '5 12 * * *' }))
    assert.deepEqual(await desk.store.listCron(), [
      nightly({ name: 'hourly', paused: true }),
      nightly({ expression: '5 12 * * *' }),
    ])
    assert.equal(await desk.store.removeCron('hourly'), true)
    assert.equal(await desk.store.removeCron('hourly'), false)
    assert.equal((await desk.store.listCron()).length, 1)
  })

  test('a schedule that fires submits its task and moves on', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly())
    const fired = await desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now)
    assert.equal(fired?.created, true)
    assert.deepEqual((await desk.find(fired.id)).payload, { backup: true })
    assert.deepEqual(await desk.store.listCron(), [nightly({ nextAt: NOON + MINUTE_MS })])
  })

  test('a task fired for an instant carries the envelope signed for it', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly({ template: sampleTask({ envelope: 'stale' }) }))
    const fired = await desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now, 'fresh')
    assert.equal(fired === undefined ? undefined : (await desk.find(fired.id)).envelope, 'fresh')
  })

  test('R21: an instant that fires twice makes one task', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly())
    const [first, second] = await Promise.all([
      desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now),
      desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now),
    ])
    assert.equal(first?.created, true)
    assert.deepEqual(second, { id: first.id, created: false })
    assert.equal((await desk.store.counts()).byStatus.queued, 1)
  })

  test('R21: an instant that fired makes no second task when its schedule is saved anew', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly())
    const first = await desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now)
    await desk.store.removeCron('nightly')
    await desk.store.saveCron(nightly({ template: sampleTask({ payload: { changed: true } }) }))
    const second = await desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now)
    assert.deepEqual(second, { id: first?.id, created: false })
  })

  test('an instant older than the last one fires no more, even when its key is forgotten', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly())
    await desk.store.fireCron('nightly', NOON + MINUTE_MS, NOON + 2 * MINUTE_MS, desk.now)
    assert.equal(await desk.store.fireCron('nightly', NOON, NOON + 2 * MINUTE_MS, desk.now), undefined)
  })

  test('each further instant makes its own task, though the template names an alias', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly({ template: sampleTask({ alias: 'backup', notBefore: desk.now + 1 }) }))
    const first = await desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now)
    const second = await desk.store.fireCron('nightly', NOON + MINUTE_MS, NOON + 2 * MINUTE_MS, desk.now)
    assert.deepEqual([first?.created, second?.created], [true, true])
    assert.notEqual(first?.id, second?.id)
  })

  test('a paused or unknown schedule does not fire', async () => {
    await using desk = await openDesk(make)
    await desk.store.saveCron(nightly({ paused: true }))
    assert.equal(await desk.store.fireCron('nightly', NOON, NOON + MINUTE_MS, desk.now), undefined)
    assert.equal(await desk.store.fireCron('unknown', NOON, NOON + MINUTE_MS, desk.now), undefined)
    assert.deepEqual(await desk.store.listCron(), [nightly({ paused: true })])
  })
}
