/**
 * Inbound connections from the first byte until they are encrypted. There may only be so many at once, and when there are
 * too many, those of the most crowded address make room; the library would turn away whoever comes last, so that one
 * address with slow connections could keep out everybody.
 */
import type { MultiaddrConnection } from '@libp2p/interface'
import type { Logger } from '../core/ports/clock.ts'
import type { Rejections } from '../core/rejections.ts'
import { Crowd, hostOf } from './crowd.ts'

export interface InboundGateDeps {
  readonly mostPending: number
  readonly rejections: Rejections
  readonly log: Logger
}

export class InboundGate {
  readonly #rejections: Rejections
  readonly #crowd: Crowd

  constructor({ mostPending, rejections, log }: InboundGateDeps) {
    this.#rejections = rejections
    this.#crowd = new Crowd({
      most: mostPending,
      onTurnedAway: (host) => {
        rejections.count('connection_flood')
        log.debug('connection.turned_away', { host, pending: mostPending })
      },
    })
  }

  /** @param upgrade calls back when the negotiation is cut off; @throws whatever the upgrade throws */
  async pass(connection: MultiaddrConnection, upgrade: (onBad: () => void) => Promise<void>): Promise<void> {
    const counted = { done: false }
    const leave = this.#crowd.enter(hostOf(connection.remoteAddr.toString()), () => {
      counted.done = true
      connection.abort(new Error('too many connections that are not encrypted yet'))
    })
    try {
      await upgrade(() => {
        counted.done = true
        this.#rejections.count('bad_negotiation')
      })
    } catch (cause) {
      if (!counted.done) this.#count(cause)
      throw cause
    } finally {
      leave()
    }
  }

  #count(cause: unknown): void {
    const name = cause instanceof Error ? cause.name : ''
    if (name === 'ConnectionDeniedError') this.#rejections.count('connection_flood')
    else if (name === 'TimeoutError' || name === 'AbortError') this.#rejections.count('silent_connection')
    else this.#rejections.count('bad_negotiation')
  }
}
