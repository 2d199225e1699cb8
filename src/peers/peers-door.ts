/** The door for peers: each admitted peer is served the operations, and its operations are offered as a link. */
import { z } from 'zod'
import { errorText } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import type { PeerId } from '../core/ids.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Access } from '../core/operations/operation.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { OperationsLink, ReadyNotice } from '../core/ports/link.ts'
import type { AdmittedPeer, Channel, Mesh } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import { Unread } from './answer-pace.ts'
import { linkOver, serveRpc } from './operations-rpc.ts'
import type { RpcConnection, RpcLimits } from './rpc-connection.ts'

export interface PeersDoorDeps {
  readonly mesh: Pick<Mesh, 'onPeer'>
  readonly operations: Operations
  /** What a member may do here; asked anew for every call. */
  readonly access: (peer: PeerId) => ReadonlySet<Access>
  readonly events: Events
  readonly clock: Clock
  readonly log: Logger
  readonly limits?: Partial<RpcLimits>
  /** Where to count what is refused. */
  readonly rejections?: Rejections
  /** Throws away what large answers have left in memory. */
  readonly tidy?: () => void
}

export interface PeersDoor {
  /** One for each peer that is connected now. */
  links(): readonly OperationsLink[]
  /** Hears of every link that opens from now on. @returns a function that ends the subscription */
  onLink(opened: (link: OperationsLink) => void): () => void
  /** Tells all peers, and each that joins later, how full this home's queue is. */
  notifyReady(notice: ReadyNotice): void
  /** Hears what other homes say of their queues. @returns a function that ends the subscription */
  onReady(heard: (link: OperationsLink, notice: ReadyNotice) => void): () => void
  /** Asks a worker to renew its leases here now. One that is not connected hears it when it renews by itself. */
  askToRenew(worker: PeerId): void
  /** Hears homes ask for that. @returns a function that ends the subscription */
  onRenew(asked: (link: OperationsLink) => void): () => void
}

const READY = '$/ready'
/** From a home to a worker: renew your leases now, the answer has something to tell. */
const RENEW = '$/renew'

const readyNotice = z.object({
  ready: z.int().min(0),
  oldest_ready_at: z.int().optional(),
  top_priority: z.int().optional(),
})

interface Open {
  readonly connection: RpcConnection
  readonly link: OperationsLink
}

/** To be created before the mesh starts: a peer that joins earlier is not served. */
export function createPeersDoor(deps: PeersDoorDeps): PeersDoor {
  return new Door(deps)
}

class Door implements PeersDoor {
  readonly #deps: PeersDoorDeps
  readonly #open = new Map<PeerId, Open>()
  readonly #opened = new Set<(link: OperationsLink) => void>()
  readonly #heard = new Set<(link: OperationsLink, notice: ReadyNotice) => void>()
  readonly #asked = new Set<(link: OperationsLink) => void>()
  readonly #unread: Unread
  #lastNotice: ReadyNotice | undefined

  constructor(deps: PeersDoorDeps) {
    this.#deps = deps
    this.#unread = new Unread(deps.tidy)
    deps.mesh.onPeer((peer, channel) => this.#join(peer, channel))
  }

  links(): readonly OperationsLink[] {
    return [...this.#open.values()].map(({ link }) => link)
  }

  onLink(opened: (link: OperationsLink) => void): () => void {
    this.#opened.add(opened)
    return () => this.#opened.delete(opened)
  }

  notifyReady(notice: ReadyNotice): void {
    this.#lastNotice = notice
    for (const { connection } of this.#open.values()) connection.notify(READY, notice)
  }

  onReady(heard: (link: OperationsLink, notice: ReadyNotice) => void): () => void {
    this.#heard.add(heard)
    return () => this.#heard.delete(heard)
  }

  askToRenew(worker: PeerId): void {
    this.#open.get(worker)?.connection.notify(RENEW, {})
  }

  onRenew(asked: (link: OperationsLink) => void): () => void {
    this.#asked.add(asked)
    return () => this.#asked.delete(asked)
  }

  #join({ peer, homes, runnerName }: AdmittedPeer, channel: Channel): void {
    const { operations, access, events, clock, log, limits, rejections } = this.#deps
    const name = `peer ${peer}`
    const caller = () => ({ principal: `peer:${peer}`, door: 'peers', access: access(peer), peer }) as const
    // What came with the HELLO is handed over before there is a link to name.
    const early: [string, unknown][] = []
    let hear = (method: string, params: unknown): void => {
      early.push([method, params])
    }
    const connection = serveRpc(channel, operations, caller, {
      name,
      log,
      clock,
      unread: this.#unread,
      ...(rejections === undefined ? {} : { rejections }),
      onNotice: (method, params) => {
        if (method === READY || method === RENEW) hear(method, params)
      },
      ...(limits === undefined ? {} : { limits }),
    })
    const open: Open = { connection, link: linkOver(connection, { peer, homes }, name) }
    this.#open.set(peer, open)
    connection.closed.addEventListener('abort', () => {
      // A newer connection of the same peer may stand already.
      if (this.#open.get(peer) !== open) return
      this.#open.delete(peer)
      events.emit({ name: 'peer.left', at: clock.now(), peer })
    })
    if (this.#lastNotice !== undefined) connection.notify(READY, this.#lastNotice)
    events.emit({ name: 'peer.joined', at: clock.now(), peer, runnerName })
    this.#tell(this.#opened, (opened) => opened(open.link))
    hear = (method, params) => {
      if (method === READY) this.#ready(open, params)
      else this.#tell(this.#asked, (asked) => asked(open.link))
    }
    for (const [method, params] of early) hear(method, params)
  }

  #ready({ link }: Open, params: unknown): void {
    const parsed = readyNotice.safeParse(params)
    if (!parsed.success) return
    const { ready, oldest_ready_at, top_priority } = parsed.data
    const notice: ReadyNotice = {
      ready,
      ...(oldest_ready_at === undefined ? {} : { oldest_ready_at }),
      ...(top_priority === undefined ? {} : { top_priority }),
    }
    this.#tell(this.#heard, (heard) => heard(link, notice))
  }

  #tell<L>(listeners: ReadonlySet<L>, call: (listener: L) => void): void {
    for (const listener of listeners) {
      try {
        call(listener)
      } catch (fault) {
        this.#deps.log.error('peers.listener_failed', { error: errorText(fault) })
      }
    }
  }
}
