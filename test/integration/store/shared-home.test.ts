/** Two stores over one real PostgreSQL: who may connect, what they do to each other's tasks, and what a lost connection costs. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import type { PeerId, TaskId } from '../../../src/core/ids.ts'
import type { TaskStore } from '../../../src/core/ports/task-store.ts'
import { createPostgresTaskStore } from '../../../src/store/postgres/postgres-task-store.ts'
import { STORE_DEFAULTS } from '../../../src/store/sqlite/settings.ts'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import { givenPostgres, startPostgres, type Postgres, type Server } from '../../support/database-servers.ts'
import { eventually } from '../../support/eventually.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { sampleTask } from '../../support/sample-task.ts'

const removals: (() => Promise<void>)[] = []
let server: Promise<Server> | undefined
/** One that may be restarted. */
let own: Promise<Postgres> | undefined
let schemas = 0

after(async () => {
  for (const remove of removals.reverse()) await remove()
})

async function url(user = 'bench', secret?: string, database = 'postgres'): Promise<string> {
  server ??= givenPostgres({ add: (remove) => removals.push(remove) })
  const { port, password } = await server
  return `postgres://${user}:${secret ?? password}@127.0.0.1:${String(port)}/${database}`
}

function storeOn(database: { url: string; schema?: string }, patienceMs = 15_000): TaskStore {
  const settings = { ...STORE_DEFAULTS, lostGraceMs: 1000 }
  return createPostgresTaskStore({
    ...{ database, clock: systemClock, random: systemRandom, log: new RecordingLog(), settings, patienceMs },
  })
}

async function withAdmin<T>(use: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: await url() })
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.end()
  }
}

/** Started stores of one home, stopped with the test. */
async function twoStores(
  t: { after(stop: () => Promise<void>): void },
  where?: string,
): Promise<readonly [TaskStore, TaskStore]> {
  schemas += 1
  const database = { url: where ?? (await url()), schema: `shared_${String(process.pid)}_${String(schemas)}` }
  const stores = [storeOn(database), storeOn(database)] as const
  for (const store of stores) {
    await store.start()
    t.after(() => store.stop())
  }
  return stores
}

function claimBy(store: TaskStore, worker: string, requestId: string, max: number) {
  const request = { fits: () => true, policyDigest: 'none', leaseMs: 30_000, worker: worker as PeerId, requestId, max }
  return store.claim(request, systemClock.now())
}

const submit = async (store: TaskStore, changes: Parameters<typeof sampleTask>[0] = {}): Promise<TaskId> =>
  (await store.submit([sampleTask(changes)], systemClock.now()))[0]?.id ?? assert.fail()

test('whoever cannot connect is told why, and never the password', async () => {
  const cases = [
    [await url('bench', 'wrong-secret'), 'config_invalid', /password authentication failed/],
    [await url('nobody', 'wrong-secret'), 'config_invalid', /refuses us/],
    [await url('bench', undefined, 'missing'), 'config_invalid', /does not exist/],
    ['postgres://bench:wrong-secret@127.0.0.1:1/postgres', 'storage_failed', /ECONNREFUSED/],
    [`${await url()}?sslmode=verify-full`, undefined, /SSL/i],
  ] as const
  for (const [where, code, message] of cases) {
    await assert.rejects(storeOn({ url: where }).start(), (error: Error & { code?: string }) => {
      if (code !== undefined) assert.equal(error.code, code)
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /wrong-secret/)
      return true
    })
  }
})

test('a role that owns one schema and may do nothing else serves a home', async (t) => {
  await withAdmin(async (admin) => {
    await admin.query(`CREATE ROLE mesh LOGIN PASSWORD 'mesh-secret' NOSUPERUSER NOCREATEDB NOCREATEROLE;
      CREATE SCHEMA mesh_home AUTHORIZATION mesh`)
  })
  const store = storeOn({ url: await url('mesh', 'mesh-secret'), schema: 'mesh_home' })
  t.after(() => store.stop())
  await store.start()
  const id = await submit(store)
  const [grant] = await claimBy(store, 'w', 'r', 1)
  assert.equal(grant?.task.id, id)
})

test('two stores that claim at once give each task to one worker, with fences that are all different', async (t) => {
  const stores = await twoStores(t)
  await Promise.all(
    stores.map((store) =>
      store.submit(
        Array.from({ length: 100 }, () => sampleTask()),
        1,
      ),
    ),
  )
  const grants = (
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        claimBy(stores[index % 2 === 0 ? 0 : 1], `w${String(index)}`, `r${String(index)}`, 7),
      ),
    )
  ).flat()
  const late = await claimBy(stores[0], 'last', 'last', 500)
  const all = [...grants, ...late]
  assert.equal(all.length, 200)
  assert.equal(new Set(all.map(({ task }) => task.id)).size, 200)
  assert.equal(new Set(all.map(({ fence }) => fence)).size, 200)
})

test('a home that has grown since its statements were planned reads as little of it as before', async (t) => {
  const schema = `grown_${String(process.pid)}`
  const store = storeOn({ url: await url(), schema })
  t.after(() => store.stop())
  await store.start()
  const work = async (name: string): Promise<void> => {
    await submit(store)
    const [grant] = await claimBy(store, 'w', name, 1)
    if (grant === undefined) assert.fail()
    const { task, fence } = grant
    const [settled] = await store.settle([{ taskId: task.id, fence, status: 'completed' }], systemClock.now())
    assert.equal(settled?.outcome, 'settled')
  }
  for (let number = 0; number < 10; number += 1) await work(`planned ${String(number)}`)
  const many = Array.from({ length: 5_000 }, () => sampleTask())
  await store.submit(many, systemClock.now())
  await withAdmin(async (admin) => {
    /** What a server counts it tells a second later, or with a later transaction. */
    const entriesRead = async (claimed: number): Promise<number> => {
      const look = async () => {
        await store.prune(1, 1)
        const { rows } = await admin.query<{ read: string; updated: string }>(
          `SELECT t.n_tup_upd AS updated, t.seq_tup_read +
               (SELECT sum(i.idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid) AS read
             FROM pg_stat_user_tables t WHERE t.schemaname = $1 AND t.relname = 'task'`,
          [schema],
        )
        return { read: Number(rows[0]?.read), updated: Number(rows[0]?.updated) }
      }
      const isTold = ({ updated }: { updated: number }): boolean => updated >= 2 * claimed
      return (await eventually('it is counted', look, isTold)).read
    }
    const before = await entriesRead(10)
    for (let number = 0; number < 20; number += 1) await work(`grown ${String(number)}`)
    const perTask = ((await entriesRead(30)) - before) / 20
    t.diagnostic(`${perTask.toFixed(1)} entries and rows read for a task that is submitted, claimed and settled`)
    assert.ok(perTask < 500)
  })
})

test('R13: nothing is answered before the database has committed it', async (t) => {
  const [one, two] = await twoStores(t)
  const schema = `shared_${String(process.pid)}_${String(schemas)}`
  // Everything of a transaction succeeds but its end.
  await withAdmin((admin) =>
    admin.query(`CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'refused at the end'; END $$;
      CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON ${schema}.task DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION ${schema}.refuse()`),
  )
  await assert.rejects(submit(one), /refused at the end/)
  assert.equal((await two.list({}, 10)).tasks.length, 0)
})

test('what becomes claimable at one peer is told to those who wait at the other', async (t) => {
  const [one, two] = await twoStores(t)
  const told = new Promise<boolean>((resolve) => {
    two.subscribe(({ kind }) => {
      if (kind === 'ready') resolve(true)
    })
  })
  const over = new AbortController()
  await submit(one)
  const patience = systemClock.sleep(20_000, over.signal).then(() => false)
  assert.equal(await Promise.race([told, patience.catch(() => false)]), true)
  over.abort()
})

test('a request that is repeated at another peer is answered with the same grant', async (t) => {
  const [one, two] = await twoStores(t)
  await submit(one)
  await submit(one)
  const [first, again] = await Promise.all([claimBy(one, 'w', 'same', 1), claimBy(two, 'w', 'same', 1)])
  assert.deepEqual(
    first.map(({ fence }) => fence),
    again.map(({ fence }) => fence),
  )
})

test('of two ends of one grant at two peers one counts, and another worker with the right number is fenced', async (t) => {
  const [one, two] = await twoStores(t)
  const id = await submit(one)
  const [grant] = await claimBy(one, 'w', 'r', 1)
  const end = { taskId: id, fence: grant?.fence ?? assert.fail(), status: 'completed' } as const
  const strange = await two.settle([{ ...end, isWorker: (holder) => holder === 'other' }], systemClock.now())
  assert.equal(strange[0]?.outcome, 'fenced')
  const [a, b] = await Promise.all([
    one.settle([{ ...end, result: { by: 'one' } }], systemClock.now()),
    two.settle([{ ...end, result: { by: 'two' } }], systemClock.now()),
  ])
  assert.deepEqual([a[0]?.outcome, b[0]?.outcome].sort(), ['already', 'settled'])
  assert.deepEqual(a[0]?.task?.result, b[0]?.task?.result)
})

test('a child that is submitted while its parent ends at another peer never waits for ever', async (t) => {
  const [one, two] = await twoStores(t)
  for (let round = 0; round < 25; round += 1) {
    const parent = await submit(one)
    const [grant] = await claimBy(one, 'w', `p${String(round)}`, 1)
    const status = round % 2 === 0 ? 'completed' : 'failed'
    const [child] = await Promise.all([
      submit(two, { needs: [parent] }),
      one.settle([{ taskId: parent, fence: grant?.fence ?? assert.fail(), status }], systemClock.now()),
    ])
    const then = await one.find(child)
    assert.equal(then?.status, status === 'completed' ? 'queued' : 'failed', `round ${String(round)}`)
    assert.notEqual(then.phase, 'blocked')
    if (status === 'completed') await two.cancel(child, systemClock.now())
  }
})

/** Submits by several callers, who repeat by key until they are answered, while `hurt` is at work. */
async function underLoad(
  one: TaskStore,
  two: TaskStore,
  hurt: (more: () => Promise<void>) => Promise<void>,
): Promise<{ readonly acknowledged: readonly TaskId[]; readonly refused: number }> {
  const heard = new Set<TaskId>()
  const stopListening = two.subscribe((event) => {
    if (event.kind === 'changed') heard.add(event.taskId)
  })
  const acknowledged: TaskId[] = []
  let refused = 0
  let isOver = false
  const load = Array.from({ length: 8 }, async (_, lane) => {
    for (let number = 0; !isOver; number += 1) {
      const key = `${String(lane)} ${String(number)}`
      for (let done = false; !done;) {
        try {
          acknowledged.push(await submit(one, { idempotencyKey: key }))
          done = true
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'storage_failed')
          refused += 1
        }
      }
    }
  })
  const more = async (): Promise<void> => {
    const before = acknowledged.length
    while (acknowledged.length < before + 30) await systemClock.sleep(5)
  }
  try {
    await hurt(more)
    await more()
  } finally {
    isOver = true
    await Promise.all(load)
  }
  assert.equal(new Set(acknowledged).size, acknowledged.length, 'no key made two tasks')
  const { queuedByPhase } = await two.counts()
  assert.equal(queuedByPhase.ready, acknowledged.length)
  while (!acknowledged.every((id) => heard.has(id))) await systemClock.sleep(20)
  stopListening()
  return { acknowledged, refused }
}

test('connections that are cut under load lose nothing that was acknowledged, and what changed meanwhile is heard of', async (t) => {
  const { acknowledged, refused } = await underLoad(...(await twoStores(t)), (more) =>
    withAdmin(async (admin) => {
      for (let cut = 0; cut < 5; cut += 1) {
        await more()
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'runner-mesh %'",
        )
      }
    }),
  )
  t.diagnostic(`${String(acknowledged.length)} acknowledged, ${String(refused)} refused and repeated`)
})

for (const how of ['told', 'killed'] as const) {
  test(`a database that is ${how === 'told' ? 'restarted' : 'killed and recovers'} under load is a pause, and loses nothing that was acknowledged`, async (t) => {
    own ??= startPostgres({ add: (remove) => removals.push(remove) }, { fsync: false })
    const { port, password, restart } = await own
    const [one, two] = await twoStores(t, `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres`)
    const held = await submit(one, { idempotencyKey: 'held' })
    const [grant] = await claimBy(one, 'w', 'r', 1)
    // This server's own default would not wait for its log: the store does not take that for an answer.
    const { acknowledged, refused } = await underLoad(one, two, async (more) => {
      await more()
      const from = systemClock.mono()
      await restart(how)
      await more()
      t.diagnostic(`the pause and 30 more tasks: ${String(Math.round(systemClock.mono() - from))} ms`)
    })
    t.diagnostic(`${String(acknowledged.length)} acknowledged, ${String(refused)} refused and repeated`)
    // A lease lives in the database: its holder renews and settles at the other peer as if nothing had been.
    const renewal = { taskId: held, fence: grant?.fence ?? assert.fail() }
    assert.deepEqual(await two.renew([renewal], 'w' as PeerId, systemClock.now()), ['renewed'])
    const [end] = await two.settle([{ ...renewal, status: 'completed' }], systemClock.now())
    assert.equal(end?.outcome, 'settled')
    const [later] = await claimBy(two, 'w', 'after', 1)
    assert((later?.fence ?? 0) > renewal.fence)
  })
}
