/** Which attempt left which content, over node:sqlite: `index.db` in the folder of the artifacts. */
import type { DatabaseSync } from 'node:sqlite'
import type { Artifact } from '../../core/artifact.ts'
import type { TaskId } from '../../core/ids.ts'
import type { AttemptKey } from '../../core/ports/log-store.ts'
import { openSmallDatabase } from '../sqlite/small-database.ts'

const SCHEMA = 1
const TABLES = `
  CREATE TABLE IF NOT EXISTS content (sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS artifact (
    task_id TEXT NOT NULL, attempt INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (task_id, attempt, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS artifact_by_content ON artifact (sha256)`

interface Row {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

export class ArtifactIndex {
  readonly #db: DatabaseSync
  readonly #statements
  /** Bytes of all contents. */
  total: number

  /** @throws RunnerMeshError store_corrupt, store_newer */
  constructor(file: string) {
    const db = openSmallDatabase({
      file,
      schema: SCHEMA,
      tables: TABLES,
      synchronous: 'FULL',
      advice: 'Move the folder of the artifacts away to start without them, or restore it.',
    })
    this.#db = db
    this.#statements = {
      insert: db.prepare('INSERT OR REPLACE INTO artifact (task_id, attempt, path, sha256) VALUES (?, ?, ?, ?)'),
      insertContent: db.prepare('INSERT OR IGNORE INTO content (sha256, bytes) VALUES (?, ?)'),
      hasContent: db.prepare('SELECT 1 FROM content WHERE sha256 = ?'),
      list: db.prepare(
        'SELECT path, sha256, bytes FROM artifact JOIN content USING (sha256) WHERE task_id = ? AND attempt = ? ORDER BY path',
      ),
      owners: db.prepare('SELECT DISTINCT task_id FROM artifact WHERE sha256 = ?'),
      keys: db.prepare('SELECT DISTINCT task_id, attempt FROM artifact'),
      remove: db.prepare('DELETE FROM artifact WHERE task_id = ? AND attempt = ?'),
      unowned: db.prepare('SELECT sha256, bytes FROM content WHERE sha256 NOT IN (SELECT sha256 FROM artifact)'),
      removeContent: db.prepare('DELETE FROM content WHERE sha256 = ?'),
    }
    const { total } = db.prepare('SELECT coalesce(sum(bytes), 0) AS total FROM content').get() as { total: number }
    this.total = total
  }

  close(): void {
    this.#db.close()
  }

  has(sha256: string): boolean {
    return this.#statements.hasContent.get(sha256) !== undefined
  }

  /** @returns contents that nobody owns any more, when the path stood for another one before */
  add({ taskId, attempt }: AttemptKey, { path, sha256, bytes }: Artifact): readonly string[] {
    return this.#atOnce(() => {
      if (this.#statements.insertContent.run(sha256, bytes).changes > 0) this.total += bytes
      this.#statements.insert.run(taskId, attempt, path, sha256)
      return this.#dropUnowned()
    })
  }

  list({ taskId, attempt }: AttemptKey): readonly Artifact[] {
    const rows = this.#statements.list.all(taskId, attempt) as unknown as readonly Row[]
    return rows.map(({ path, sha256, bytes }) => ({ path, bytes, sha256 }))
  }

  owners(sha256: string): readonly TaskId[] {
    const rows = this.#statements.owners.all(sha256) as unknown as readonly { readonly task_id: TaskId }[]
    return rows.map(({ task_id: taskId }) => taskId)
  }

  keys(): readonly AttemptKey[] {
    const rows = this.#statements.keys.all() as unknown as readonly { task_id: TaskId; attempt: number }[]
    return rows.map(({ task_id: taskId, attempt }) => ({ taskId, attempt }))
  }

  /** @returns contents that nobody owns any more */
  remove({ taskId, attempt }: AttemptKey): readonly string[] {
    return this.#atOnce(() => {
      this.#statements.remove.run(taskId, attempt)
      return this.#dropUnowned()
    })
  }

  #dropUnowned(): readonly string[] {
    const rows = this.#statements.unowned.all() as unknown as readonly Omit<Row, 'path'>[]
    for (const { sha256, bytes } of rows) {
      this.#statements.removeContent.run(sha256)
      this.total -= bytes
    }
    return rows.map(({ sha256 }) => sha256)
  }

  #atOnce<T>(change: () => T): T {
    const { total } = this
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      this.total = total
      throw error
    }
  }
}
