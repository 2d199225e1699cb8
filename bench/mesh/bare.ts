/** The contestant: libp2p and nothing of ours but the frames. */
import { once } from 'node:events'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Libp2p, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { encodeFrame, encodeFrames, FrameDecoder } from '../../src/core/frames.ts'

export const ECHO = '/bench/echo/1.0.0'
export const BATCHED_ECHO = '/bench/batched-echo/1.0.0'
export const SINK = '/bench/sink/1.0.0'
export const IN_FLIGHT = 16
export const PAYLOAD_BYTES = 200
export const BULK_FRAME_BYTES = 65_536
export const ROUND_MS = 1000

/** What a round has measured. */
export interface Asked {
  /** Requests per second. */
  readonly value: number
  /** Each request, where one was asked after the other. */
  readonly tookMs: readonly number[]
}

/** Listens there, and nowhere when that is empty. */
export function bareNode(listen: readonly string[]): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 10_000 },
  })
}

/** Serves echo, batched echo and the sink. */
export async function serveBare(listen: readonly string[]): Promise<Libp2p> {
  const bare = await bareNode(listen)
  await bare.handle(ECHO, (stream) => onFrames(stream, (frame) => stream.send(encodeFrame(frame))))
  await bare.handle(BATCHED_ECHO, (stream) => {
    // As good as it gets without us: all answers to one message leave in one write.
    const decoder = new FrameDecoder((frame) => answers.push(frame))
    let answers: Uint8Array[] = []
    stream.addEventListener('message', ({ data }) => {
      for (const bytes of data instanceof Uint8Array ? [data] : data) decoder.push(bytes)
      if (answers.length > 0) stream.send(encodeFrames(answers))
      answers = []
    })
  })
  await bare.handle(SINK, (stream) => {
    let bytes = 0
    onFrames(stream, (frame) => {
      if (frame.length === 1) stream.send(encodeFrame(Buffer.from(String(bytes))))
      bytes += frame.length
    })
  })
  return bare
}

function onFrames(stream: Stream, receive: (frame: Uint8Array) => void): void {
  const decoder = new FrameDecoder(receive)
  stream.addEventListener('message', ({ data }) => {
    for (const bytes of data instanceof Uint8Array ? [data] : data) decoder.push(bytes)
  })
}

/**
 * Requests per second over one bare stream: each answer is followed by one write of the next question, or, batched, each
 * message of answers by one write of as many questions.
 */
export async function askBare(node: Libp2p, address: string, protocol: string, inFlight = IN_FLIGHT): Promise<Asked> {
  const stream = await node.dialProtocol(multiaddr(address), protocol)
  const question = new Uint8Array(PAYLOAD_BYTES)
  const tookMs: number[] = []
  let askedAt = 0
  const ask = (questions: number) => {
    askedAt = performance.now()
    if (protocol === BATCHED_ECHO) stream.send(encodeFrames(Array<Uint8Array>(questions).fill(question)))
    else for (let sent = 0; sent < questions; sent += 1) stream.send(encodeFrame(question))
  }
  let done = 0
  const from = performance.now()
  await new Promise<void>((resolve) => {
    let answered = 0
    let waiting = inFlight
    const decoder = new FrameDecoder(() => (answered += 1))
    stream.addEventListener('message', ({ data }) => {
      for (const bytes of data instanceof Uint8Array ? [data] : data) decoder.push(bytes)
      const now = performance.now()
      if (inFlight === 1 && answered === 1) tookMs.push(now - askedAt)
      const more = now - from < ROUND_MS ? answered : 0
      done += answered
      waiting += more - answered
      answered = 0
      if (more > 0) ask(more)
      else if (waiting === 0) resolve()
    })
    ask(inFlight)
  })
  const value = done / ((performance.now() - from) / 1000)
  await stream.close()
  return { value, tookMs }
}

async function drained(stream: Stream): Promise<void> {
  await once(stream, 'drain')
}

/** MB/s through one bare stream into a sink. */
export async function bareBulk(stream: Stream, megabytes: number): Promise<number> {
  const frame = encodeFrame(new Uint8Array(BULK_FRAME_BYTES))
  const answer = new Promise<void>((resolve) => onFrames(stream, () => resolve()))
  const from = performance.now()
  for (let sent = 0; sent < megabytes << 20; sent += BULK_FRAME_BYTES) if (!stream.send(frame)) await drained(stream)
  stream.send(encodeFrame(Uint8Array.of(0)))
  await answer
  return megabytes / ((performance.now() - from) / 1000)
}

/** From the dial to the first reply, in ms. */
export async function setUpBare(address: string): Promise<number> {
  const node = await bareNode([])
  const from = performance.now()
  await askOnce(node, address)
  const ms = performance.now() - from
  await node.stop()
  return ms
}

/** A node that has been answered once; its stream stays open. */
export async function connectBare(address: string): Promise<Libp2p> {
  const node = await bareNode([])
  await askOnce(node, address)
  return node
}

async function askOnce(node: Libp2p, address: string): Promise<void> {
  const stream = await node.dialProtocol(multiaddr(address), ECHO)
  const answered = new Promise<void>((resolve) => onFrames(stream, () => resolve()))
  stream.send(encodeFrame(new Uint8Array(PAYLOAD_BYTES)))
  await answered
}
