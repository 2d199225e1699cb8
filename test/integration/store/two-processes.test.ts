import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

const CHILD = join(import.meta.dirname, 'children', 'hold-directory.ts')

test('R25: a second process is told who holds the home, and gets it when that one is killed', async () => {
  await using scratch = await scratchDirectory()
  const child = spawn(process.execPath, [CHILD, scratch.path], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    await assert.rejects(openHome(scratch.path), (thrown: Error & { code?: string }) => {
      assert.equal(thrown.code, 'home_locked')
      assert.match(thrown.message, new RegExp(`process ${String(child.pid)} since 20`))
      assert(thrown.message.includes(scratch.path))
      return true
    })
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await using home = await openHome(scratch.path)
  assert.equal(home.store.epoch, 1)
})

test('R25: one process cannot open its own home twice either', async () => {
  await using scratch = await scratchDirectory()
  {
    await using home = await openHome(scratch.path)
    await home.store.start()
    await assert.rejects(openHome(scratch.path), { code: 'home_locked' })
  }
  await using again = await openHome(scratch.path)
  assert.equal((await again.store.counts()).byStatus.queued, 0)
})

test('a store that was stopped refuses calls until it is started again', async () => {
  await using scratch = await scratchDirectory()
  await using home = await openHome(scratch.path)
  await home.store.stop()
  await home.store.stop()
  await assert.rejects(home.store.counts(), { code: 'stopping' })
  assert.throws(() => home.store.homeId, { code: 'stopping' })
  await home.store.start()
  assert.equal((await home.store.counts()).byStatus.queued, 0)
})

test('a stop waits for what was asked before it', async () => {
  await using scratch = await scratchDirectory()
  await using home = await openHome(scratch.path)
  const { sampleTask } = await import('../../support/sample-task.ts')
  const asked = Array.from({ length: 300 }, () => home.store.submit([sampleTask()], home.clock.now()))
  await Promise.resolve()
  const [submitted] = await Promise.all([Promise.all(asked), home.store.stop()])
  assert.equal(submitted.length, 300)
  await home.store.start()
  assert.equal((await home.store.counts()).byStatus.queued, 300)
})
