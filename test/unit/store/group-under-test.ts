/** A group commit over a database in memory, whose clock, syncs and faults a test commands. */
import { DatabaseSync } from 'node:sqlite'
import type { StoreEvent } from '../../../src/core/ports/task-store.ts'
import { GroupCommit } from '../../../src/store/sqlite/group-commit.ts'

export function openGroup({
  maxSteps = 256,
  maxMs = 5,
  mono = (): number => 0,
  makesRoom = false,
  sync = () => Promise.resolve(),
} = {}) {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE line(text TEXT UNIQUE) STRICT; CREATE TABLE parent(id INTEGER PRIMARY KEY)')
  const events: StoreEvent[] = []
  const rollbacks: unknown[] = []
  let beforeCommit: () => void = () => undefined
  let commits = 0
  const commit = new GroupCommit({
    db,
    mono,
    sync: () => sync(),
    maxSteps,
    maxMs,
    beforeCommit: () => {
      commits += 1
      beforeCommit()
    },
    onRollback: (fault) => {
      rollbacks.push(fault)
      return makesRoom
    },
    emit: (event) => events.push(event),
  })
  return {
    db,
    commit,
    events,
    rollbacks,
    write: (text: string) => db.prepare('INSERT INTO line VALUES (?)').run(text),
    lines: () =>
      db
        .prepare('SELECT text FROM line ORDER BY rowid')
        .all()
        .map((row) => row['text']),
    commits: () => commits,
    failCommit: (times: number) => {
      let left = times
      beforeCommit = () => {
        left -= 1
        if (left >= 0) throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
      }
    },
    [Symbol.dispose]: () => db.close(),
  }
}
