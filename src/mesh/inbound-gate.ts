/**
 * Inbound connections from the first byte until they are encrypted. There may only be so many at once, and when there are
 * too many, those of the most crowded address make room; the library would turn away whoever comes last, so that one
 * address with slow connections could keep out everybody.
 */
import { isIPv6, Socket, type Server } from 'node:net'
import type { MultiaddrConnection } from '@libp2p/interface'
import type { Logger } from '../core/ports/clock.ts'
import type { Rejections } from '../core/rejections.ts'
import { Crowd, hostOf } from './crowd.ts'
import type { HostFaults } from './host-faults.ts'

export interface InboundGateDeps {
  readonly mostPending: number
  readonly rejections: Rejections
  readonly faults: HostFaults
  readonly log: Logger
}

export class InboundGate {
  readonly #rejections: Rejections
  readonly #faults: HostFaults
  readonly #crowd: Crowd

  constructor({ mostPending, rejections, faults, log }: InboundGateDeps) {
    this.#rejections = rejections
    this.#faults = faults
    this.#crowd = new Crowd({
      most: mostPending,
      onTurnedAway: (host) => {
        rejections.count('connection_flood')
        log.debug('connection.turned_away', { host, pending: mostPending })
      },
    })
  }

  /**
   * Closes the connections of an address that has proven nothing too often before the library makes anything of them: what
   * it makes is some ten kilobytes each, and an attacker has hundreds a second.
   */
  guardServer(server: Server): void {
    const emit = server.emit.bind(server) as (event: string, ...args: readonly unknown[]) => boolean
    server.emit = (event: string, ...args: readonly unknown[]) => {
      const [socket] = args
      if (event !== 'connection' || !(socket instanceof Socket)) return emit(event, ...args)
      // A listener of both families names IPv4 addresses so.
      const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=[0-9.]+$)/, '')
      if (!this.#faults.isSpent(hostOf(`/${isIPv6(address) ? 'ip6' : 'ip4'}/${address}`))) return emit(event, ...args)
      this.#rejections.count('connection_flood')
      socket.destroy()
      return true
    }
  }

  /** @param upgrade calls back when the negotiation is cut off; @throws whatever the upgrade throws */
  async pass(connection: MultiaddrConnection, upgrade: (onBad: () => void) => Promise<void>): Promise<void> {
    const host = hostOf(connection.remoteAddr.toString())
    const counted = { done: false }
    const leave = this.#crowd.enter(host, () => {
      counted.done = true
      connection.abort(new Error('too many connections that are not encrypted yet'))
    })
    try {
      await upgrade(() => {
        counted.done = true
        this.#rejections.count('bad_negotiation')
      })
    } catch (cause) {
      this.#faults.fault(host)
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
