/**
 * Fewer and larger writes. Two habits of the libraries cost a cipher and a system call each, on both sides, for messages of
 * a few hundred bytes (measured with yamux 8.0 and tcp 11.0, whose settings have no say in it):
 *
 * - yamux answers every data frame with a window update at once. The protocol asks for none before the window is used up,
 *   so ours wait for the next frame that leaves anyway, or until they are worth a message of their own.
 * - tcp writes a message chunk by chunk, and noise makes two of each: a length of two bytes, and the rest.
 *
 * @see https://github.com/hashicorp/yamux/blob/v0.1.2/spec.md
 */
import type { ConnectionEncrypter, MessageStream, StreamMuxerFactory } from '@libp2p/interface'

type Sender = Pick<MessageStream, 'send'>

/**
 * A window update is told at the latest when it has grown this large: a quarter of the smallest window there is, so that
 * whoever sends never runs dry for want of one that is held back.
 */
export const HELD_WINDOW_BYTES = 65_536

/** Longer messages are not copied to be joined: one more write is cheaper. */
const LONGEST_JOINED_BYTES = 131_072

const HEADER_BYTES = 12
const WINDOW_UPDATE = 1

/** Everything that a multiplexer of this factory sends passes `holdWindowUpdates`. */
export function withFewerWindowUpdates(factory: StreamMuxerFactory): StreamMuxerFactory {
  const createStreamMuxer = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (connection) => {
    holdWindowUpdates(connection)
    return createStreamMuxer(connection)
  }
  return factory
}

/** Everything that this encrypter sends passes `joinChunks`. */
export function withJoinedChunks(encrypter: ConnectionEncrypter): ConnectionEncrypter {
  const [secureInbound, secureOutbound] = [
    encrypter.secureInbound.bind(encrypter),
    encrypter.secureOutbound.bind(encrypter),
  ]
  encrypter.secureInbound = (connection, ...rest) => {
    joinChunks(connection)
    return secureInbound(connection, ...rest)
  }
  encrypter.secureOutbound = (connection, ...rest) => {
    joinChunks(connection)
    return secureOutbound(connection, ...rest)
  }
  return encrypter
}

/** Sends each message of several chunks as one. */
export function joinChunks(connection: Sender): void {
  const send = connection.send.bind(connection)
  connection.send = (data) =>
    send(data instanceof Uint8Array || data.byteLength > LONGEST_JOINED_BYTES ? data : Buffer.concat([...data]))
}

/** Holds back yamux's plain window updates, each frame being one call, and puts them before the next other frame. */
export function holdWindowUpdates(connection: Sender): void {
  const send = connection.send.bind(connection)
  /** Bytes by stream. */
  const held = new Map<number, number>()
  const takeHeld = (): Buffer[] => {
    const updates = [...held].map(([stream, bytes]) => encodeWindowUpdate(stream, bytes))
    held.clear()
    return updates
  }
  connection.send = (data) => {
    const update = findWindowUpdate(data)
    if (update !== undefined) {
      const bytes = (held.get(update.stream) ?? 0) + update.bytes
      held.set(update.stream, bytes)
      return bytes < HELD_WINDOW_BYTES || send(Buffer.concat(takeHeld()))
    }
    if (held.size === 0) return send(data)
    if (data.byteLength > LONGEST_JOINED_BYTES) {
      send(Buffer.concat(takeHeld()))
      return send(data)
    }
    return send(Buffer.concat([...takeHeld(), ...(data instanceof Uint8Array ? [data] : data)]))
  }
}

/** One without flags; those that open, close or reset a stream are none that could wait. */
function findWindowUpdate(
  data: Parameters<Sender['send']>[0],
): { readonly stream: number; readonly bytes: number } | undefined {
  if (!(data instanceof Uint8Array) || data.byteLength !== HEADER_BYTES) return undefined
  const frame = new DataView(data.buffer, data.byteOffset, HEADER_BYTES)
  const [version, type, flags] = [frame.getUint8(0), frame.getUint8(1), frame.getUint16(2)]
  if (version !== 0 || type !== WINDOW_UPDATE || flags !== 0) return undefined
  return { stream: frame.getUint32(4), bytes: frame.getUint32(8) }
}

function encodeWindowUpdate(stream: number, bytes: number): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES)
  frame.writeUInt8(WINDOW_UPDATE, 1)
  frame.writeUInt32BE(stream, 4)
  frame.writeUInt32BE(bytes, 8)
  return frame
}
