/**
 * The predecessor's client, byte for byte: for every call a new node with a new identity, one stream, and what was
 * captured of it written as it was. What comes back is handed over as bytes.
 */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { LEGACY_PROTOCOLS, type LegacyProtocol } from '../../src/core/ports/legacy-streams.ts'

export interface LegacyCall {
  readonly protocol: LegacyProtocol
  readonly sent: readonly Uint8Array[]
  /** Whether the write side is closed after it all was sent. */
  readonly halfClose?: boolean
  /** Ends the exchange once it holds this many frames; by default when the other side ends the stream. */
  readonly frames?: number
}

export interface Received {
  readonly bytes: Buffer
  /** Whether the other side ended the stream. */
  readonly closed: boolean
}

/** @throws Error when the address does not answer or does not speak the protocol */
export async function callLegacy(address: string, call: LegacyCall): Promise<Received> {
  const node = await freshNode()
  try {
    const stream = await node.dialProtocol(multiaddr(address), call.protocol, { signal: AbortSignal.timeout(10_000) })
    return await exchange(stream, call)
  } finally {
    await node.stop()
  }
}

export function line(text: string): LegacyCall {
  return { protocol: LEGACY_PROTOCOLS.lines, sent: [Buffer.from(text)] }
}

/** Frames are either objects, framed here, or bytes in hexadecimal. */
export function session(frames: readonly (object | string)[], until?: number): LegacyCall {
  const sent = frames.map((one) => (typeof one === 'string' ? Buffer.from(one, 'hex') : frame(one)))
  return { protocol: LEGACY_PROTOCOLS.mcp, sent, ...(until === undefined ? {} : { frames: until }) }
}

export function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const header = Buffer.alloc(4)
  header.writeUInt32BE(body.length)
  return Buffer.concat([header, body])
}

/** Every whole frame in there. */
export function framesOf(bytes: Buffer): Record<string, unknown>[] {
  const frames: Record<string, unknown>[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    frames.push(JSON.parse(bytes.subarray(at + 4, end).toString('utf8')) as Record<string, unknown>)
    at = end
  }
  return frames
}

export function freshNode(): Promise<Libp2p> {
  return createLibp2p({ transports: [tcp()], connectionEncrypters: [noise()], streamMuxers: [yamux()] })
}

async function exchange(stream: Stream, { sent, halfClose = false, frames }: LegacyCall): Promise<Received> {
  const chunks: Uint8Array[] = []
  const { promise, resolve } = Promise.withResolvers<boolean>()
  // Comes when all that was sent before the other side ended has been delivered, and when the stream was aborted.
  stream.addEventListener('end', () => resolve(true))
  stream.addEventListener('message', ({ data }) => {
    chunks.push(...(data instanceof Uint8Array ? [data] : data))
    if (frames !== undefined && framesOf(Buffer.concat(chunks)).length >= frames) resolve(false)
  })
  for (const bytes of sent) stream.send(bytes)
  if (halfClose) await stream.close()
  const closed = await promise
  return { bytes: Buffer.concat(chunks), closed }
}
