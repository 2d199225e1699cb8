import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import type { HomeId } from '../../src/core/ids.ts'
import { createFileArtifactStore } from '../../src/store/artifacts/file-artifact-store.ts'
import { createPostgresArtifactStore } from '../../src/store/postgres/artifacts.ts'
import { createPostgresLogStore } from '../../src/store/postgres/logs.ts'
import { OutputDatabase } from '../../src/store/postgres/output-database.ts'
import { createPostgresTaskStore } from '../../src/store/postgres/postgres-task-store.ts'
import { STORE_DEFAULTS } from '../../src/store/sqlite/settings.ts'
import { startPostgres } from '../support/database-servers.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { artifactOf, attemptOf, describeArtifactStore, inPieces } from './artifact-store.ts'
import { describeLogStore, KEY, recordsOf, textsOf } from './log-store.ts'

/** The home of the tasks that the suites speak of. */
const HOME = 'aaaaaaaaaaaaaaaa' as HomeId
const TASKS = 20

const removals: (() => Promise<void>)[] = []
let prepared: Promise<{ readonly url: string; readonly admin: pg.Client }> | undefined

after(async () => {
  for (const remove of removals.reverse()) await remove()
})

async function prepare(): Promise<{ readonly url: string; readonly admin: pg.Client }> {
  const { port, password } = await startPostgres({ add: (remove) => removals.push(remove) }, { fsync: false })
  const url = `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres`
  const store = createPostgresTaskStore({
    database: { url },
    clock: new ManualClock(),
    random: new SeededRandom(),
    log: new RecordingLog(),
    settings: { ...STORE_DEFAULTS, lostGraceMs: 1000 },
  })
  await store.start()
  await store.stop()
  const admin = new pg.Client({ connectionString: url, options: '-c search_path=runner_mesh' })
  await admin.connect()
  removals.push(() => admin.end())
  return { url, admin }
}

/** Another peer's view of the same tables, all empty. */
async function freshDatabase(): Promise<OutputDatabase> {
  prepared ??= prepare()
  const { admin } = await prepared
  await admin.query('TRUNCATE artifact, artifact_piece, artifact_content, log, log_chunk, task CASCADE')
  await admin.query(
    `INSERT INTO task(seq, epoch, state, lane, order_key, ready_at, due_at, queue_ms, total_at, retention_ms, created_at, updated_at)
       SELECT n, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1 FROM generate_series(1, ${String(TASKS)}) n`,
  )
  return openDatabase('one')
}

async function openDatabase(name: string): Promise<OutputDatabase> {
  prepared ??= prepare()
  const { url } = await prepared
  const database = new OutputDatabase({ database: { url }, home: { homeId: HOME }, name, log: new RecordingLog() })
  await database.start()
  return database
}

describeLogStore('PostgreSQL', async (limits) => {
  const database = await freshDatabase()
  return Object.assign(createPostgresLogStore(database, limits), { [Symbol.asyncDispose]: () => database.stop() })
})

describeArtifactStore('PostgreSQL', async (limits, totalBytes) => {
  const [database, directory] = [await freshDatabase(), await scratchDirectory('memory')]
  const arriving = createFileArtifactStore({ directory: directory.path, limits, totalBytes })
  const store = createPostgresArtifactStore({ database, arriving, limits, totalBytes })
  await store.start()
  return Object.assign(store, {
    [Symbol.asyncDispose]: async () => {
      await store.stop()
      await database.stop()
      await directory[Symbol.asyncDispose]()
    },
  })
})

test('a worker that comes back by another peer goes on with its log there, and both tell all of it', async () => {
  const limits = { headBytes: 1_000, tailBytes: 4_000 }
  const [one, two] = [await freshDatabase(), await openDatabase('two')]
  const [here, there] = [createPostgresLogStore(one, limits), createPostgresLogStore(two, limits)]
  const records = recordsOf(['a\n', 'b\n', 'c\n', 'd\n'], { end: true })
  await here.append(KEY, records.slice(0, 2))
  assert.equal((await there.state(KEY))?.next.seq, 2)
  await Promise.all([here.append(KEY, records.slice(0, 4)), there.append(KEY, records)])
  for (const store of [here, there]) {
    assert.deepEqual(textsOf(await store.read(KEY, { seq: 0 }, 1_000)), ['a\n', 'b\n', 'c\n', 'd\n', ''])
    assert.equal((await store.state(KEY))?.ended, true)
  }
  await one.stop()
  await two.stop()
})

test('a connection that is lost in the middle of a transaction is a repeat of it, not the end of the process', async () => {
  const database = await freshDatabase()
  const { admin } = (await prepared) ?? assert.fail()
  let tries = 0
  const kept = await database.transact(async (sql) => {
    tries += 1
    const own = await sql.row<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    // Between two statements, when no caller is there to be told.
    if (tries === 1) await admin.query('SELECT pg_terminate_backend($1, 10000)', [own?.pid])
    return (await sql.row<{ kept: number }>('SELECT 1 AS kept'))?.kept
  })
  assert.deepEqual([kept, tries], [1, 2])
  await database.stop()
})

test('logs and artifacts go with their task, a content with the last of its tasks', async () => {
  await using directory = await scratchDirectory('memory')
  const database = await freshDatabase()
  const { admin } = (await prepared) ?? assert.fail()
  const limits = { files: 10, bytes: 10_000_000 }
  const arriving = createFileArtifactStore({ directory: directory.path, limits, totalBytes: 10_000_000 })
  const artifacts = createPostgresArtifactStore({ database, arriving, limits, totalBytes: 10_000_000 })
  await artifacts.start()
  const logs = createPostgresLogStore(database, { headBytes: 1_000, tailBytes: 1_000 })
  // Longer than a piece, and not a multiple of one.
  const { content, sha256, bytes } = artifactOf('/out', 'piece by piece '.repeat(60_000))
  await artifacts.collect(attemptOf(1), '/out', bytes, inPieces(content, 100_000))
  await logs.append(attemptOf(1), recordsOf(['line\n'], { end: true }))
  const read: Uint8Array[] = []
  for await (const piece of (await artifacts.read(sha256, 262_000, 500_000)) ?? assert.fail()) read.push(piece)
  assert.equal(Buffer.compare(Buffer.concat(read), content.subarray(262_000, 762_000)), 0)
  await admin.query('DELETE FROM artifact WHERE seq = 1; DELETE FROM task WHERE seq = 1')
  assert.deepEqual(await logs.keys(), [])
  assert.equal((await admin.query('SELECT 1 FROM log_chunk')).rowCount, 0)
  await assert.rejects(logs.append(attemptOf(1), recordsOf(['late\n'])), { code: 'task_not_found' })
  await artifacts.stop()
  await database.stop()
})
