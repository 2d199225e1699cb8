/** Decoders of byte streams: what they make of an input must not depend on how it was cut, nor cost more than it holds. */
import { isDeepStrictEqual } from 'node:util'
import { encodeFrames, FrameDecoder } from '../../../src/core/frames.ts'
import { OutputDemuxer } from '../../../src/docker/containers/output-demuxer.ts'
import { BadNegotiation, NegotiationCheck } from '../../../src/mesh/negotiation-guard.ts'
import { BadFrame, encodeObject, FrameReader } from '../../../src/peers/legacy/frame-reader.ts'
import { hold, piecesOf, refusal, type FuzzTarget } from '../engine/target.ts'

interface Read {
  readonly frames: readonly unknown[]
  readonly end: string
}

/** Reads the input whole and in pieces. @returns what was read, the same both times */
function readBothWays(input: Uint8Array, read: (pieces: readonly Uint8Array[]) => Read): Read {
  const [whole, pieces] = [read([input]), read(piecesOf(input))]
  hold(isDeepStrictEqual(whole, pieces), 'an input reads the same however it is cut')
  return whole
}

function header(length: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

export const frames: FuzzTarget = {
  name: 'frames',
  form: 'bytes',
  seeds: [
    encodeFrames([Buffer.from('{"jsonrpc":"2.0"}'), Buffer.from('x'), Buffer.alloc(40, 7)]),
    Buffer.concat([header(1_048_577), Buffer.alloc(8)]),
    Buffer.concat([header(1_048_576), Buffer.alloc(8)]),
    header(2 ** 32 - 1),
    header(0),
  ],
  attempt: (input) => {
    const { frames: read, end } = readBothWays(input, (pieces) => {
      const got: Buffer[] = []
      const decoder = new FrameDecoder((frame) => got.push(Buffer.from(frame)))
      try {
        for (const piece of pieces) decoder.push(piece)
        return { frames: got, end: decoder.partial ? 'cut' : 'whole' }
      } catch (thrown) {
        return { frames: got, end: refusal(thrown, 'protocol_mismatch') }
      }
    })
    const taken = Buffer.from(encodeFrames(read as Buffer[]))
    hold(taken.equals(Buffer.from(input).subarray(0, taken.length)), 'frames are what stands in the input, in order')
    if (end === 'whole') hold(taken.length === input.length, 'nothing of a whole stream is left out')
    return `${end}, ${Math.min(read.length, 4)} frames`
  },
}

export const legacyFrames: FuzzTarget = {
  name: 'legacy-frames',
  form: 'bytes',
  seeds: [
    Buffer.concat([encodeObject({ a: 1 }), encodeObject({ b: [null, 'x'] })].map((frame) => frame ?? Buffer.alloc(0))),
    Buffer.concat([header(10), Buffer.from('{"a": NaN}')]),
    Buffer.concat([header(26), Buffer.from('{"a":[Infinity,-Infinity]}')]),
    header(1_048_577),
    header(0),
  ],
  words: ['NaN', 'Infinity', '-Infinity', '"\\"NaN"', '\ud800'],
  attempt: (input) => {
    const { frames: read, end } = readBothWays(input, (pieces) => {
      const got: object[] = []
      const reader = new FrameReader()
      try {
        for (const piece of pieces) {
          reader.push(piece)
          for (let next = reader.next(); next !== undefined; next = reader.next()) got.push(next)
        }
        return { frames: got, end: reader.held === 0 ? 'whole' : 'cut' }
      } catch (thrown) {
        if (thrown instanceof BadFrame) return { frames: got, end: `refused: ${thrown.fault}` }
        throw thrown
      }
    })
    for (const object of read as object[]) {
      const again = new FrameReader()
      again.push(encodeObject(object) ?? Buffer.alloc(0))
      hold(isDeepStrictEqual(again.next(), JSON.parse(JSON.stringify(object))), 'what is read is written alike')
    }
    return `${end}, ${Math.min(read.length, 4)} frames`
  },
}

const HEADER = '/multistream/1.0.0\n'
const said = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
/** A length of two bytes, as large as they can say. */
const LONG = Buffer.from([0xff, 0x7f])
/** Messages at their longest, with lengths of two bytes. */
const MOST_NEGOTIATION = 16 * (1024 + 2) + 2

export const negotiation: FuzzTarget = {
  name: 'negotiation',
  form: 'bytes',
  largest: 2 * MOST_NEGOTIATION,
  seeds: [
    Buffer.concat([said(HEADER), said('/noise\n'), Buffer.from('the protocol’s own')]),
    Buffer.concat([said(HEADER), said('/tls/1.0.0\n'), said('/yamux\n'), said('/noise\n')]),
    Buffer.alloc(64, 0xff),
    Buffer.concat([said(HEADER), ...Array.from({ length: 20 }, () => said('/a\n'))]),
    Buffer.concat([said(HEADER), LONG, Buffer.alloc(16_382, 97), Buffer.from('\n'), LONG, Buffer.alloc(900, 97)]),
  ],
  words: [HEADER, '/noise\n', '/yamux\n', 'na\n', 'ls\n', '\u0080\u0001'],
  attempt: (input) => {
    const { end } = readBothWays(input, (pieces) => {
      const check = new NegotiationCheck((message) => message === '/noise')
      let over = false
      try {
        for (const piece of pieces) over = check.push(piece)
        return { frames: [], end: over ? 'over' : 'under way' }
      } catch (thrown) {
        if (!(thrown instanceof BadNegotiation)) throw thrown
        return { frames: [], end: thrown.message.replaceAll(/\d+/g, 'n') }
      }
    })
    hold(end !== 'under way' || input.length <= MOST_NEGOTIATION, 'a negotiation comes to an end')
    hold(end !== 'over' || Buffer.from(input).includes(HEADER), 'no negotiation is over without its header')
    return end
  },
}

export const containerOutput: FuzzTarget = {
  name: 'container-output',
  form: 'bytes',
  seeds: [
    Buffer.concat([
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 3]),
      Buffer.from('out'),
      Buffer.from([2, 0, 0, 0, 0, 0, 0, 1, 101]),
    ]),
    Buffer.from([1, 0, 0, 0, 255, 255, 255, 255, 65, 66]),
    Buffer.from([3, 0, 0, 0, 0, 0, 0, 1, 65]),
    Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
  ],
  attempt: (input) => {
    const { frames: read, end } = readBothWays(input, (pieces) => {
      const streams = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
      const demuxer = new OutputDemuxer((stream, bytes) => streams[stream].push(Buffer.from(bytes)))
      const result = () => [Buffer.concat(streams.stdout), Buffer.concat(streams.stderr)]
      try {
        for (const piece of pieces) demuxer.write(piece)
        return { frames: result(), end: demuxer.whole ? 'whole' : 'cut' }
      } catch (thrown) {
        if (!(thrown instanceof Error) || !thrown.message.includes('not framed as the engine documents')) throw thrown
        return { frames: result(), end: 'refused' }
      }
    })
    const [out, err] = expectedOutput(input)
    hold(out.equals(read[0] as Buffer) && err.equals(read[1] as Buffer), 'output is what the frames carry, by stream')
    return `${end}, ${Math.min(out.length, 1)} ${Math.min(err.length, 1)}`
  },
}

/** The same once more, the simple way: all of it at hand, nothing cut. */
function expectedOutput(input: Uint8Array): readonly [Buffer, Buffer] {
  const bytes = Buffer.from(input)
  const streams: [Buffer[], Buffer[]] = [[], []]
  for (let at = 0; at + 8 <= bytes.length;) {
    const kind = bytes.readUInt32BE(at) / 0x1_00_00_00
    if (kind !== 1 && kind !== 2) break
    const end = at + 8 + bytes.readUInt32BE(at + 4)
    streams[kind - 1]?.push(bytes.subarray(at + 8, end))
    at = end
  }
  return [Buffer.concat(streams[0]), Buffer.concat(streams[1])]
}
