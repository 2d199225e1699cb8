import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { encodeFrame, MAX_FRAME_BYTES } from '../../../src/core/frames.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import { MESH_LIMITS, type MeshLimits } from '../../../src/mesh/protocols.ts'
import { StreamChannel } from '../../../src/mesh/stream-channel.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const REMOTE = 'remote' as PeerId

async function connect(limits: Partial<MeshLimits> = {}) {
  const [near, far] = await streamPair({ protocol: '/test/1' })
  const clock = new ManualClock()
  const log = new RecordingLog()
  const deps = { clock, log, limits: { ...MESH_LIMITS, ...limits } }
  const open = (stream: Stream) => {
    const channel = new StreamChannel(stream, REMOTE, deps)
    channel.admit()
    return channel
  }
  return { near, far, clock, log, deps, open }
}

function ended(channel: StreamChannel): Promise<Error | undefined> {
  return new Promise((resolve) => channel.onClose(resolve))
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

test('frames arrive whole and in order, those of one turn in one write', async () => {
  const { near, far, open } = await connect()
  let writes = 0
  const send = near.send.bind(near)
  near.send = (data) => {
    writes += 1
    return send(data)
  }
  const [sender, receiver] = [open(near), open(far)]
  const received: string[] = []
  const all = new Promise<void>((resolve) =>
    receiver.onFrame((frame) => {
      received.push(text(frame))
      if (received.length === 50) resolve()
    }),
  )
  for (let index = 0; index < 50; index += 1) void sender.send(Buffer.from(`frame ${String(index)}`))
  await all
  assert.deepEqual(
    received,
    Array.from({ length: 50 }, (_, index) => `frame ${String(index)}`),
  )
  assert.equal(writes, 1)
})

test('frames that come before anybody listens are kept, and the HELLO may read the first of them', async () => {
  const { near, far, open } = await connect()
  const [sender, receiver] = [open(near), open(far)]
  for (const word of ['one', 'two', 'three']) void sender.send(Buffer.from(word))
  assert.equal(text(await receiver.next()), 'one')
  await new Promise<void>((resolve) => {
    const rest: string[] = []
    receiver.onFrame((frame) => {
      rest.push(text(frame))
      if (rest.length === 2) {
        assert.deepEqual(rest, ['two', 'three'])
        resolve()
      }
    })
  })
})

test('until it is admitted a peer may send short frames only', async () => {
  const { near, far, deps } = await connect()
  const receiver = new StreamChannel(far, REMOTE, deps)
  near.send(encodeFrame(new Uint8Array(MESH_LIMITS.helloFrameBytes + 1)))
  assert.match((await ended(receiver))?.message ?? '', /more than the limit of 16384/)
})

for (const [what, bytes] of [
  ['an oversized frame', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1)],
  ['a frame of length zero', Uint8Array.of(0, 0, 0, 0)],
  ['the greeting of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
] as const) {
  test(`${what} ends the channel and nothing else`, async () => {
    const { near, far, open } = await connect()
    const receiver = open(far)
    near.send(bytes)
    assert.equal(((await ended(receiver)) as { code?: string } | undefined)?.code, 'protocol_mismatch')
    assert.notEqual(far.status, 'open')
  })
}

test('a receiver that throws ends its channel, not the process', async () => {
  const { near, far, open } = await connect()
  const [sender, receiver] = [open(near), open(far)]
  receiver.onFrame(() => {
    throw new Error('boom')
  })
  void sender.send(Buffer.from('x'))
  assert.equal((await ended(receiver))?.message, 'boom')
  assert.ok((await ended(sender)) instanceof Error)
})

test('a listener of the end that throws is logged and keeps no other from hearing', async () => {
  const { near, open, log } = await connect()
  const channel = open(near)
  channel.onClose(() => {
    throw new Error('boom')
  })
  const heard = ended(channel)
  channel.abort(new Error('enough'))
  assert.equal((await heard)?.message, 'enough')
  assert.equal(log.lines[0]?.event, 'channel.listener_failed')
})

test('an orderly close delivers what was sent before, and both ends know that it was orderly', async () => {
  const { near, far, open } = await connect()
  const [sender, receiver] = [open(near), open(far)]
  const received: string[] = []
  receiver.onFrame((frame) => received.push(text(frame)))
  void sender.send(Buffer.from('last words'))
  const ends = Promise.all([ended(sender), ended(receiver)])
  await sender.close()
  assert.deepEqual(await ends, [undefined, undefined])
  assert.deepEqual(received, ['last words'])
  assert.deepEqual([near.status, far.status], ['closed', 'closed'])
})

test('an end inside a frame is no orderly one', async () => {
  const { near, far, open } = await connect()
  const receiver = open(far)
  near.send(Uint8Array.of(0, 0, 0, 9, 1))
  await settle()
  const end = ended(receiver)
  await near.close()
  assert.match((await end)?.message ?? '', /cut inside a frame/)
})

test('closing against a peer that never closes its end takes no longer than the limit', async () => {
  const { near, open, clock } = await connect()
  const channel = open(near)
  const closed = channel.close()
  await clock.advance(MESH_LIMITS.closeTimeoutMs)
  await closed
  assert.equal(near.status, 'aborted')
  assert.equal(clock.pending, 0)
})

test('after the end nothing can be sent, and whoever waited to send hears of it', async () => {
  const { near, open } = await connect({ sendHighWaterBytes: 10 })
  const channel = open(near)
  const waiting = channel.send(new Uint8Array(100))
  channel.abort(new Error('enough'))
  await assert.rejects(waiting, { code: 'peer_unreachable' })
  await assert.rejects(channel.send(Uint8Array.of(1)), { code: 'peer_unreachable' })
  await channel.close()
})

test('a frame beyond the limit is refused where it is sent, and the channel lives on', async () => {
  const { near, far, open } = await connect()
  const [sender, receiver] = [open(near), open(far)]
  await assert.rejects(sender.send(new Uint8Array(MAX_FRAME_BYTES + 1)), { code: 'too_large' })
  const arrived = new Promise<string>((resolve) => receiver.onFrame((frame) => resolve(text(frame))))
  void sender.send(Buffer.from('fine'))
  assert.equal(await arrived, 'fine')
})

test('a sender waits while the stream is full and goes on when it has drained', async () => {
  const { near, open } = await connect({ sendHighWaterBytes: 10 })
  const written: number[] = []
  let full = true
  near.send = (data) => {
    written.push(data.byteLength)
    return !full
  }
  const channel = open(near)
  await channel.send(new Uint8Array(4))
  await settle()
  let done = false
  const second = channel.send(new Uint8Array(20)).then(() => (done = true))
  await settle()
  assert.deepEqual([written, done], [[8], false])
  full = false
  near.dispatchEvent(new Event('drain'))
  await second
  assert.deepEqual(written, [8, 24])
})

test('a peer that reads nothing is given up once the limit waits for it', async () => {
  const { near, open } = await connect({ sendLimitBytes: 1000, sendHighWaterBytes: 100 })
  near.send = () => false
  const channel = open(near)
  await channel.send(new Uint8Array(50))
  await settle()
  const end = ended(channel)
  for (let index = 0; index < 20; index += 1) channel.send(new Uint8Array(90)).catch(() => undefined)
  assert.match((await end)?.message ?? '', /does not read/)
})

test('a stream that was gone before the channel was made ends the channel at once', async () => {
  const { near, open } = await connect()
  near.abort(new Error('early'))
  assert.ok((await ended(open(near))) instanceof Error)
})
