/** What peers have and can do: this one's own, and what others answered last when they were asked. Soft state. */
import type { Capabilities, StandingCapabilities } from '../core/capabilities.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { TimeLimit } from '../core/time-limit.ts'

export interface PeerCapabilitiesDeps {
  readonly self: PeerId
  /** This peer's own, of this moment. */
  readonly own: () => Promise<Capabilities>
  readonly links: () => readonly OperationsLink[]
  readonly clock: Clock
  readonly log: Logger
}

interface Answer {
  readonly capabilities: Capabilities
  /** Monotonic. */
  readonly at: number
}

/** Asked again only when it is older. */
const FRESH_MS = 15 * SECOND
/** A peer that does not answer keeps nobody waiting for the others. */
const ANSWER_MS = 1 * SECOND
const MOST_ASKED = 64
const MOST_KEPT = 2000

export class PeerCapabilities {
  readonly #deps: PeerCapabilitiesDeps
  readonly #answers = new Map<string, Answer>()

  constructor(deps: PeerCapabilitiesDeps) {
    this.#deps = deps
  }

  own(): Promise<Capabilities> {
    return this.#deps.own()
  }

  /**
   * Asks that peer now.
   * @throws RunnerMeshError peer_unreachable when it is not connected, and whatever it answers
   */
  async ask(peer: string, signal: AbortSignal): Promise<Capabilities> {
    const { self, links } = this.#deps
    if (peer === self) return this.own()
    const link = links().find((each) => each.peer === peer)
    if (link === undefined) {
      throw new RunnerMeshError('peer_unreachable', `Peer ${JSON.stringify(peer.slice(0, 128))} is not connected.`)
    }
    return this.#askOver(link, signal)
  }

  /** What is known of a peer: its last answer, or what it said when it joined. */
  of(peer: string, said: StandingCapabilities | undefined): Capabilities | undefined {
    return this.#answers.get(peer)?.capabilities ?? said
  }

  /** Asks those of these peers whose last answer is old. Whoever does not answer in time, or not at all, is left out. */
  async refresh(peers: readonly string[], signal: AbortSignal): Promise<void> {
    const { self, links, clock, log } = this.#deps
    const wanted = new Set(peers.filter((peer) => peer !== self && !this.#isFresh(peer)).slice(0, MOST_ASKED))
    using limit = new TimeLimit(clock, ANSWER_MS, 'no answer in time')
    const either = limit.or(signal)
    await Promise.all(
      links()
        .filter(({ peer }) => peer !== undefined && wanted.has(peer))
        .map((link) =>
          this.#askOver(link, either).catch((cause: unknown) => {
            log.debug('peer.capabilities_unknown', { peer: link.peer, error: errorText(cause) })
          }),
        ),
    )
  }

  #isFresh(peer: string): boolean {
    const answer = this.#answers.get(peer)
    return answer !== undefined && this.#deps.clock.mono() - answer.at < FRESH_MS
  }

  async #askOver(link: OperationsLink, signal: AbortSignal): Promise<Capabilities> {
    const { capabilities } = await link.call('p2p_peer_capabilities', {}, { signal })
    const peer = String(link.peer)
    this.#answers.delete(peer)
    this.#answers.set(peer, { capabilities, at: this.#deps.clock.mono() })
    for (const oldest of [...this.#answers.keys()].slice(0, -MOST_KEPT)) this.#answers.delete(oldest)
    return capabilities
  }
}
