import { after } from 'node:test'
import pg from 'pg'
import { createPostgresTaskStore } from '../../src/store/postgres/postgres-task-store.ts'
import { STORE_DEFAULTS } from '../../src/store/sqlite/settings.ts'
import { givenPostgres, type Server } from '../support/database-servers.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { describeTaskStore } from './task-store.ts'

const LOST_GRACE_MS = 45_000

/** Leases are measured on the clock of the database, which is a table here that the test sets. */
const CLOCK = `
  CREATE TABLE test_clock(ms bigint NOT NULL); INSERT INTO test_clock VALUES (1000000);
  CREATE OR REPLACE FUNCTION lease_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT ms FROM test_clock'`

/** An empty home again; nobody watches keys meanwhile. */
const EMPTY = `
  SET session_replication_role = replica;
  DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables
      WHERE schemaname = current_schema() AND tablename NOT IN ('schema_version', 'test_clock') LOOP
      EXECUTE format('DELETE FROM %I', one);
    END LOOP;
  END $$;
  UPDATE test_clock SET ms = 1000000;
  SELECT setval('lsn', 1, false), setval('task_seq', 1, false)`

/** Tables of a home, with nothing in them. Making them costs more than most tests do. */
interface Tables {
  readonly database: { readonly url: string; readonly schema: string }
  readonly admin: pg.Client
}

const removals: (() => Promise<void>)[] = []
let server: Promise<Server> | undefined
let schemas = 0
const idle: Tables[] = []

after(async () => {
  for (const remove of removals.reverse()) await remove()
})

const settings = { ...STORE_DEFAULTS, lostGraceMs: LOST_GRACE_MS }

async function makeTables(): Promise<Tables> {
  server ??= givenPostgres({ add: (remove) => removals.push(remove) })
  const { port, password } = await server
  schemas += 1
  const schema = `home_${String(process.pid)}_${String(schemas)}`
  const database = { url: `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres`, schema }
  const [clock, random, log] = [new ManualClock(), new SeededRandom(), new RecordingLog()]
  const store = createPostgresTaskStore({ database, clock, random, log, settings })
  await store.start()
  await store.stop()
  const admin = new pg.Client({ connectionString: database.url, options: `-c search_path=${schema}` })
  await admin.connect()
  removals.push(async () => {
    await admin.query(`DROP SCHEMA ${schema} CASCADE`)
    await admin.end()
  })
  await admin.query(CLOCK)
  await admin.query(EMPTY)
  return { database, admin }
}

describeTaskStore('PostgreSQL', async () => {
  const tables = idle.pop() ?? (await makeTables())
  const { database, admin } = tables
  const [clock, random] = [new ManualClock(), new SeededRandom()]
  const open = () => createPostgresTaskStore({ database, clock, random, log: new RecordingLog(), settings })
  let store = open()
  await store.start()
  return {
    get store() {
      return store
    },
    lostGraceMs: LOST_GRACE_MS,
    leasesOutliveRestart: true,
    passLeaseTime: async (ms) => {
      await clock.advance(ms)
      await admin.query(
        `UPDATE test_clock SET ms = ms + ${String(ms)}; UPDATE home SET swept_at = swept_at + ${String(ms)}`,
      )
    },
    restart: async () => {
      await store.stop()
      store = open()
      await store.start()
    },
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await admin.query(EMPTY)
      idle.push(tables)
    },
  }
})
