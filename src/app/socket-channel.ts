/** A Unix socket of this machine as a channel of frames, for the command line and its peer. */
import type { Socket } from 'node:net'
import { RunnerMeshError } from '../core/errors.ts'
import { encodeFrame, FrameDecoder } from '../core/frames.ts'
import type { PeerId } from '../core/ids.ts'
import type { Channel } from '../core/ports/mesh.ts'

/** @param socket open; it belongs to the channel from now on */
export function createSocketChannel(socket: Socket): Channel {
  let receive: ((frame: Uint8Array) => void) | undefined
  let waiting: Uint8Array[] = []
  let fault: Error | undefined
  const decoder = new FrameDecoder((frame) => {
    // A frame may be a view of a chunk that node reuses.
    if (receive === undefined) waiting.push(Uint8Array.from(frame))
    else receive(frame)
  })
  const closeListeners = new Set<(cause?: Error) => void>()
  let isClosed = false

  socket.on('data', (bytes: Buffer) => {
    try {
      decoder.push(bytes)
    } catch (cause) {
      fault = cause instanceof Error ? cause : new Error(String(cause))
      socket.destroy()
    }
  })
  socket.on('error', (cause) => {
    fault ??= cause
  })
  socket.on('close', () => {
    isClosed = true
    for (const closed of closeListeners) closed(fault)
    closeListeners.clear()
  })

  return {
    remote: 'local' as PeerId,
    send: (frame) =>
      new Promise((resolve, reject) => {
        if (isClosed || socket.destroyed) {
          reject(gone(fault))
          return
        }
        socket.write(encodeFrame(frame), (cause) => {
          if (cause instanceof Error) reject(gone(cause))
          else resolve()
        })
      }),
    onFrame: (handle) => {
      receive = handle
      const early = waiting
      waiting = []
      for (const frame of early) handle(frame)
    },
    onClose: (closed) => {
      if (isClosed) closed(fault)
      else closeListeners.add(closed)
    },
    close: () =>
      new Promise((resolve) => {
        if (isClosed) {
          resolve()
          return
        }
        socket.once('close', () => {
          resolve()
        })
        socket.end()
        // The other side may have nothing left to say and no reason to hang up.
        socket.destroySoon()
      }),
    abort: (cause) => {
      fault ??= cause
      socket.destroy()
    },
  }
}

/** A peer that went away shows in whatever comes first: a write that fails, or the end of the socket. */
function gone(cause: Error | undefined): RunnerMeshError {
  const why = cause === undefined ? 'the socket is closed' : cause.message
  return new RunnerMeshError('peer_unreachable', `The peer has gone: ${why}.`, { cause })
}
