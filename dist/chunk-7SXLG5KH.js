import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/core/log-record.ts
var LOG_START = { seq: 0, stdoutBytes: 0, stderrBytes: 0, lines: 0 };
var LOG_HEADER_BYTES = 35;
var LOG_RECORD_BYTES = 65536;
var KINDS = ["stdout", "stderr", "end"];
var CRC_BYTES = 4;
function encodeLogRecord(record, crc32) {
  const encoded = new Uint8Array(LOG_HEADER_BYTES + record.bytes.length);
  const view = new DataView(encoded.buffer);
  view.setUint8(CRC_BYTES, KINDS.indexOf(record.kind) + 1);
  const numbers = [record.at, record.seq, record.stdoutBytes, record.stderrBytes, record.lines];
  numbers.forEach((number, index) => {
    const at = CRC_BYTES + 1 + index * 6;
    view.setUint16(at, Math.floor(number / 2 ** 32));
    view.setUint32(at + 2, number >>> 0);
  });
  encoded.set(record.bytes, LOG_HEADER_BYTES);
  view.setUint32(0, crc32(encoded.subarray(CRC_BYTES)));
  return encoded;
}
function decodeLogRecord(encoded, crc32) {
  if (encoded.length < LOG_HEADER_BYTES || encoded.length > LOG_HEADER_BYTES + LOG_RECORD_BYTES) {
    throw new RunnerMeshError("protocol_mismatch", `A log record of ${String(encoded.length)} bytes.`);
  }
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const kind = KINDS[view.getUint8(CRC_BYTES) - 1];
  if (kind === void 0 || view.getUint32(0) !== crc32(encoded.subarray(CRC_BYTES))) {
    throw new RunnerMeshError("protocol_mismatch", "A log record whose checksum is wrong.");
  }
  const number = (index) => {
    const at = CRC_BYTES + 1 + index * 6;
    return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2);
  };
  return {
    kind,
    at: number(0),
    seq: number(1),
    stdoutBytes: number(2),
    stderrBytes: number(3),
    lines: number(4),
    bytes: encoded.subarray(LOG_HEADER_BYTES)
  };
}
function positionAfter({ kind, seq, stdoutBytes, stderrBytes, lines, bytes }) {
  return {
    seq: seq + 1,
    stdoutBytes: stdoutBytes + (kind === "stdout" ? bytes.length : 0),
    stderrBytes: stderrBytes + (kind === "stderr" ? bytes.length : 0),
    lines: lines + countLineEnds(bytes)
  };
}
function countLineEnds(bytes) {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

export {
  LOG_START,
  LOG_HEADER_BYTES,
  LOG_RECORD_BYTES,
  encodeLogRecord,
  decodeLogRecord,
  positionAfter,
  countLineEnds
};
