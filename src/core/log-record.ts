/**
 * One record of a log: a piece of what a container wrote, with its place. The same bytes stand in files and go over the
 * wire, each in a frame of core/frames.ts:
 *
 *   crc32 of all that follows   u32 ┐
 *   kind: 1 stdout, 2 stderr, 3 end u8  │
 *   at, epoch milliseconds      u48 │
 *   seq                         u48 │ 35 bytes, big-endian
 *   stdout bytes before it      u48 │
 *   stderr bytes before it      u48 │
 *   line ends before it         u48 ┘
 *   text                        the rest
 *
 * Numbers only grow, so a jump of `seq` between two records is a cut, and the jump of the counters is what was lost.
 */
import { RunnerMeshError } from './errors.ts'

export type LogStream = 'stdout' | 'stderr'

/** Where the next record stands. */
export interface LogPosition {
  readonly seq: number
  readonly stdoutBytes: number
  readonly stderrBytes: number
  readonly lines: number
}

export interface LogRecord extends LogPosition {
  readonly kind: LogStream | 'end'
  readonly at: number
  readonly bytes: Uint8Array
}

/** CRC-32 as in zlib; core has no machine to ask for it. */
export type Crc32 = (bytes: Uint8Array) => number

export const LOG_START: LogPosition = { seq: 0, stdoutBytes: 0, stderrBytes: 0, lines: 0 }
export const LOG_HEADER_BYTES = 35
/** Longest text of one record. */
export const LOG_RECORD_BYTES = 65_536

const KINDS = ['stdout', 'stderr', 'end'] as const
const CRC_BYTES = 4

export function encodeLogRecord(record: LogRecord, crc32: Crc32): Uint8Array {
  const encoded = new Uint8Array(LOG_HEADER_BYTES + record.bytes.length)
  const view = new DataView(encoded.buffer)
  view.setUint8(CRC_BYTES, KINDS.indexOf(record.kind) + 1)
  const numbers = [record.at, record.seq, record.stdoutBytes, record.stderrBytes, record.lines]
  numbers.forEach((number, index) => {
    const at = CRC_BYTES + 1 + index * 6
    view.setUint16(at, Math.floor(number / 2 ** 32))
    view.setUint32(at + 2, number >>> 0)
  })
  encoded.set(record.bytes, LOG_HEADER_BYTES)
  view.setUint32(0, crc32(encoded.subarray(CRC_BYTES)))
  return encoded
}

/** The text is a view of `encoded`. @throws RunnerMeshError protocol_mismatch: not a record, or a damaged one */
export function decodeLogRecord(encoded: Uint8Array, crc32: Crc32): LogRecord {
  if (encoded.length < LOG_HEADER_BYTES || encoded.length > LOG_HEADER_BYTES + LOG_RECORD_BYTES) {
    throw new RunnerMeshError('protocol_mismatch', `A log record of ${String(encoded.length)} bytes.`)
  }
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  const kind = KINDS[view.getUint8(CRC_BYTES) - 1]
  if (kind === undefined || view.getUint32(0) !== crc32(encoded.subarray(CRC_BYTES))) {
    throw new RunnerMeshError('protocol_mismatch', 'A log record whose checksum is wrong.')
  }
  const number = (index: number): number => {
    const at = CRC_BYTES + 1 + index * 6
    return view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2)
  }
  return {
    kind,
    at: number(0),
    seq: number(1),
    stdoutBytes: number(2),
    stderrBytes: number(3),
    lines: number(4),
    bytes: encoded.subarray(LOG_HEADER_BYTES),
  }
}

/** Where the record after this one stands. */
export function positionAfter({ kind, seq, stdoutBytes, stderrBytes, lines, bytes }: LogRecord): LogPosition {
  return {
    seq: seq + 1,
    stdoutBytes: stdoutBytes + (kind === 'stdout' ? bytes.length : 0),
    stderrBytes: stderrBytes + (kind === 'stderr' ? bytes.length : 0),
    lines: lines + countLineEnds(bytes),
  }
}

export function countLineEnds(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1
  return lines
}
