import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MessageStream } from '@libp2p/interface'
import fc from 'fast-check'
import { HELD_WINDOW_BYTES, holdWindowUpdates, joinChunks } from '../../../src/mesh/fewer-writes.ts'

type Sent = Parameters<MessageStream['send']>[0]

/** Chunks as the libraries hand them on, of which only length and order count here. */
function chunks(...parts: readonly Uint8Array[]): Sent {
  const byteLength = parts.reduce((sum, part) => sum + part.length, 0)
  return { byteLength, [Symbol.iterator]: () => parts[Symbol.iterator]() } as unknown as Sent
}

function recordingConnection({ full = false } = {}) {
  const writes: Buffer[] = []
  const send = (data: Sent): boolean => {
    writes.push(data instanceof Uint8Array ? Buffer.from(data) : Buffer.concat([...data]))
    return !full
  }
  return { connection: { send }, writes }
}

interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly length: number
}

function frame({ type, flags, stream, length }: Frame): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt8(type, 1)
  header.writeUInt16BE(flags, 2)
  header.writeUInt32BE(stream, 4)
  header.writeUInt32BE(length, 8)
  return header
}

const windowUpdate = (stream: number, length: number) => frame({ type: 1, flags: 0, stream, length })
const dataFrame = (stream: number, body: Buffer) =>
  chunks(frame({ type: 0, flags: 0, stream, length: body.length }), body)

/** The frames of all writes, with the bodies of data frames skipped. */
function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length;) {
    const [type, flags] = [bytes.readUInt8(at + 1), bytes.readUInt16BE(at + 2)]
    const [stream, length] = [bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8)]
    frames.push({ type, flags, stream, length })
    at += 12 + (type === 0 ? length : 0)
  }
  return frames
}

test('a window update waits for the next frame and leaves before it, in the same write', () => {
  const { connection, writes } = recordingConnection()
  holdWindowUpdates(connection)
  assert.equal(connection.send(windowUpdate(3, 300)), true)
  assert.equal(connection.send(windowUpdate(3, 200)), true)
  assert.equal(connection.send(windowUpdate(5, 7)), true)
  assert.deepEqual(writes, [])
  connection.send(dataFrame(3, Buffer.from('hello')))
  assert.equal(writes.length, 1)
  assert.deepEqual(
    framesOf(Buffer.concat(writes)).map(({ type, stream, length }) => [type, stream, length]),
    [
      [1, 3, 500],
      [1, 5, 7],
      [0, 3, 5],
    ],
  )
})

test('an update that has grown large does not wait', () => {
  const { connection, writes } = recordingConnection()
  holdWindowUpdates(connection)
  connection.send(windowUpdate(1, HELD_WINDOW_BYTES - 1))
  assert.equal(writes.length, 0)
  connection.send(windowUpdate(1, 1))
  assert.deepEqual(framesOf(Buffer.concat(writes)), [{ type: 1, flags: 0, stream: 1, length: HELD_WINDOW_BYTES }])
})

test('what opens, closes or resets a stream, pings and farewells leave at once', () => {
  for (const urgent of [
    { type: 1, flags: 1, stream: 1, length: 0 },
    { type: 1, flags: 4, stream: 1, length: 0 },
    { type: 1, flags: 8, stream: 1, length: 0 },
    { type: 2, flags: 1, stream: 0, length: 9 },
    { type: 3, flags: 0, stream: 0, length: 0 },
  ]) {
    const { connection, writes } = recordingConnection()
    holdWindowUpdates(connection)
    connection.send(frame(urgent))
    assert.deepEqual(framesOf(Buffer.concat(writes)), [urgent])
  }
})

test('a full connection is told of', () => {
  const { connection } = recordingConnection({ full: true })
  holdWindowUpdates(connection)
  assert.equal(connection.send(windowUpdate(1, HELD_WINDOW_BYTES)), false)
  assert.equal(connection.send(dataFrame(1, Buffer.alloc(4))), false)
})

test('whatever is sent, no stream is ever owed a whole share of its window, and data stays whole and in order', () => {
  const update = fc.record({ stream: fc.integer({ min: 1, max: 3 }), bytes: fc.integer({ min: 1, max: 200_000 }) })
  const body = fc.record({ stream: fc.integer({ min: 1, max: 3 }), body: fc.integer({ min: 1, max: 150_000 }) })
  fc.assert(
    fc.property(fc.array(fc.oneof(update, body), { maxLength: 40 }), (steps) => {
      const { connection, writes } = recordingConnection()
      holdWindowUpdates(connection)
      const granted = new Map<number, number>()
      const sent: number[][] = []
      for (const step of steps) {
        if ('bytes' in step) {
          granted.set(step.stream, (granted.get(step.stream) ?? 0) + step.bytes)
          connection.send(windowUpdate(step.stream, step.bytes))
        } else {
          sent.push([step.stream, step.body])
          connection.send(dataFrame(step.stream, Buffer.alloc(step.body)))
        }
        const told = new Map<number, number>()
        for (const { type, stream, length } of writes.flatMap(framesOf)) {
          if (type === 1) told.set(stream, (told.get(stream) ?? 0) + length)
        }
        for (const [stream, bytes] of granted) {
          const owed = bytes - (told.get(stream) ?? 0)
          assert.ok(owed >= 0 && owed < HELD_WINDOW_BYTES, `stream ${String(stream)} is owed ${String(owed)}`)
        }
      }
      const arrived = writes.flatMap(framesOf).filter(({ type }) => type === 0)
      assert.deepEqual(
        arrived.map(({ stream, length }) => [stream, length]),
        sent,
      )
    }),
    { numRuns: 50 },
  )
})

test('a message of several chunks is one write, unless it is long', () => {
  const { connection, writes } = recordingConnection()
  const seen: Sent[] = []
  const send = connection.send
  connection.send = (data) => {
    seen.push(data)
    return send(data)
  }
  joinChunks(connection)
  connection.send(chunks(Buffer.from('ab'), Buffer.from('cde')))
  connection.send(Buffer.from('f'))
  const long = chunks(Buffer.alloc(2), Buffer.alloc(200_000))
  connection.send(long)
  assert.deepEqual(writes.slice(0, 2).map(String), ['abcde', 'f'])
  assert.ok(seen[0] instanceof Uint8Array)
  assert.equal(seen[2], long)
})
