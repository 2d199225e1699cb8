import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFrame, encodeFrames, encodeInParts, FrameDecoder, MAX_FRAME_BYTES } from '../../../src/core/frames.ts'

function decodeAll(chunks: readonly Uint8Array[], maxBytes = MAX_FRAME_BYTES): Uint8Array[] {
  const frames: Uint8Array[] = []
  const decoder = new FrameDecoder((frame) => frames.push(frame.slice()), { maxBytes })
  for (const chunk of chunks) decoder.push(chunk)
  return frames
}

/** Cuts bytes at the given places, wherever they fall. */
function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

test('a frame is its length in four big-endian bytes and then itself', () => {
  assert.deepEqual([...encodeFrame(Uint8Array.of(7, 8, 9))], [0, 0, 0, 3, 7, 8, 9])
  assert.deepEqual([...encodeFrame(new Uint8Array(0x01_02_03)).subarray(0, 4)], [0, 1, 2, 3])
})

test('however the bytes are cut into chunks, the frames that come out are those that went in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 70 }), { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (payloads, cuts) => {
        const frames = decodeAll(cut(encodeFrames(payloads), cuts))
        assert.deepEqual(
          frames.map((frame) => [...frame]),
          payloads.map((payload) => [...payload]),
        )
      },
    ),
  )
})

test('in parts they are the same bytes, small payloads joined and large ones not copied', () => {
  const length = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 16_300, max: 16_500 }))
  fc.assert(
    fc.property(fc.array(length, { maxLength: 8 }), (lengths) => {
      const payloads = lengths.map((bytes, index) => Buffer.alloc(bytes, index + 1))
      const parts = encodeInParts(payloads)
      assert.ok(Buffer.concat(parts).equals(encodeFrames(payloads)))
      const large = payloads.filter((payload) => payload.length >= 16_384)
      assert.deepEqual(
        parts.filter((part) => payloads.includes(part as Buffer<ArrayBuffer>)),
        large,
      )
      assert.ok(parts.length <= 2 * large.length + 1)
    }),
  )
  assert.throws(() => encodeInParts([new Uint8Array(20_000), new Uint8Array(0)]), { code: 'bad_request' })
})

test('whatever bytes come in, the decoder ends with frames within the limit or with one error', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (chunks) => {
      try {
        for (const frame of decodeAll(chunks, 16)) assert.ok(frame.length >= 1 && frame.length <= 16)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'protocol_mismatch')
      }
    }),
  )
})

test('a frame of the longest length passes, one byte more is refused on either side', () => {
  const longest = new Uint8Array(MAX_FRAME_BYTES).fill(1)
  assert.equal(decodeAll([encodeFrame(longest)])[0]?.length, MAX_FRAME_BYTES)
  assert.throws(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1)), { code: 'too_large' })
  assert.throws(() => decodeAll([Uint8Array.of(0, 16, 0, 1)]), { code: 'protocol_mismatch', message: /1048577 bytes/ })
})

test('a length with its highest bit set is a huge one, not a negative one', () => {
  assert.throws(() => decodeAll([Uint8Array.of(0x80, 0, 0, 1)]), { message: /2147483649 bytes/ })
})

test('a frame of length zero is refused on either side', () => {
  assert.throws(() => encodeFrame(new Uint8Array(0)), { code: 'bad_request' })
  assert.throws(() => decodeAll([Uint8Array.of(0, 0, 0, 0)]), { code: 'protocol_mismatch', message: /length zero/ })
})

test('the decoder knows whether the stream was cut inside a frame', () => {
  const decoder = new FrameDecoder(() => undefined)
  assert.equal(decoder.partial, false)
  decoder.push(Uint8Array.of(0, 0, 0))
  assert.equal(decoder.partial, true)
  decoder.push(Uint8Array.of(2, 1))
  assert.equal(decoder.partial, true)
  decoder.push(Uint8Array.of(1))
  assert.equal(decoder.partial, false)
})

test('a frame that lies within one chunk is handed out without a copy', () => {
  const chunk = encodeFrame(Uint8Array.of(1, 2, 3))
  const frames: Uint8Array[] = []
  new FrameDecoder((frame) => frames.push(frame)).push(chunk)
  assert.equal(frames[0]?.buffer, chunk.buffer)
})

test('a limit raised between frames counts from the next frame on', () => {
  const frames: number[] = []
  const decoder = new FrameDecoder((frame) => frames.push(frame.length), { maxBytes: 4 })
  decoder.push(encodeFrame(new Uint8Array(4)))
  decoder.maxBytes = 100
  decoder.push(encodeFrame(new Uint8Array(50)))
  assert.deepEqual(frames, [4, 50])
  decoder.maxBytes = 4
  assert.throws(() => decoder.push(encodeFrame(new Uint8Array(5))), { code: 'protocol_mismatch' })
})
