import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/store/postgres/artifacts.ts
import { createHash } from "node:crypto";
var PIECE_BYTES = 262144;
function createPostgresArtifactStore(deps) {
  return new PostgresArtifactStore(deps);
}
var PostgresArtifactStore = class {
  #deps;
  #arrivals = 0;
  constructor(deps) {
    this.#deps = deps;
  }
  /** What a former process had taken whole but not brought to the database is sent again by its worker. */
  async start() {
    const { arriving } = this.#deps;
    await arriving.start();
    for (const key of await arriving.keys()) await arriving.remove(key);
  }
  stop() {
    return this.#deps.arriving.stop();
  }
  async receive(key, artifact) {
    const { database, arriving } = this.#deps;
    await this.#check(key, artifact.path, artifact.bytes);
    if (await database.read((sql) => hasContent(sql, artifact.sha256))) {
      return {
        offset: artifact.bytes,
        write: () => Promise.reject(new RunnerMeshError("too_large", `All of ${artifact.path} is here already.`)),
        finish: () => this.#keep(key, artifact, void 0),
        close: () => Promise.resolve()
      };
    }
    await this.#checkRoom(artifact.bytes);
    const arrival = this.#nextArrival(key);
    const intake = await arriving.receive(arrival, artifact);
    return {
      get offset() {
        return intake.offset;
      },
      write: (bytes) => intake.write(bytes),
      close: () => intake.close(),
      finish: async () => {
        await intake.finish();
        try {
          await this.#keep(key, artifact, arriving);
        } finally {
          await arriving.remove(arrival);
        }
      }
    };
  }
  async collect(key, path, bytes, content) {
    const { arriving } = this.#deps;
    await this.#check(key, path, bytes);
    await this.#checkRoom(bytes);
    const arrival = this.#nextArrival(key);
    const artifact = await arriving.collect(arrival, path, bytes, content);
    try {
      await this.#keep(key, artifact, arriving);
    } finally {
      await arriving.remove(arrival);
    }
    return artifact;
  }
  list({ taskId, attempt }) {
    const seq = this.#deps.database.seqOf(taskId);
    if (seq === void 0) return Promise.resolve([]);
    return this.#deps.database.read(
      (sql) => sql.rows(
        `SELECT a.path, c.bytes, a.sha256 FROM artifact a JOIN artifact_content c ON c.sha256 = a.sha256
          WHERE a.seq = $1 AND a.attempt = $2 ORDER BY a.path COLLATE "C"`,
        [seq, attempt]
      )
    );
  }
  owners(sha256) {
    const { database } = this.#deps;
    return database.read(async (sql) => {
      const rows = await sql.rows(
        "SELECT DISTINCT t.seq, t.epoch FROM artifact a JOIN task t ON t.seq = a.seq WHERE a.sha256 = $1 ORDER BY t.seq",
        [sha256]
      );
      return rows.map((row) => database.idOf(row));
    });
  }
  async read(sha256, offset, maxBytes) {
    const { database } = this.#deps;
    const content = await database.read(
      (sql) => sql.row("SELECT bytes FROM artifact_content WHERE sha256 = $1", [sha256])
    );
    if (content === void 0) return void 0;
    return piecesOf(database, sha256, offset, Math.min(content.bytes, offset + (maxBytes ?? content.bytes)));
  }
  keys() {
    const { database } = this.#deps;
    return database.read(async (sql) => {
      const rows = await sql.rows(
        "SELECT DISTINCT a.seq, t.epoch, a.attempt FROM artifact a JOIN task t ON t.seq = a.seq ORDER BY a.seq, a.attempt"
      );
      return rows.map((row) => ({ taskId: database.idOf(row), attempt: row.attempt }));
    });
  }
  async remove({ taskId, attempt }) {
    const seq = this.#deps.database.seqOf(taskId);
    if (seq === void 0) return;
    await this.#deps.database.transact(async (sql) => {
      const gone = await sql.rows(
        "DELETE FROM artifact WHERE seq = $1 AND attempt = $2 RETURNING sha256",
        [seq, attempt]
      );
      await dropUnowned(
        sql,
        gone.map(({ sha256 }) => sha256)
      );
    });
  }
  /** Arrivals have numbers of their own: two files of one attempt may be on their way at once. */
  #nextArrival({ taskId }) {
    this.#arrivals += 1;
    return { taskId, attempt: this.#arrivals };
  }
  async #check(key, path, bytes) {
    const { limits } = this.#deps;
    const others = (await this.list(key)).filter((other) => other.path !== path);
    const together = others.reduce((sum, other) => sum + other.bytes, bytes);
    if (others.length < limits.files && together <= limits.bytes) return;
    throw new RunnerMeshError(
      "too_large",
      `${path} goes beyond what one attempt may leave: ${String(limits.files)} files, ${String(limits.bytes)} bytes.`
    );
  }
  async #checkRoom(bytes) {
    const { database, totalBytes } = this.#deps;
    const kept = await database.read(
      (sql) => sql.row("SELECT coalesce(sum(bytes), 0)::bigint AS bytes FROM artifact_content")
    );
    if ((kept?.bytes ?? 0) + bytes <= totalBytes) return;
    throw new RunnerMeshError(
      "storage_low",
      `The artifacts of this home would be more than ${String(totalBytes)} bytes. They go with their tasks; raise artifacts-max-bytes to keep more.`
    );
  }
  /** @param source where its content is, unless it is in the database */
  async #keep(key, artifact, source) {
    const seq = this.#deps.database.seqOf(key.taskId) ?? 0;
    const { path, bytes, sha256 } = artifact;
    await this.#deps.database.transact(async (sql) => {
      const made = await sql.run("INSERT INTO artifact_content(sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
        sha256,
        bytes
      ]);
      if (made === 1) await fill(sql, artifact, await source?.read(sha256, 0));
      const [replaced] = await sql.rows(
        "SELECT sha256 FROM artifact WHERE seq = $1 AND attempt = $2 AND path = $3",
        [seq, key.attempt, path]
      );
      await sql.run(
        `INSERT INTO artifact(seq, attempt, path, sha256) VALUES ($1, $2, $3, $4)
           ON CONFLICT (seq, attempt, path) DO UPDATE SET sha256 = excluded.sha256`,
        [seq, key.attempt, path, sha256]
      );
      if (replaced !== void 0 && replaced.sha256 !== sha256) await dropUnowned(sql, [replaced.sha256]);
    });
  }
};
async function hasContent(sql, sha256) {
  return await sql.row("SELECT 1 FROM artifact_content WHERE sha256 = $1", [sha256]) !== void 0;
}
async function fill(sql, { path, sha256 }, content) {
  const hash = createHash("sha256");
  let waiting = [];
  let [held, number] = [0, 0];
  const write = async (piece) => {
    await sql.run("INSERT INTO artifact_piece(sha256, number, body) VALUES ($1, $2, $3)", [sha256, number, piece]);
    number += 1;
  };
  for await (const bytes of content ?? []) {
    hash.update(bytes);
    waiting.push(bytes);
    held += bytes.length;
    if (held < PIECE_BYTES) continue;
    let all = Buffer.concat(waiting);
    for (; all.length >= PIECE_BYTES; all = all.subarray(PIECE_BYTES)) await write(all.subarray(0, PIECE_BYTES));
    waiting = [all];
    held = all.length;
  }
  if (held > 0) await write(Buffer.concat(waiting));
  if (hash.digest("hex") === sha256) return;
  throw new RunnerMeshError("signature_invalid", `The content of ${path} was removed meanwhile. Send it again.`);
}
async function* piecesOf(database, sha256, from, to) {
  for (let at = from; at < to; ) {
    const number = Math.floor(at / PIECE_BYTES);
    const piece = await database.read(
      (sql) => sql.row("SELECT body FROM artifact_piece WHERE sha256 = $1 AND number = $2", [sha256, number])
    );
    if (piece === void 0) throw new RunnerMeshError("storage_failed", `The content ${sha256} was removed meanwhile.`);
    const start = at - number * PIECE_BYTES;
    const bytes = piece.body.subarray(start, start + to - at);
    yield bytes;
    at += bytes.length;
  }
}
async function dropUnowned(sql, contents) {
  if (contents.length === 0) return;
  await sql.rows("SELECT 1 FROM artifact_content WHERE sha256 = ANY($1) ORDER BY sha256 FOR UPDATE", [contents]);
  await sql.run(
    `DELETE FROM artifact_content c WHERE c.sha256 = ANY($1)
        AND NOT EXISTS (SELECT 1 FROM artifact a WHERE a.sha256 = c.sha256)`,
    [contents]
  );
}

export {
  createPostgresArtifactStore,
  dropUnowned
};
