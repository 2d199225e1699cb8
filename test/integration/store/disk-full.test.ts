import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { test } from 'node:test'
import { sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

const NOW = 1_800_000_000_000
const CHILD = join(import.meta.dirname, 'children', 'fill-disk.ts')
/** A disk of 24 MiB that only the child sees, and that is gone with it. */
const ON_SMALL_DISK = 'mount -t tmpfs -o size=24m tmpfs "$0" && exec "$@"'

function unshareFlags(): readonly string[] {
  return getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
}

test('R27: on a disk that is full what runs is still settled, and submits are refused until there is room', async (t) => {
  await using scratch = await scratchDirectory()
  const onDisk = (...command: readonly string[]) =>
    spawnSync('unshare', [...unshareFlags(), 'sh', '-c', ON_SMALL_DISK, scratch.path, ...command], {
      encoding: 'utf8',
    })
  const probe = onDisk('true')
  if (probe.status !== 0) {
    t.skip(`this machine gives no test a disk of its own (unshare, mount tmpfs): ${probe.stderr.trim()}`)
    return
  }
  const child = onDisk(process.execPath, CHILD, scratch.path)
  assert.equal(child.stderr, '')
  assert.equal(child.stdout, 'ok\n')
  assert.equal(child.status, 0)
})

test('submits are refused when little is free, and everything else goes on', async () => {
  await using scratch = await scratchDirectory()
  {
    await using home = await openHome(scratch.path)
    await home.store.submit([sampleTask()], NOW)
  }
  await using home = await openHome(scratch.path, { freeFloorBytes: Number.MAX_SAFE_INTEGER })
  const { store } = home
  await assert.rejects(store.submit([sampleTask()], NOW), {
    code: 'storage_low',
    message: /^Only \d+ MiB are free where this home keeps its queue, less than \d+ MiB\. Free some space/,
  })
  const request = { worker: 'w' as never, requestId: 'r', max: 1, leaseMs: 1, fits: () => true, policyDigest: 'p' }
  const [grant] = await store.claim(request, NOW)
  assert(grant !== undefined)
  const [settled] = await store.settle([{ taskId: grant.task.id, fence: grant.fence, status: 'completed' }], NOW)
  assert.equal(settled?.outcome, 'settled')
})

test('a home that holds as many unfinished tasks as it may refuses more until some have ended', async () => {
  await using scratch = await scratchDirectory()
  await using home = await openHome(scratch.path, { maxUnfinished: 2 })
  const { store } = home
  await store.submit([sampleTask()], NOW)
  await assert.rejects(store.submit([sampleTask(), sampleTask()], NOW), { code: 'queue_full' })
  const [second] = await store.submit([sampleTask({ idempotencyKey: 'k' })], NOW)
  await assert.rejects(store.submit([sampleTask()], NOW), { code: 'queue_full' })
  assert.deepEqual(await store.submit([sampleTask({ idempotencyKey: 'k' })], NOW), [{ ...second, created: false }])
  assert(second !== undefined)
  await store.cancel(second.id, NOW)
  assert.equal((await store.submit([sampleTask()], NOW)).length, 1)
})
