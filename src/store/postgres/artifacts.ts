/**
 * Artifacts of a shared home, by content, in pieces. What is on its way in stands in files of the peer that takes it, and
 * goes to the database whole, once its SHA-256 is proven: a transfer is gone on with at the same peer, and begun anew at
 * another.
 */
import { createHash } from 'node:crypto'
import type { Artifact, ArtifactLimits } from '../../core/artifact.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { TaskId } from '../../core/ids.ts'
import type { ArtifactIntake, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { AttemptKey } from '../../core/ports/log-store.ts'
import type { OutputDatabase } from './output-database.ts'
import type { Sql } from './transaction.ts'

export interface PostgresArtifactStoreDeps {
  readonly database: OutputDatabase
  /** Files for what arrives; nothing else is kept there. */
  readonly arriving: ArtifactStore
  readonly limits: ArtifactLimits
  /** Of all contents together, bytes. */
  readonly totalBytes: number
}

const PIECE_BYTES = 262_144

export function createPostgresArtifactStore(deps: PostgresArtifactStoreDeps): ArtifactStore {
  return new PostgresArtifactStore(deps)
}

class PostgresArtifactStore implements ArtifactStore {
  readonly #deps: PostgresArtifactStoreDeps
  #arrivals = 0

  constructor(deps: PostgresArtifactStoreDeps) {
    this.#deps = deps
  }

  /** What a former process had taken whole but not brought to the database is sent again by its worker. */
  async start(): Promise<void> {
    const { arriving } = this.#deps
    await arriving.start()
    for (const key of await arriving.keys()) await arriving.remove(key)
  }

  stop(): Promise<void> {
    return this.#deps.arriving.stop()
  }

  async receive(key: AttemptKey, artifact: Artifact): Promise<ArtifactIntake> {
    const { database, arriving } = this.#deps
    await this.#check(key, artifact.path, artifact.bytes)
    if (await database.read((sql) => hasContent(sql, artifact.sha256))) {
      return {
        offset: artifact.bytes,
        write: () => Promise.reject(new RunnerMeshError('too_large', `All of ${artifact.path} is here already.`)),
        finish: () => this.#keep(key, artifact, undefined),
        close: () => Promise.resolve(),
      }
    }
    await this.#checkRoom(artifact.bytes)
    const arrival = this.#nextArrival(key)
    const intake = await arriving.receive(arrival, artifact)
    return {
      get offset() {
        return intake.offset
      },
      write: (bytes) => intake.write(bytes),
      close: () => intake.close(),
      finish: async () => {
        await intake.finish()
        try {
          await this.#keep(key, artifact, arriving)
        } finally {
          await arriving.remove(arrival)
        }
      },
    }
  }

  async collect(key: AttemptKey, path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<Artifact> {
    const { arriving } = this.#deps
    await this.#check(key, path, bytes)
    await this.#checkRoom(bytes)
    const arrival = this.#nextArrival(key)
    const artifact = await arriving.collect(arrival, path, bytes, content)
    try {
      await this.#keep(key, artifact, arriving)
    } finally {
      await arriving.remove(arrival)
    }
    return artifact
  }

  list({ taskId, attempt }: AttemptKey): Promise<readonly Artifact[]> {
    const seq = this.#deps.database.seqOf(taskId)
    if (seq === undefined) return Promise.resolve([])
    return this.#deps.database.read((sql) =>
      sql.rows<Artifact>(
        `SELECT a.path, c.bytes, a.sha256 FROM artifact a JOIN artifact_content c ON c.sha256 = a.sha256
          WHERE a.seq = $1 AND a.attempt = $2 ORDER BY a.path COLLATE "C"`,
        [seq, attempt],
      ),
    )
  }

  owners(sha256: string): Promise<readonly TaskId[]> {
    const { database } = this.#deps
    return database.read(async (sql) => {
      const rows = await sql.rows<{ seq: number; epoch: number }>(
        'SELECT DISTINCT t.seq, t.epoch FROM artifact a JOIN task t ON t.seq = a.seq WHERE a.sha256 = $1 ORDER BY t.seq',
        [sha256],
      )
      return rows.map((row) => database.idOf(row))
    })
  }

  async read(sha256: string, offset: number, maxBytes?: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { database } = this.#deps
    const content = await database.read((sql) =>
      sql.row<{ bytes: number }>('SELECT bytes FROM artifact_content WHERE sha256 = $1', [sha256]),
    )
    if (content === undefined) return undefined
    return piecesOf(database, sha256, offset, Math.min(content.bytes, offset + (maxBytes ?? content.bytes)))
  }

  keys(): Promise<readonly AttemptKey[]> {
    const { database } = this.#deps
    return database.read(async (sql) => {
      const rows = await sql.rows<{ seq: number; epoch: number; attempt: number }>(
        'SELECT DISTINCT a.seq, t.epoch, a.attempt FROM artifact a JOIN task t ON t.seq = a.seq ORDER BY a.seq, a.attempt',
      )
      return rows.map((row) => ({ taskId: database.idOf(row), attempt: row.attempt }))
    })
  }

  async remove({ taskId, attempt }: AttemptKey): Promise<void> {
    const seq = this.#deps.database.seqOf(taskId)
    if (seq === undefined) return
    await this.#deps.database.transact(async (sql) => {
      const gone = await sql.rows<{ sha256: string }>(
        'DELETE FROM artifact WHERE seq = $1 AND attempt = $2 RETURNING sha256',
        [seq, attempt],
      )
      await dropUnowned(
        sql,
        gone.map(({ sha256 }) => sha256),
      )
    })
  }

  /** Arrivals have numbers of their own: two files of one attempt may be on their way at once. */
  #nextArrival({ taskId }: AttemptKey): AttemptKey {
    this.#arrivals += 1
    return { taskId, attempt: this.#arrivals }
  }

  async #check(key: AttemptKey, path: string, bytes: number): Promise<void> {
    const { limits } = this.#deps
    const others = (await this.list(key)).filter((other) => other.path !== path)
    const together = others.reduce((sum, other) => sum + other.bytes, bytes)
    if (others.length < limits.files && together <= limits.bytes) return
    throw new RunnerMeshError(
      'too_large',
      `${path} goes beyond what one attempt may leave: ${String(limits.files)} files, ${String(limits.bytes)} bytes.`,
    )
  }

  async #checkRoom(bytes: number): Promise<void> {
    const { database, totalBytes } = this.#deps
    const kept = await database.read((sql) =>
      sql.row<{ bytes: number }>('SELECT coalesce(sum(bytes), 0)::bigint AS bytes FROM artifact_content'),
    )
    if ((kept?.bytes ?? 0) + bytes <= totalBytes) return
    throw new RunnerMeshError(
      'storage_low',
      `The artifacts of this home would be more than ${String(totalBytes)} bytes. They go with their tasks; raise artifacts-max-bytes to keep more.`,
    )
  }

  /** @param source where its content is, unless it is in the database */
  async #keep(key: AttemptKey, artifact: Artifact, source: ArtifactStore | undefined): Promise<void> {
    const seq = this.#deps.database.seqOf(key.taskId) ?? 0
    const { path, bytes, sha256 } = artifact
    await this.#deps.database.transact(async (sql) => {
      const made = await sql.run('INSERT INTO artifact_content(sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        sha256,
        bytes,
      ])
      if (made === 1) await fill(sql, artifact, await source?.read(sha256, 0))
      const [replaced] = await sql.rows<{ sha256: string }>(
        'SELECT sha256 FROM artifact WHERE seq = $1 AND attempt = $2 AND path = $3',
        [seq, key.attempt, path],
      )
      await sql.run(
        `INSERT INTO artifact(seq, attempt, path, sha256) VALUES ($1, $2, $3, $4)
           ON CONFLICT (seq, attempt, path) DO UPDATE SET sha256 = excluded.sha256`,
        [seq, key.attempt, path, sha256],
      )
      if (replaced !== undefined && replaced.sha256 !== sha256) await dropUnowned(sql, [replaced.sha256])
    })
  }
}

async function hasContent(sql: Sql, sha256: string): Promise<boolean> {
  return (await sql.row('SELECT 1 FROM artifact_content WHERE sha256 = $1', [sha256])) !== undefined
}

/** @throws RunnerMeshError signature_invalid when what is written is not what was proven */
async function fill(
  sql: Sql,
  { path, sha256 }: Artifact,
  content: AsyncIterable<Uint8Array> | undefined,
): Promise<void> {
  const hash = createHash('sha256')
  let waiting: Uint8Array[] = []
  let [held, number] = [0, 0]
  const write = async (piece: Buffer): Promise<void> => {
    await sql.run('INSERT INTO artifact_piece(sha256, number, body) VALUES ($1, $2, $3)', [sha256, number, piece])
    number += 1
  }
  for await (const bytes of content ?? []) {
    hash.update(bytes)
    waiting.push(bytes)
    held += bytes.length
    if (held < PIECE_BYTES) continue
    let all = Buffer.concat(waiting)
    for (; all.length >= PIECE_BYTES; all = all.subarray(PIECE_BYTES)) await write(all.subarray(0, PIECE_BYTES))
    waiting = [all]
    held = all.length
  }
  if (held > 0) await write(Buffer.concat(waiting))
  if (hash.digest('hex') === sha256) return
  throw new RunnerMeshError('signature_invalid', `The content of ${path} was removed meanwhile. Send it again.`)
}

async function* piecesOf(
  database: OutputDatabase,
  sha256: string,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const number = Math.floor(at / PIECE_BYTES)
    const piece = await database.read((sql) =>
      sql.row<{ body: Buffer }>('SELECT body FROM artifact_piece WHERE sha256 = $1 AND number = $2', [sha256, number]),
    )
    if (piece === undefined) throw new RunnerMeshError('storage_failed', `The content ${sha256} was removed meanwhile.`)
    const start = at - number * PIECE_BYTES
    const bytes = piece.body.subarray(start, start + to - at)
    yield bytes
    at += bytes.length
  }
}

/** Locked before it is looked at: whoever adds an owner meanwhile is seen, or waits. */
export async function dropUnowned(sql: Sql, contents: readonly string[]): Promise<void> {
  if (contents.length === 0) return
  await sql.rows('SELECT 1 FROM artifact_content WHERE sha256 = ANY($1) ORDER BY sha256 FOR UPDATE', [contents])
  await sql.run(
    `DELETE FROM artifact_content c WHERE c.sha256 = ANY($1)
        AND NOT EXISTS (SELECT 1 FROM artifact a WHERE a.sha256 = c.sha256)`,
    [contents],
  )
}
