/**
 * Two versions of the store over one PostgreSQL: this checkout is the version before, and a copy of it with one migration
 * more is the next. What a release after this one really brings along it cannot know; that it keeps the rule is this test's
 * to hold: whatever a migration may add, this version must go on under.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import pg from 'pg'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import type { PeerId, TaskId } from '../../../src/core/ids.ts'
import type { TaskStore } from '../../../src/core/ports/task-store.ts'
import { openPostgresAtRest } from '../../../src/store/copy/postgres-at-rest.ts'
import * as present from '../../../src/store/postgres/postgres-task-store.ts'
import { STORE_DEFAULTS } from '../../../src/store/sqlite/settings.ts'
import { givenPostgres, type Server } from '../../support/database-servers.ts'
import { nextVersion, PRESENT_SCHEMA } from '../../support/next-version.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { sampleTask } from '../../support/sample-task.ts'
import type { ScratchDirectory } from '../../support/scratch-directory.ts'

const NEXT_SCHEMA = PRESENT_SCHEMA + 1
const WORKER = 'worker' as PeerId

const removals: (() => Promise<void>)[] = []
let server: Promise<Server> | undefined
let schemas = 0

after(async () => {
  for (const remove of removals.reverse()) await remove()
})

type Version = typeof present

/** @param servesFrom the oldest schema whose peers may serve beside it */
async function loadNext(servesFrom: number): Promise<Version> {
  const copy: ScratchDirectory = await nextVersion(['src/core', 'src/store'], servesFrom)
  removals.push(async () => copy[Symbol.asyncDispose]())
  return (await import(join(copy.path, 'src/store/postgres/postgres-task-store.ts'))) as Version
}

interface Ground {
  readonly database: { readonly url: string; readonly schema: string }
  /** Stopped with the test. */
  open(version: Version): TaskStore
  query(text: string): Promise<readonly Record<string, unknown>[]>
}

async function newHome(t: TestContext): Promise<Ground> {
  server ??= givenPostgres({ add: (remove) => removals.push(remove) })
  const { port, password } = await server
  schemas += 1
  const schema = `rolling_${String(process.pid)}_${String(schemas)}`
  const url = `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres`
  const admin = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` })
  await admin.connect()
  t.after(() => admin.end())
  return {
    database: { url, schema },
    open: (version) => {
      const settings = { ...STORE_DEFAULTS, lostGraceMs: 1000 }
      const deps = { clock: systemClock, random: systemRandom, log: new RecordingLog(), settings }
      const store = version.createPostgresTaskStore({ database: { url, schema }, ...deps })
      t.after(() => store.stop())
      return store
    },
    query: async (text) => (await admin.query<Record<string, unknown>>(text)).rows,
  }
}

let requests = 0

async function claimBy(store: TaskStore, max = 1) {
  requests += 1
  const request = { worker: WORKER, requestId: `r${String(requests)}`, max, fits: () => true, policyDigest: 'none' }
  return store.claim({ ...request, leaseMs: 30_000 }, systemClock.now())
}

async function submitTo(store: TaskStore, changes: Parameters<typeof sampleTask>[0] = {}): Promise<TaskId> {
  return (await store.submit([sampleTask(changes)], systemClock.now()))[0]?.id ?? assert.fail()
}

/** Everything that a home is asked for, so that each connection has its statements prepared. */
async function doEverything(store: TaskStore, round: number): Promise<void> {
  const now = (): number => systemClock.now()
  const named = {
    idempotencyKey: `key ${String(round)}`,
    alias: `alias ${String(round)}`,
    workflowId: 'flow',
    tags: ['a'],
  }
  const group = { key: `group ${String(round)}`, max: 1 }
  const first = await submitTo(store, { ...named, group })
  assert.equal(await submitTo(store, { ...named, group }), first)
  const child = await submitTo(store, { needs: [first] })
  const [grant] = await claimBy(store)
  const { task, fence } = grant ?? assert.fail('nothing to claim')
  assert.equal(task.id, first)
  assert.deepEqual(await store.renew([{ taskId: first, fence }], WORKER, now()), ['renewed'])
  assert.equal(await store.release(first, fence, now()), true)
  const [again] = await claimBy(store)
  const refusal = { worker: WORKER, policyDigest: 'none', rule: 'image' }
  assert.equal(await store.refuse(first, again?.fence ?? assert.fail(), refusal, now()), true)
  assert.equal((await store.refusals(first)).length, 1)
  assert.equal(await store.cancel(child, now()), 'cancelled')
  assert.equal(await store.resubmit(child, now()), true)
  await store.sweep(now())
  assert.equal(await store.cancel(first, now()), 'cancelled')
  assert.equal((await store.find(child))?.reason, 'dependency')
  const done = await submitTo(store)
  const [last] = await claimBy(store)
  assert.equal(last?.task.id, done)
  const [end] = await store.settle([{ taskId: done, fence: last.fence, status: 'completed', result: { round } }], now())
  assert.equal(end?.outcome, 'settled')
  assert.equal((await store.attempts(first)).length, 2)
  assert.equal((await store.findByAlias('test', 'flow', `alias ${String(round)}`))?.id, first)
  const name = `nightly ${String(round)}`
  const entry = { name, expression: '0 3 * * *', timeZone: 'UTC', nextAt: now(), paused: false }
  await store.saveCron({ ...entry, template: sampleTask() })
  const fired = await store.fireCron(name, entry.nextAt, entry.nextAt + 1, now())
  assert.equal(await store.cancel(fired?.id ?? assert.fail(), now()), 'cancelled')
  assert((await store.listCron()).some((one) => one.name === name))
  assert.equal(await store.removeCron(name), true)
  assert((await store.list({ workflowId: 'flow' }, 10)).tasks.length > 0)
  await store.counts()
  await store.prune(now(), 10)
}

test('a version that only adds to the schema starts beside the one before: both serve, and the one before may start again', async (t) => {
  const next = await loadNext(PRESENT_SCHEMA)
  const ground = await newHome(t)
  const former = ground.open(present)
  await former.start()
  await doEverything(former, 1)

  // The new tables come while the older version is at work.
  let isOver = false
  const acknowledged: TaskId[] = []
  const load = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      acknowledged.push(await submitTo(former))
      await systemClock.sleep(5)
    }
  })
  const newer = ground.open(next)
  try {
    while (acknowledged.length < 20) await systemClock.sleep(5)
    const beganAt = systemClock.mono()
    await newer.start()
    t.diagnostic(`new tables under load: ${String(Math.round(systemClock.mono() - beganAt))} ms`)
    const before = acknowledged.length
    while (acknowledged.length < before + 20) await systemClock.sleep(5)
  } finally {
    isOver = true
    await Promise.all(load)
  }
  assert.deepEqual(await ground.query('SELECT version, serves_from FROM schema_version'), [
    { version: NEXT_SCHEMA, serves_from: PRESENT_SCHEMA },
  ])
  assert.equal(newer.homeId, former.homeId)
  assert.equal(newer.epoch, former.epoch)

  // What one grants, the other settles; fences of both are of one row.
  const done = new Set<TaskId>()
  let latest = 0
  for (const [claims, settles] of Array.from({ length: acknowledged.length }, (_, n) =>
    n % 2 === 0 ? ([former, newer] as const) : ([newer, former] as const),
  )) {
    const [grant] = await claimBy(claims)
    const { task, fence } = grant ?? assert.fail('a task that was acknowledged is gone')
    assert(fence > latest)
    latest = fence
    const [end] = await settles.settle([{ taskId: task.id, fence, status: 'completed' }], systemClock.now())
    assert.equal(end?.outcome, 'settled')
    done.add(task.id)
  }
  assert.deepEqual([...done].sort(), acknowledged.toSorted())
  await doEverything(former, 2)
  await doEverything(newer, 3)

  await former.stop()
  const restarted = ground.open(present)
  await restarted.start()
  await doEverything(restarted, 4)
  // Whoever would copy it column by column has to know them all.
  await restarted.stop()
  await newer.stop()
  await assert.rejects(openPostgresAtRest(ground.database, { random: systemRandom, log: new RecordingLog() }), {
    code: 'store_newer',
    message: /schema 3 .*Upgrade runner-mesh/,
  })
})

test('a version that takes away what the one before needs waits until none of it serves, and then keeps it out', async (t) => {
  const next = await loadNext(NEXT_SCHEMA)
  const ground = await newHome(t)
  const former = ground.open(present)
  await former.start()
  await assert.rejects(ground.open(next).start(), {
    code: 'home_locked',
    message: /older version \(schema 2\) serves .* Stop every peer below schema 3 .*drain/,
  })
  assert.deepEqual(await ground.query('SELECT version FROM schema_version'), [{ version: PRESENT_SCHEMA }])
  await doEverything(former, 1)

  const task = await submitTo(former)
  await former.stop()
  const newer = ground.open(next)
  await newer.start()
  assert.equal((await newer.find(task))?.id, task)
  await assert.rejects(ground.open(present).start(), {
    code: 'store_newer',
    message: /has schema 3 and is served from schema 3 on, this version knows 2\. Upgrade runner-mesh on this machine/,
  })
})

test('a peer that was cut off while its home left its version behind changes nothing when it is back', async (t) => {
  const ground = await newHome(t)
  const former = ground.open(present)
  await former.start()
  const id = await submitTo(former)
  await ground.query(`UPDATE schema_version SET version = 9, serves_from = 9`)
  const { schema } = ground.database
  await ground.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'runner-mesh changes' AND query LIKE '%' AND pid IN (
        SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND mode = 'ShareLock' AND objsubid = 1
          AND ((classid::bigint << 32) | objid::bigint) = hashtextextended('${schema} ${String(PRESENT_SCHEMA)}', 3))`,
  )
  await assert.rejects(submitTo(former), { code: 'store_newer', message: /Upgrade runner-mesh on this machine/ })
  assert.equal((await former.find(id))?.status, 'queued')
})
