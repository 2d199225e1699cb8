import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getTaskIdParts, type PeerId, type TaskId } from '../../../src/core/ids.ts'
import type { TaskStore } from '../../../src/core/ports/task-store.ts'
import { copyHome } from '../../../src/store/copy/copy-home.ts'
import { openPostgresAtRest } from '../../../src/store/copy/postgres-at-rest.ts'
import { openSqliteAtRest } from '../../../src/store/copy/sqlite-at-rest.ts'
import { createPostgresTaskStore } from '../../../src/store/postgres/postgres-task-store.ts'
import { STORE_DEFAULTS } from '../../../src/store/sqlite/settings.ts'
import { createSqliteTaskStore } from '../../../src/store/sqlite/sqlite-task-store.ts'
import { startPostgres } from '../../support/database-servers.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { sampleTask } from '../../support/sample-task.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const WORKER = 'worker' as PeerId
const NOTHING = { fits: () => true, policyDigest: 'none', leaseMs: 30_000 } as const

async function fill(store: TaskStore, now: number): Promise<void> {
  const tasks = Array.from({ length: 40 }, (_, index) =>
    sampleTask({
      priority: 1 + (index % 10),
      idempotencyKey: `key ${String(index)}`,
      workflowId: `flow ${String(index % 3)}`,
      tags: ['ünïcode', 'b'],
      ...(index % 5 === 0 ? { group: { key: 'one at a time', max: 1 } } : {}),
      ...(index % 7 === 0 ? { notBefore: now + 1_000_000 } : {}),
    }),
  )
  const [first] = await store.submit(tasks, now)
  await store.submit([sampleTask({ needs: [first?.id ?? assert.fail()] })], now)
  const grants = await store.claim({ worker: WORKER, requestId: 'a', max: 12, ...NOTHING }, now)
  await store.settle(
    grants.slice(0, 8).map(({ task, fence }, index) => ({
      taskId: task.id,
      fence,
      status: index % 3 === 0 ? 'failed' : 'completed',
      exitCode: index,
      result: { log: { tail: `line ${String(index)}\n` } },
    })),
    now,
  )
  await store.cancel(grants[9]?.task.id ?? assert.fail(), now)
  const entry = { name: 'nightly', expression: '0 3 * * *', timeZone: 'UTC', nextAt: now + 5_000, paused: true }
  await store.saveCron({ ...entry, template: sampleTask({}) })
}

async function tell(store: TaskStore): Promise<unknown> {
  const { tasks } = await store.list({}, 1000)
  return {
    tasks: tasks.map((task) => ({ ...task, suspect: undefined })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    attempts: await Promise.all(tasks.map(({ id }) => store.attempts(id))),
    counts: await store.counts(),
    cron: await store.listCron(),
    homeId: store.homeId,
  }
}

test('a home moves from its file to PostgreSQL and back: every task as it was, numbers go on, nothing is served meanwhile', async (t) => {
  const removals: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const remove of removals.reverse()) await remove()
  })
  await using directory = await scratchDirectory('memory')
  await using second = await scratchDirectory('memory')
  const { port, password } = await startPostgres({ add: (remove) => removals.push(remove) }, { fsync: false })
  const database = { url: `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres` }
  const [clock, random, log] = [new ManualClock(), new SeededRandom(), new RecordingLog()]
  const settings = { ...STORE_DEFAULTS, lostGraceMs: 1000 }
  const ground = { clock, random, log, settings }
  const now = clock.now()
  const inFile = (path: string) => createSqliteTaskStore({ directory: path, ...ground })
  const shared = () => createPostgresTaskStore({ database, ...ground })
  const fileAtRest = (path: string, mayMake = false) => openSqliteAtRest(path, { clock, random, mayMake })

  const file = inFile(directory.path)
  await file.start()
  await fill(file, now)
  const before = await tell(file)
  assert.throws(() => fileAtRest(directory.path), { code: 'home_locked' })
  await file.stop()

  const copy = async (from: ReturnType<typeof fileAtRest>, to: ReturnType<typeof fileAtRest>) => {
    try {
      return await copyHome(from, to)
    } finally {
      await to.close()
      await from.close()
    }
  }
  const there = await copy(fileAtRest(directory.path), await openPostgresAtRest(database, { random, log }))
  assert.deepEqual([there.epoch, there.rows['task'], there.rows['cron']], [2, 41, 1])

  const store = shared()
  await store.start()
  assert.deepEqual(await tell(store), before)
  assert.equal(store.epoch, 2)
  await assert.rejects(openPostgresAtRest(database, { random, log }), { code: 'home_locked' })
  // What was granted before the move is settled after it, and what is granted now has a later fence.
  const [running] = (await store.list({ statuses: ['running'] }, 10)).tasks
  assert.ok(running?.fence !== undefined)
  const late = { taskId: running.id, fence: running.fence, status: 'completed' } as const
  assert.deepEqual(
    (await store.settle([late], now)).map(({ outcome }) => outcome),
    ['settled'],
  )
  const [grant] = await store.claim({ worker: WORKER, requestId: 'b', max: 1, ...NOTHING }, now)
  assert.ok((grant?.fence ?? 0) > running.fence)
  const repeated = await store.submit([sampleTask({ idempotencyKey: 'key 3', workflowId: 'flow 0', tags: [] })], now)
  assert.equal(repeated[0]?.created, false)
  const [fresh] = await store.submit([sampleTask({})], now)
  assert.deepEqual([idOf(fresh?.id).epoch, idOf(fresh?.id).seq > 41], [2, true])
  const after = await tell(store)
  await store.stop()

  await assert.rejects(copy(fileAtRest(directory.path), await openPostgresAtRest(database, { random, log })), {
    code: 'bad_request',
  })
  const back = await copy(await openPostgresAtRest(database, { random, log }), fileAtRest(second.path, true))
  assert.equal(back.epoch, 3)
  const again = inFile(second.path)
  await again.start()
  assert.deepEqual(await tell(again), after)
  const [last] = await again.claim({ worker: WORKER, requestId: 'c', max: 1, ...NOTHING }, now)
  assert.ok((last?.fence ?? 0) > (grant?.fence ?? Infinity))
  await again.stop()

  // Whoever serves the old file all the same gives out no fence that another may have given out.
  const old = inFile(directory.path)
  await old.start()
  assert.ok(old.epoch > 2)
  await old.stop()
})

function idOf(id: TaskId | undefined): { readonly epoch: number; readonly seq: number } {
  return getTaskIdParts(id ?? assert.fail())
}
