import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  LOG_HEADER_BYTES,
  LOG_START,
  decodeLogRecord,
  encodeLogRecord,
  positionAfter
} from "./chunk-7SXLG5KH.js";
import {
  FRAME_HEADER_BYTES,
  FrameDecoder,
  encodeFrames
} from "./chunk-MPWIKHLS.js";
import "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/store/postgres/logs.ts
import { crc32 } from "node:zlib";
var FEWEST_CHUNKS = 8;
var MOST_CHUNK_BYTES = 262144;
var PAGE_CHUNKS = 16;
var FRESH_MS = 3e3;
var LOG_ROW = `SELECT next_seq, stdout_bytes, stderr_bytes, lines, ended, head_bytes, tail_bytes,
  lease_now() - written_at < ${String(FRESH_MS)} AS fresh FROM log WHERE seq = $1 AND attempt = $2`;
function createPostgresLogStore(database, limits) {
  return new PostgresLogStore(database, limits);
}
var PostgresLogStore = class {
  #database;
  #limits;
  #chunkBytes;
  constructor(database, limits) {
    this.#database = database;
    this.#limits = limits;
    this.#chunkBytes = Math.min(MOST_CHUNK_BYTES, Math.ceil(limits.tailBytes / FEWEST_CHUNKS));
  }
  start() {
    return Promise.resolve();
  }
  stop() {
    return Promise.resolve();
  }
  state({ taskId, attempt }) {
    return this.#read(taskId, void 0, async (sql, seq) => {
      const row = await sql.row(LOG_ROW, [seq, attempt]);
      return row === void 0 || row.next_seq === 0 ? void 0 : stateOf(row);
    });
  }
  append(key, records) {
    const seq = this.#database.seqOf(key.taskId) ?? 0;
    return this.#database.transact((sql) => this.#append(sql, seq, key, records));
  }
  read({ taskId, attempt }, from, maxBytes) {
    return this.#read(taskId, [], async (sql, seq) => {
      const row = "tailLines" in from ? await sql.row(LOG_ROW, [seq, attempt]) : void 0;
      const { takes, where, value } = wanted(from, row?.lines ?? 0);
      const found = [];
      let [bytes, after] = [0, -1];
      for (; ; ) {
        const chunks = await sql.rows(
          `SELECT first_seq, body FROM log_chunk WHERE seq = $1 AND attempt = $2 AND first_seq > $3 AND ${where} >= $4
            ORDER BY first_seq LIMIT $5`,
          [seq, attempt, after, value, PAGE_CHUNKS]
        );
        for (const { first_seq: first, body } of chunks) {
          for (const record of decodeRecords(body)) {
            if (!takes(record)) continue;
            if (found.length > 0 && bytes + record.bytes.length > maxBytes) return found;
            found.push(record);
            bytes += record.bytes.length;
          }
          after = first;
        }
        if (chunks.length < PAGE_CHUNKS) return found;
      }
    });
  }
  attempts(taskId) {
    return this.#read(taskId, [], async (sql, seq) => {
      const rows = await sql.rows(
        "SELECT attempt FROM log WHERE seq = $1 AND next_seq > 0 ORDER BY attempt",
        [seq]
      );
      return rows.map(({ attempt }) => attempt);
    });
  }
  keys() {
    return this.#database.read(async (sql) => {
      const rows = await sql.rows(
        "SELECT l.seq, t.epoch, l.attempt FROM log l JOIN task t ON t.seq = l.seq ORDER BY l.seq, l.attempt"
      );
      return rows.map((row) => ({ taskId: this.#database.idOf(row), attempt: row.attempt }));
    });
  }
  async remove({ taskId, attempt }) {
    await this.#read(
      taskId,
      0,
      (sql, seq) => sql.run("DELETE FROM log WHERE seq = $1 AND attempt = $2", [seq, attempt])
    );
  }
  #read(taskId, none, read) {
    const seq = this.#database.seqOf(taskId);
    return seq === void 0 ? Promise.resolve(none) : this.#database.read((sql) => read(sql, seq));
  }
  /** The row of the log is locked: a worker that comes back by another peer goes on where the first left it. */
  async #append(sql, seq, key, records) {
    const { attempt } = key;
    await sql.run("INSERT INTO log(seq, attempt, written_at) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", [seq, attempt]);
    const row = await sql.row(`${LOG_ROW} FOR UPDATE`, [seq, attempt]);
    const before = row === void 0 ? { next: LOG_START, ended: false } : stateOf(row);
    const fresh = before.ended ? [] : records.filter((record) => record.seq >= before.next.seq);
    const last = fresh.at(-1);
    if (last === void 0) return before;
    let { head_bytes: headBytes, tail_bytes: tailBytes } = row ?? { head_bytes: 0, tail_bytes: 0 };
    for (const chunk of chunksOf(fresh, this.#chunkBytes)) {
      const head = tailBytes === 0 && headBytes < this.#limits.headBytes;
      const end = chunk.records.at(-1) ?? chunk.first;
      await sql.run(
        `INSERT INTO log_chunk(seq, attempt, first_seq, last_seq, last_at, end_lines, head, bytes, body)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          ...[seq, attempt, chunk.first.seq, end.seq, end.at, positionAfter(end).lines, head, chunk.bytes],
          Buffer.from(encodeFrames(chunk.records.map((record) => encodeLogRecord(record, crc32))))
        ]
      );
      if (head) headBytes += chunk.bytes;
      else tailBytes += chunk.bytes;
    }
    if (tailBytes > this.#limits.tailBytes) tailBytes -= await this.#dropOld(sql, seq, attempt);
    const after = { next: positionAfter(last), ended: last.kind === "end" };
    const { next, ended } = after;
    await sql.run(
      `UPDATE log SET next_seq = $3, stdout_bytes = $4, stderr_bytes = $5, lines = $6, ended = $7, head_bytes = $8,
           tail_bytes = $9, written_at = lease_now() WHERE seq = $1 AND attempt = $2`,
      [seq, attempt, next.seq, next.stdoutBytes, next.stderrBytes, next.lines, ended, headBytes, tailBytes]
    );
    const bytes = next.stdoutBytes + next.stderrBytes;
    await this.#database.tellLogged(sql, { task_id: key.taskId, attempt, next_seq: next.seq, bytes });
    return after;
  }
  /** Somewhat more than must go, so that it is not looked at with every line. @returns how many bytes went */
  async #dropOld(sql, seq, attempt) {
    const dropped = await sql.rows(
      `DELETE FROM log_chunk c USING (
           SELECT first_seq, sum(bytes) OVER (ORDER BY first_seq DESC) AS kept, max(first_seq) OVER () AS newest
             FROM log_chunk WHERE seq = $1 AND attempt = $2 AND NOT head) w
        WHERE c.seq = $1 AND c.attempt = $2 AND c.first_seq = w.first_seq AND w.kept > $3 AND w.first_seq < w.newest
        RETURNING c.bytes`,
      [seq, attempt, Math.floor(this.#limits.tailBytes * (FEWEST_CHUNKS - 1) / FEWEST_CHUNKS)]
    );
    return dropped.reduce((sum, { bytes }) => sum + bytes, 0);
  }
};
function stateOf(row) {
  const next = {
    seq: row.next_seq,
    stdoutBytes: row.stdout_bytes,
    stderrBytes: row.stderr_bytes,
    lines: row.lines
  };
  return { next, ended: row.ended, ...row.fresh && !row.ended ? { growing: true } : {} };
}
function wanted(from, lines) {
  if ("seq" in from) return { takes: ({ seq }) => seq >= from.seq, where: "last_seq", value: from.seq };
  if ("since" in from) return { takes: ({ at }) => at >= from.since, where: "last_at", value: from.since };
  const line = lines - from.tailLines;
  return {
    takes: (record) => from.tailLines > 0 && positionAfter(record).lines >= line,
    where: "end_lines",
    value: line
  };
}
function chunksOf(records, most) {
  const chunks = [];
  for (const record of records) {
    const bytes = FRAME_HEADER_BYTES + LOG_HEADER_BYTES + record.bytes.length;
    const last = chunks.at(-1);
    if (last === void 0 || last.bytes + bytes > most) chunks.push({ first: record, records: [record], bytes });
    else {
      last.records.push(record);
      last.bytes += bytes;
    }
  }
  return chunks;
}
function decodeRecords(body) {
  const records = [];
  const decoder = new FrameDecoder((frame) => {
    records.push(decodeLogRecord(frame, crc32));
  });
  decoder.push(body);
  return records;
}
export {
  createPostgresLogStore
};
