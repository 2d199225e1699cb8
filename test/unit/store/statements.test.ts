import assert from 'node:assert/strict'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { test } from 'node:test'
import { MIGRATIONS } from '../../../src/store/sqlite/schema.ts'
import { prepareStatements } from '../../../src/store/sqlite/statements.ts'

/** Statements that read a table from end to end: once, at start, or tables that people fill by hand. */
const WHOLE_TABLE = ['readRunning', 'readRefusers', 'countNeeds', 'readCrons', 'readHome']

function openSchema(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  for (const migration of MIGRATIONS) db.exec(migration)
  return db
}

function planOf(db: DatabaseSync, statement: StatementSync): readonly string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${statement.sourceSQL}`)
    .all()
    .map((row) => String(row['detail']))
}

test('no statement of the running queue reads a whole table', () => {
  using db = openSchema()
  const scanning = Object.entries(prepareStatements(db))
    .filter(([, statement]) => planOf(db, statement).some((step) => /^SCAN (?!json_each)/.test(step)))
    .map(([name]) => name)
  assert.deepEqual(
    scanning.filter((name) => !WHOLE_TABLE.includes(name)),
    [],
  )
})

test('tasks of a tag or workflow are found by their mark', () => {
  using db = openSchema()
  const plan = planOf(db, prepareStatements(db).readMarked)
  assert.match(plan[0] ?? '', /^SEARCH m USING PRIMARY KEY \(name=\? AND seq>\? AND seq<\?\)/)
  assert(!plan.includes('USE TEMP B-TREE FOR ORDER BY'))
})

test('what is looked for by place or time is found in its own partial index', () => {
  using db = openSchema()
  const sql = prepareStatements(db)
  for (const [statement, index] of [
    [sql.readHeads, 'task_ready'],
    [sql.readUnrefusedHead, 'task_ready'],
    [sql.readDue, 'task_due'],
    [sql.readDelayedDue, 'task_due'],
    [sql.readNextDue, 'task_due'],
    [sql.readPurgeable, 'task_purge'],
  ] as const) {
    const plan = planOf(db, statement).join('; ')
    assert.match(plan, new RegExp(`USING (COVERING )?INDEX ${index}\\b`), statement.sourceSQL)
    assert.doesNotMatch(plan, /USE TEMP B-TREE/, statement.sourceSQL)
  }
})
