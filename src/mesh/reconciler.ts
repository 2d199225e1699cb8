/**
 * Keeps the wanted peers connected; nothing in the library does.
 *
 *   waiting ──due──▶ dialling ──admitted──▶ connected ──peer gone──▶ waiting
 *      ▲                │
 *      └──── failed ────┘   each failure doubles the pause, up to the cap; a connection resets it
 *
 * Several addresses may lead to one peer: one of them is dialled at a time, and while it is admitted, by whoever's dial,
 * none. A way through a relay comes after a direct one was tried, and while it is all there is the direct ones are tried
 * on, ever more seldom: what connects at last replaces it.
 *
 * When a whole fleet hears of itself at once, each pair would be dialled from both ends. So of those that wait, each peer
 * first takes its half of the pairs; nothing waits for the other end to dial.
 */
import { errorText, RunnerMeshError, type ErrorCode } from '../core/errors.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import type { PeerId } from '../core/ids.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import { isRelayed } from './addresses.ts'
import type { Way } from './admitted-peers.ts'

export const RECONNECT = { firstMs: SECOND / 2, longestMs: 15 * SECOND, jitter: 0.5 } as const
/** Pauses between tries for a direct connection to a peer that is reached through a relay. */
export const LONGEST_UPGRADE_PAUSE_MS = 5 * MINUTE

export interface TargetView {
  readonly address: string
  readonly source: string
  readonly state: 'connected' | 'dialling' | 'waiting'
  readonly lastError?: string
  readonly lastErrorCode?: ErrorCode
}

export interface ReconcilerDeps {
  readonly self: PeerId
  /** Connects and greets; resolves with the peer that answered. Its errors are sentences for people. */
  readonly dial: (address: string, source: string, signal: AbortSignal) => Promise<PeerId>
  /** How that peer is connected now, if it is admitted. */
  readonly wayTo: (peer: PeerId) => Way | undefined
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly parallelDials: number
}

/** Thrown by `dial` for an address that will never become a peer: our own, or no address at all. */
export class PointlessTarget extends Error {
  override readonly name = 'PointlessTarget'
}

const GONE = 'the peer closed the connection'

interface Target {
  readonly address: string
  readonly source: string
  readonly relayed: boolean
  give: AbortController
  peer: PeerId | undefined
  state: TargetView['state']
  lastError: string | undefined
  lastErrorCode: ErrorCode | undefined
  failures: number
  /** Whether it has failed since its peer was last connected. */
  tried: boolean
  pointless: boolean
  cancelPause: (() => void) | undefined
}

export class Reconciler {
  readonly #deps: ReconcilerDeps
  readonly #targets = new Map<string, Target>()
  readonly #queue: Target[] = []
  readonly #dials = new Set<Promise<void>>()
  readonly #dialling = new Set<Target>()
  #running = false

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    for (const target of this.#targets.values()) {
      target.give = new AbortController()
      target.state = 'waiting'
      this.#enqueue(target)
    }
    this.#next()
  }

  /** Resolves when no dial is under way any more. */
  async stop(): Promise<void> {
    this.#running = false
    this.#queue.length = 0
    for (const target of this.#targets.values()) {
      target.cancelPause?.()
      target.give.abort(new Error('this peer is stopping'))
    }
    await Promise.all(this.#dials)
  }

  /** @param peer the peer id that the address names, if it does */
  add(address: string, source: string, peer?: PeerId): void {
    if (this.#targets.has(address)) return
    const target: Target = {
      address,
      source,
      relayed: isRelayed(address),
      peer,
      give: new AbortController(),
      state: 'waiting',
      lastError: undefined,
      lastErrorCode: undefined,
      failures: 0,
      tried: false,
      pointless: false,
      cancelPause: undefined,
    }
    this.#targets.set(address, target)
    if (!this.#running) return
    this.#enqueue(target)
    // Once all are there that are told of in one go.
    queueMicrotask(() => this.#next())
  }

  remove(address: string): void {
    const target = this.#targets.get(address)
    if (target === undefined) return
    this.#targets.delete(address)
    target.cancelPause?.()
    target.give.abort(new Error('the address is no longer wanted'))
  }

  list(): TargetView[] {
    return [...this.#targets.values()].map(({ address, source, state, lastError, lastErrorCode }) => ({
      address,
      source,
      state,
      ...(lastError === undefined ? {} : { lastError }),
      ...(lastErrorCode === undefined ? {} : { lastErrorCode }),
    }))
  }

  joined(peer: PeerId): void {
    for (const target of this.#targets.values()) {
      if (target.peer !== peer || target.state === 'dialling') continue
      if (this.#isReached(target)) this.#connected(target, peer)
      else if (target.state === 'connected') this.#pause(target)
    }
    this.#next()
  }

  left(peer: PeerId, cause?: Error): void {
    for (const target of this.#targets.values()) {
      if (target.peer !== peer || target.state === 'dialling' || this.#isReached(target)) continue
      // One that waited long for a better connection is needed now.
      if (target.state === 'connected') target.lastError = cause === undefined ? GONE : errorText(cause)
      else if (target.relayed || target.pointless) continue
      target.failures = 0
      target.tried = false
      this.#pause(target)
    }
  }

  #enqueue(target: Target): void {
    target.cancelPause = undefined
    if (!target.pointless) this.#queue.push(target)
  }

  #next(): void {
    while (this.#running && this.#dials.size < this.#deps.parallelDials) {
      const isOurs = ({ peer }: Target): boolean => peer === undefined || dialsFirst(this.#deps.self, peer)
      const target =
        this.#queue.find((waiting) => isOurs(waiting) && !this.#mustWait(waiting)) ??
        this.#queue.find((waiting) => !this.#mustWait(waiting))
      if (target === undefined) return
      this.#queue.splice(this.#queue.indexOf(target), 1)
      if (target.state !== 'waiting' || this.#targets.get(target.address) !== target) continue
      if (target.peer !== undefined && this.#isReached(target)) {
        this.#connected(target, target.peer)
        continue
      }
      const dialling = this.#dial(target).finally(() => {
        this.#dials.delete(dialling)
        this.#next()
      })
      this.#dials.add(dialling)
    }
  }

  /** While another address of its peer is dialled, and for a relayed one until a direct one was. */
  #mustWait({ peer, relayed }: Target): boolean {
    if (peer === undefined) return false
    if (this.#dialling.values().some((other) => other.peer === peer)) return true
    if (!relayed || this.#deps.wayTo(peer) !== undefined) return false
    const direct = [...this.#targets.values()].filter(
      (other) => other.peer === peer && !other.relayed && !other.pointless,
    )
    return direct.length > 0 && !direct.some(({ tried }) => tried)
  }

  #isReached({ peer, relayed }: Pick<Target, 'peer' | 'relayed'>): boolean {
    const way = peer === undefined ? undefined : this.#deps.wayTo(peer)
    return way === 'direct' || (way === 'relayed' && relayed)
  }

  async #dial(target: Target): Promise<void> {
    const { dial, log } = this.#deps
    target.state = 'dialling'
    this.#dialling.add(target)
    try {
      const peer = await dial(target.address, target.source, target.give.signal)
      target.peer = peer
      // It may have gone again before this line, when nobody saw this target as connected yet.
      if (this.#isReached(target)) this.#connected(target, peer)
      else this.#failed(target, new Error(GONE))
    } catch (cause) {
      if (target.give.signal.aborted) return
      target.pointless = cause instanceof PointlessTarget
      this.#failed(target, cause)
      log.debug('target.failed', { address: target.address, source: target.source, error: target.lastError })
    } finally {
      this.#dialling.delete(target)
    }
  }

  #connected(target: Target, peer: PeerId): void {
    target.cancelPause?.()
    target.cancelPause = undefined
    target.peer = peer
    target.state = 'connected'
    target.failures = 0
    target.lastError = undefined
    target.lastErrorCode = undefined
  }

  #failed(target: Target, cause: unknown): void {
    target.tried = true
    target.lastError = errorText(cause)
    target.lastErrorCode = cause instanceof RunnerMeshError ? cause.code : undefined
    this.#pause(target)
  }

  #pause(target: Target): void {
    target.state = 'waiting'
    if (!this.#running || target.pointless || this.#targets.get(target.address) !== target) return
    const { clock, random, wayTo } = this.#deps
    target.cancelPause?.()
    const isUpgrade = target.peer !== undefined && wayTo(target.peer) !== undefined
    const longestMs = isUpgrade ? LONGEST_UPGRADE_PAUSE_MS : RECONNECT.longestMs
    const pauseMs = Math.min(longestMs, RECONNECT.firstMs * 2 ** Math.min(target.failures, 10))
    target.failures += 1
    const jittered = pauseMs * (1 - RECONNECT.jitter + 2 * RECONNECT.jitter * random.unit())
    target.cancelPause = clock.after(jittered, () => {
      this.#enqueue(target)
      this.#next()
    })
  }
}

/** Of two ends of a pair one, the same at both; for each peer about half of all others. */
function dialsFirst(self: PeerId, peer: PeerId): boolean {
  return (lastBit(self) === lastBit(peer)) === self < peer
}

function lastBit(peer: PeerId): number {
  return peer.charCodeAt(peer.length - 1) % 2
}
