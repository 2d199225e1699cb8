/**
 * From how far away this peer can be dialled. Never guessed: a connection that came in from there proves it, and so does
 * a peer that was asked to dial back; a peer that was asked and could not is what says no. Neighbours, on a network that
 * one of this machine's interfaces is in, prove nothing about anybody else.
 */
import { MINUTE } from '../../core/lease.ts'
import type { PeerId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Reachable } from '../../core/ports/mesh.ts'
import { ipOf, isPublic } from '../addresses.ts'

/** How far away somebody is: on a network of this machine, on another private one, on the internet. */
export const FAR = { neighbour: 0, networks: 1, internet: 2 } as const
export type Far = (typeof FAR)[keyof typeof FAR]

/** What was seen holds for this long; routers forget, and owners change their rules. */
export const EVIDENCE_MS = 30 * MINUTE

interface Evidence {
  readonly reached: boolean
  readonly far: Far
  /** Monotonic. */
  readonly at: number
  /** Addresses that were not known before and proved to lead here. */
  readonly addresses: readonly string[]
}

export class Reachability {
  readonly #clock: Clock
  readonly #isNeighbour: (ip: string) => boolean
  /** By witness: the last it has shown. */
  readonly #evidence = new Map<PeerId, Evidence>()

  /** @param isNeighbour whether an IP address is on a network of this machine */
  constructor(clock: Clock, isNeighbour: (ip: string) => boolean) {
    this.#clock = clock
    this.#isNeighbour = isNeighbour
  }

  /** @param address of the other end of a direct connection */
  farOf(address: string): Far {
    const ip = ipOf(address)
    if (ip === undefined || this.#isNeighbour(ip)) return FAR.neighbour
    return isPublic(address) ? FAR.internet : FAR.networks
  }

  /** The witness has connected to this peer. */
  connected(witness: PeerId, address: string): void {
    const before = this.#fresh(witness)
    if (before?.reached !== true) this.#note(witness, address, true, [])
  }

  /** The witness was asked to dial this peer. @param reached the addresses at which it did */
  dialled(witness: PeerId, address: string, reached: readonly string[]): void {
    this.#note(witness, address, reached.length > 0, reached)
  }

  /** Nothing that was seen holds any more: this machine is somewhere else. */
  forget(): void {
    this.#evidence.clear()
  }

  /** How far away the farthest is that reaches this peer. */
  far(): Far {
    const reaching = this.#all().filter(({ reached }) => reached)
    return reaching.reduce<Far>((far, evidence) => (evidence.far > far ? evidence.far : far), FAR.neighbour)
  }

  verdict(): Reachable {
    const far = this.far()
    if (far === FAR.internet) return 'internet'
    if (far === FAR.networks) return 'networks'
    return this.#all().length > 0 ? 'no' : 'unknown'
  }

  /** Addresses at which others have reached this peer, beyond those it listens on. */
  addresses(): readonly string[] {
    return [...new Set(this.#all().flatMap(({ addresses }) => addresses))]
  }

  /** @returns how long ago, in milliseconds, the youngest evidence from that far came */
  ageOf(far: Far): number {
    const youngest = this.#all()
      .filter((evidence) => evidence.far >= far)
      .reduce((at, evidence) => Math.max(at, evidence.at), -Infinity)
    return this.#clock.mono() - youngest
  }

  #note(witness: PeerId, address: string, reached: boolean, addresses: readonly string[]): void {
    const far = this.farOf(address)
    if (far === FAR.neighbour) return
    this.#evidence.set(witness, { reached, far, at: this.#clock.mono(), addresses })
  }

  #fresh(witness: PeerId): Evidence | undefined {
    const evidence = this.#evidence.get(witness)
    return evidence !== undefined && this.#clock.mono() - evidence.at < EVIDENCE_MS ? evidence : undefined
  }

  #all(): readonly Evidence[] {
    for (const witness of this.#evidence.keys()) {
      if (this.#fresh(witness) === undefined) this.#evidence.delete(witness)
    }
    return [...this.#evidence.values()]
  }
}
