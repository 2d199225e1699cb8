import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { getTaskIdParts, type PeerId, type TaskId } from '../../../src/core/ids.ts'
import type { Grant, TaskStore } from '../../../src/core/ports/task-store.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

const NOW = 1_800_000_000_000

async function run(store: TaskStore, requestId: string): Promise<Grant> {
  await store.submit([sampleTask()], NOW)
  const request = { worker: 'w' as PeerId, max: 1, leaseMs: 30_000, fits: () => true, policyDigest: 'p' }
  const [grant] = await store.claim({ ...request, requestId }, NOW)
  assert(grant !== undefined)
  return grant
}

/** Runs a home once: some tasks, and away. */
async function live(directory: string, tasks: number, name: string): Promise<{ ids: TaskId[]; fences: number[] }> {
  await using home = await openHome(directory)
  const ids: TaskId[] = []
  const fences: number[] = []
  for (let number = 0; number < tasks; number += 1) {
    const { task, fence } = await run(home.store, `${name} ${String(number)}`)
    ids.push(task.id)
    fences.push(fence)
  }
  return { ids, fences }
}

test('R16: a queue put back from a backup gives no id and no fence a second time', async () => {
  await using scratch = await scratchDirectory()
  const queue = join(scratch.path, 'queue.db')
  const backup = join(scratch.path, 'backup.db')
  const kept = await live(scratch.path, 3, 'before')
  await cp(queue, backup)
  const lost = await live(scratch.path, 5, 'lost')
  const seen = { ids: new Set([...kept.ids, ...lost.ids]), fence: Math.max(...kept.fences, ...lost.fences) }
  for (const round of [1, 2]) {
    await cp(backup, queue)
    const again = await live(scratch.path, 4, `round ${String(round)}`)
    for (const id of again.ids) {
      assert.equal(getTaskIdParts(id).epoch, 1 + round)
      assert(!seen.ids.has(id), `${id} was given before`)
      seen.ids.add(id)
    }
    assert(Math.min(...again.fences) > seen.fence, 'fences go on growing')
    seen.fence = Math.max(...again.fences)
  }
})

test('R16: what was in the backup is still known by its own id, and a worker that held it may complete it', async () => {
  await using scratch = await scratchDirectory()
  let grant: Grant
  {
    await using home = await openHome(scratch.path)
    grant = await run(home.store, 'r')
  }
  await cp(join(scratch.path, 'queue.db'), join(scratch.path, 'backup.db'))
  await live(scratch.path, 2, 'lost')
  await cp(join(scratch.path, 'backup.db'), join(scratch.path, 'queue.db'))
  await using home = await openHome(scratch.path)
  assert.equal(home.store.epoch, 2)
  const settlement = { taskId: grant.task.id, fence: grant.fence, status: 'completed' as const }
  const [settled] = await home.store.settle([settlement], NOW)
  assert.equal(settled?.outcome, 'settled')
  assert(home.log.some(({ event }) => event === 'store.epoch_raised'))
})

test('R16: a queue that comes without its lock file is taken for a copy', async () => {
  await using scratch = await scratchDirectory()
  await live(scratch.path, 2, 'before')
  await rm(join(scratch.path, 'home.lock'))
  await using home = await openHome(scratch.path)
  assert.equal(home.store.epoch, 2)
})

test('an ordinary restart stays in its epoch', async () => {
  await using scratch = await scratchDirectory()
  await live(scratch.path, 0, 'empty')
  await live(scratch.path, 2, 'first')
  await using home = await openHome(scratch.path)
  assert.equal(home.store.epoch, 1)
})
