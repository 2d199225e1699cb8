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
  CREATE OR REPLACE FUNCTION lease_now() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT ms FROM test_clock';
  UPDATE home SET swept_at = lease_now();`

const removals: (() => Promise<void>)[] = []
let server: Promise<Server> | undefined
let schemas = 0

after(async () => {
  for (const remove of removals.reverse()) await remove()
})

describeTaskStore('PostgreSQL', async () => {
  server ??= givenPostgres({ add: (remove) => removals.push(remove) })
  const { port, password } = await server
  schemas += 1
  const schema = `home_${String(process.pid)}_${String(schemas)}`
  const url = `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres`
  const settings = { ...STORE_DEFAULTS, lostGraceMs: LOST_GRACE_MS }
  const [clock, random] = [new ManualClock(), new SeededRandom()]
  const open = () =>
    createPostgresTaskStore({ database: { url, schema }, clock, random, log: new RecordingLog(), settings })
  let store = open()
  await store.start()
  const admin = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` })
  await admin.connect()
  await admin.query(CLOCK)
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
      await admin.query(`DROP SCHEMA ${schema} CASCADE`)
      await admin.end()
    },
  }
})
