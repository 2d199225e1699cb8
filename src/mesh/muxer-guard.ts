/**
 * The streams that the other end of a connection opens: how many there may be, and what they say first.
 *
 * Until its HELLO a connection needs one stream, or a few of the predecessor's. What the library makes of each costs some
 * ten kilobytes for ten seconds, so a stranger gets few, and no second chance: its connection ends, and its address is
 * remembered for it.
 */
import type { Connection, MessageStream, StreamMuxerFactory } from '@libp2p/interface'
import type { Rejection, Rejections } from '../core/rejections.ts'
import { anyAnswer, guardNegotiation, nobody } from './negotiation-guard.ts'

interface MuxerParts {
  onRemoteStream(stream: MessageStream): void
  onCreateStream(...args: readonly unknown[]): MessageStream
}

/** Of one connection. */
export interface StreamAllowance {
  /** Streams that the other side may have open at once, whatever their protocols. */
  readonly most: number
  /** Streams turned away before the connection is given up. */
  readonly turnedAway: number
}

export interface MuxerGuard {
  /** Those served here now. */
  readonly protocols: () => readonly string[]
  readonly connections: () => readonly Connection[]
  /** Whether it has proven what it had to. */
  readonly isProven: (connection: Connection) => boolean
  readonly proven: StreamAllowance
  readonly unproven: StreamAllowance
  /** A connection was given up; undefined where the library has not told of it yet. */
  readonly onGivenUp: (connection: Connection | undefined) => void
  readonly rejections: Rejections
}

/** Guards the negotiation of every stream, and their number. */
export function guardMuxer(factory: StreamMuxerFactory, options: MuxerGuard): StreamMuxerFactory {
  const { protocols, connections, isProven, proven, unproven, onGivenUp, rejections } = options
  const createStreamMuxer = factory.createStreamMuxer.bind(factory)
  factory.createStreamMuxer = (below) => {
    const muxer = createStreamMuxer(below)
    const find = (): Connection | undefined => connections().find(({ streams }) => streams === muxer.streams)
    let hasProven = false
    const allowance = (): StreamAllowance => {
      if (!hasProven) {
        const connection = find()
        hasProven = connection !== undefined && isProven(connection)
      }
      return hasProven ? proven : unproven
    }
    let open = 0
    let turnedAway = 0
    let givenUp = false
    const turnAway = (kind: Rejection): void => {
      rejections.count(kind)
      turnedAway += 1
      if (givenUp || turnedAway < allowance().turnedAway) return
      givenUp = true
      onGivenUp(find())
      below.abort(new Error('too many streams that had to be turned away'))
    }
    const watch = (stream: MessageStream): void => {
      open += 1
      stream.addEventListener('close', ({ error }) => {
        open -= 1
        if (error?.name === 'TooManyInboundProtocolStreamsError') turnAway('stream_flood')
      })
    }
    const parts = muxer as unknown as MuxerParts
    const [onRemoteStream, onCreateStream] = [parts.onRemoteStream.bind(muxer), parts.onCreateStream.bind(muxer)]
    parts.onRemoteStream = (stream) => {
      if (open >= unproven.most && open >= allowance().most) {
        // The library never sees it: what it would make of each costs more than the stream.
        turnAway('stream_flood')
        stream.abort(new Error('too many streams'))
        return
      }
      watch(stream)
      onRemoteStream(
        guardNegotiation(
          stream,
          (message) => protocols().includes(message),
          () => turnAway('bad_negotiation'),
        ),
      )
    }
    parts.onCreateStream = (...args) => guardNegotiation(onCreateStream(...args), anyAnswer, nobody)
    return muxer
  }
  return factory
}
