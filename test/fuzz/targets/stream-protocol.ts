/** Streams of logs and artifacts between peers, and the log records in them. */
import { crc32 } from 'node:zlib'
import { decodeLogRecord, encodeLogRecord, LOG_START } from '../../../src/core/log-record.ts'
import { StreamTalk, WINDOW_BYTES } from '../../../src/peers/stream-talk.ts'
import { createChannelPair } from '../../support/channel-pair.ts'
import { hold, linesOf, refusal, type FuzzTarget } from '../engine/target.ts'

const silence = { after: () => () => undefined }

/** Each line is a frame; one that begins with `*` stands for as much data as a frame takes. */
export const streamProtocol: FuzzTarget = {
  name: 'stream-protocol',
  form: 'bytes',
  seeds: [
    '\u0001{"follow":"task","from":0}\n\u0002data\n\u0002more\n\u0001{"stored":4}',
    '\u0001{"error":{"code":"task_not_found","message":"\\u001b[2Jno"}}',
    '\u0001[]\n',
    '\u0003\n\u0000\n',
    '\u0001{"a":1}\n'.repeat(12),
    '*\n'.repeat(12),
  ],
  words: ['\u0001{}\n', '\u0002', '*\n', '{"stored":', '{"stored":1e300}', '"error"', '__proto__'],
  attempt: async (input) => {
    const [near] = createChannelPair()
    const talk = new StreamTalk(near, silence)
    const large = Buffer.alloc(1_048_576, 2)
    const lines = linesOf(input).map((line) => (line[0] === 42 ? large : line))
    for (const line of lines) near.deliver(line)
    const isOpen = near.isOpen
    near.end()
    let [words, held] = [0, 0]
    let end = isOpen ? 'ended' : 'given up'
    try {
      for (let heard = await talk.next(); heard !== undefined; heard = await talk.next()) {
        if ('word' in heard) words += 1
        else held += heard.data.length
      }
    } catch (thrown) {
      end = refusal(
        thrown,
        'peer_unreachable',
        'protocol_mismatch',
        'task_not_found',
        'bad_request',
        'forbidden',
        'internal',
      )
      hold(!/\p{Cc}/u.test((thrown as Error).message), 'what another says is cleaned')
    }
    hold(words <= 8, 'a stream has few words')
    hold(held <= WINDOW_BYTES + 1_048_576, 'no more is held than was asked for')
    return `${end}, ${words} words, ${Math.min(held, 1)} data`
  },
}

const record = { ...LOG_START, kind: 'stdout', at: 1_800_000_000_000, bytes: Buffer.from('hello\n') } as const

export const logRecords: FuzzTarget = {
  name: 'log-records',
  form: 'bytes',
  seeds: [
    encodeLogRecord(record, crc32),
    encodeLogRecord({ ...record, kind: 'end', seq: 2 ** 47, bytes: Buffer.alloc(0) }, crc32),
    Buffer.alloc(34),
    Buffer.alloc(80, 255),
  ],
  attempt: (input) => {
    // Most damage is found by the checksum; half of the inputs get a good one, so that what lies behind is tried, too.
    const bytes = Buffer.from(input)
    if (bytes.length > 35 && (bytes.at(-1) ?? 0) % 2 === 0) bytes.writeUInt32BE(crc32(bytes.subarray(4)))
    try {
      const read = decodeLogRecord(bytes, crc32)
      hold(bytes.equals(encodeLogRecord(read, crc32)), 'a record that is taken has one form')
      return read.kind
    } catch (thrown) {
      return refusal(thrown, 'protocol_mismatch')
    }
  },
}
