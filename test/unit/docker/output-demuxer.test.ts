import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OutputDemuxer } from '../../../src/docker/containers/output-demuxer.ts'

function frame(stream: number, bytes: Uint8Array): Uint8Array {
  const header = new Uint8Array(8)
  header[0] = stream
  new DataView(header.buffer).setUint32(4, bytes.length)
  return Buffer.concat([header, bytes])
}

function collect(): { readonly demuxer: OutputDemuxer; readonly text: Record<'stdout' | 'stderr', number[]> } {
  const text = { stdout: [] as number[], stderr: [] as number[] }
  return { demuxer: new OutputDemuxer((name, bytes) => text[name].push(...bytes)), text }
}

test('however the stream is cut, each byte comes out once, in order, on its own side', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })))
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 })), (parts, cuts) => {
      const whole = Buffer.concat(parts.map(([stream, bytes]) => frame(stream, bytes)))
      const { demuxer, text } = collect()
      let at = 0
      for (const size of cuts) {
        demuxer.write(whole.subarray(at, at + size))
        at += size
      }
      demuxer.write(whole.subarray(at))
      const expected = (stream: number) => parts.filter(([kind]) => kind === stream).flatMap(([, bytes]) => [...bytes])
      assert.deepEqual(text, { stdout: expected(1), stderr: expected(2) })
      assert.equal(demuxer.whole, true)
    }),
  )
})

test('a stream that ends inside a frame is known to be cut', () => {
  const { demuxer } = collect()
  demuxer.write(frame(1, Buffer.from('hello')).subarray(0, 10))
  assert.equal(demuxer.whole, false)
})

for (const [what, header] of [
  ['an unknown stream', [3, 0, 0, 0, 0, 0, 0, 1]],
  ['a header whose zeros are none', [1, 0, 7, 0, 0, 0, 0, 1]],
  ['the raw output of a terminal', [...Buffer.from('total 12')]],
] as const) {
  test(`${what} is refused, not guessed at`, () => {
    assert.throws(() => collect().demuxer.write(Uint8Array.from(header)), /not framed as the engine documents/)
  })
}
