import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import { ANY_NEEDS, sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { openHome } from './open-home.ts'

const NOW = 1_800_000_000_000
const DAY_MS = 86_400_000
const WORKER = 'w' as PeerId

/** Rows of each table that holds any. */
function rowsLeft(directory: string): Record<string, number> {
  using db = new DatabaseSync(join(directory, 'queue.db'), { readOnly: true })
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all()
  const counts = tables.map(({ name }) => {
    const row = db.prepare(`SELECT count(*) AS rows FROM "${String(name)}"`).get()
    return [String(name), Number(row?.['rows'])] as const
  })
  return Object.fromEntries(counts.filter(([, rows]) => rows > 0))
}

test('nothing is left of tasks that were pruned, wherever something was said of them', async () => {
  await using scratch = await scratchDirectory()
  await using home = await openHome(scratch.path)
  const { store } = home
  const claim = async (requestId: string) => {
    const request = { worker: WORKER, requestId, max: 1, leaseMs: 1, fits: () => true, policyDigest: requestId }
    const [grant] = await store.claim(request, NOW)
    assert(grant !== undefined)
    return grant
  }
  const [parent] = await store.submit(
    [
      sampleTask({
        idempotencyKey: 'k',
        alias: 'a',
        workflowId: 'w',
        tags: ['x', 'y'],
        group: { key: 'g', max: 1 },
        requirements: { ...ANY_NEEDS, labels: ['l'] },
        maxFailures: 2,
        retryOn: ['any'],
      }),
    ],
    NOW,
  )
  assert(parent !== undefined)
  await store.submit([sampleTask({ needs: [parent.id] })], NOW)
  const refused = await claim('first')
  await store.refuse(parent.id, refused.fence, { worker: WORKER, policyDigest: 'first', rule: 'no' }, NOW)
  const failed = await claim('second')
  await store.settle([{ taskId: parent.id, fence: failed.fence, status: 'failed', reason: 'exit' }], NOW)
  await store.cancel(parent.id, NOW)
  assert.equal((await store.counts()).byStatus.failed, 1)

  assert.equal(await store.prune(NOW + DAY_MS, 10), 2)
  await store.stop()
  assert.deepEqual(rowsLeft(scratch.path), { home: 1 })
  await store.start()
  assert.deepEqual(await store.list({}, 10), { tasks: [] })
})
