/**
 * Ends connections on which nothing arrives any more: a cable was cut, a machine has lost its power. The library pings each
 * connection now and then, so on one that lives something arrives. It would end those whose ping is late; but behind
 * megabytes on a slow line a ping is late, and then a long transfer would be cut in the middle.
 */
import type { Connection, MessageStream, StreamMuxerFactory } from '@libp2p/interface'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'

export interface LivenessDeps {
  readonly connections: () => readonly Connection[]
  /** How often each connection is pinged, milliseconds. */
  readonly pingEveryMs: number
  readonly clock: Clock
  readonly log: Logger
}

/** A process that stood still itself first reads what has arrived meanwhile. */
const SECOND_LOOK_MS = 1 * SECOND

export class Liveness {
  readonly #deps: LivenessDeps
  /** By muxer, monotonic. */
  readonly #heardAt = new WeakMap<object, number>()
  #cancel: (() => void) | undefined

  constructor(deps: LivenessDeps) {
    this.#deps = deps
  }

  /** Notes when something arrives on the connections of this factory's muxers. */
  listenIn(factory: StreamMuxerFactory): StreamMuxerFactory {
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection: MessageStream) => {
      const muxer = createStreamMuxer(connection)
      const heard = (): void => void this.#heardAt.set(muxer, this.#deps.clock.mono())
      heard()
      // After the muxer's own, which is the one that what came already is for.
      connection.addEventListener('message', heard)
      return muxer
    }
    return factory
  }

  start(): void {
    const { clock, pingEveryMs } = this.#deps
    this.#cancel = clock.after(pingEveryMs / 2, () => {
      const silent = this.#silent()
      this.#cancel = silent.length === 0 ? undefined : clock.after(SECOND_LOOK_MS, () => this.#end(silent))
      if (silent.length === 0) this.start()
    })
  }

  stop(): void {
    this.#cancel?.()
  }

  #end(suspects: readonly Connection[]): void {
    const silent = new Set(this.#silent())
    for (const connection of suspects) {
      if (!silent.has(connection)) continue
      this.#deps.log.info('connection.silent', { address: connection.remoteAddr.toString() })
      connection.abort(new Error('nothing arrives on the connection any more'))
    }
    this.start()
  }

  #silent(): readonly Connection[] {
    const { connections, clock, pingEveryMs } = this.#deps
    const since = clock.mono() - 2 * pingEveryMs
    return connections().filter((connection) => {
      // Not in the typed interface; the test that cuts a cable holds it true.
      const { muxer } = connection as Connection & { readonly muxer?: object }
      const heardAt = muxer === undefined ? undefined : this.#heardAt.get(muxer)
      return heardAt !== undefined && heardAt <= since
    })
  }
}
