/**
 * Connections that have not proven membership yet. Each has a deadline; those from elsewhere are a crowd besides, in which
 * the oldest of the address with the most of them has to make room.
 */
import type { Connection } from '@libp2p/interface'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { Rejections } from '../core/rejections.ts'
import { Crowd, hostOf } from './crowd.ts'
import type { HostFaults } from './host-faults.ts'
import type { MeshLimits } from './protocols.ts'

export interface UnprovenConnectionsDeps {
  /** Its time is over. */
  readonly onLate: (connection: Connection) => void
  readonly rejections: Rejections
  readonly faults: HostFaults
  readonly clock: Pick<Clock, 'after'>
  readonly log: Logger
  readonly limits: Pick<MeshLimits, 'helloDeadlineMs' | 'maxUnadmitted'>
}

export class UnprovenConnections {
  readonly #deps: UnprovenConnectionsDeps
  readonly #crowd: Crowd
  readonly #leave = new Map<Connection, () => void>()

  constructor(deps: UnprovenConnectionsDeps) {
    this.#deps = deps
    const { limits, log, rejections } = deps
    this.#crowd = new Crowd({
      most: limits.maxUnadmitted,
      onTurnedAway: (host) => {
        rejections.count('connection_flood')
        log.warn('connection.turned_away', { host, unadmitted: limits.maxUnadmitted })
      },
    })
  }

  /** To be told of every connection, in either direction, as soon as it is encrypted. */
  enter(connection: Connection): void {
    const { onLate, clock, limits, rejections, faults } = this.#deps
    const host = hostOf(connection.remoteAddr.toString())
    const leaveCrowd =
      connection.direction === 'inbound'
        ? this.#crowd.enter(host, () => {
            faults.fault(host)
            connection.abort(new Error('too many connections that have not proven membership'))
          })
        : () => undefined
    const cancel = clock.after(limits.helloDeadlineMs, () => {
      this.leave(connection)
      // A dial of ours whose HELLO failed ends here as well, and has been told of.
      if (connection.direction === 'inbound') {
        rejections.count('silent_connection')
        faults.fault(host)
      }
      onLate(connection)
    })
    this.#leave.set(connection, () => {
      cancel()
      leaveCrowd()
    })
    connection.addEventListener('close', () => this.leave(connection))
  }

  /** It has proven what it had to, or is gone. */
  leave(connection: Connection): void {
    this.#leave.get(connection)?.()
    this.#leave.delete(connection)
  }

  /** Forgets every deadline. */
  stop(): void {
    for (const leave of this.#leave.values()) leave()
    this.#leave.clear()
  }
}
