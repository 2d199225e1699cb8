/** The homes this peer can reach, its own among them. A link leaves by itself when it is gone. */
import { RunnerMeshError } from '../core/errors.ts'
import type { HomeId, PeerId } from '../core/ids.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { OperationsLink } from '../core/ports/link.ts'

export class Links {
  readonly #links = new Set<OperationsLink>()
  readonly #listeners = new Set<(link: OperationsLink) => void>()

  add(link: OperationsLink): void {
    if (link.closed.aborted) return
    this.#links.add(link)
    link.closed.addEventListener('abort', () => this.#links.delete(link), { once: true })
    for (const listener of this.#listeners) listener(link)
  }

  all(): readonly OperationsLink[] {
    return [...this.#links]
  }

  /** Of several peers that serve the home, one that has not failed lately. */
  findByHome(home: HomeId): OperationsLink | undefined {
    return [...this.#links].find((link) => link.homes.includes(home))
  }

  /** A call to it failed: of the peers of its home, the others are asked first. It stays, for it may be back. */
  putLast(link: OperationsLink): void {
    if (this.#links.delete(link)) this.#links.add(link)
  }

  /** Hears of every link added from now on. @returns a function that ends the subscription */
  onAdded(listener: (link: OperationsLink) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** This peer's own operations as a link, so that its worker knows no difference between homes. */
export function createLocalLink(
  operations: Operations,
  { self, homes, caller, closed }: { self: PeerId; homes: readonly HomeId[]; caller: Caller; closed: AbortSignal },
): OperationsLink {
  return {
    peer: self,
    homes,
    closed,
    call: (name, input, { signal, onProgress } = {}) => {
      if (closed.aborted) return Promise.reject(new RunnerMeshError('peer_unreachable', 'This peer is stopping.'))
      return operations.call(name, input, {
        caller,
        signal: signal === undefined ? closed : AbortSignal.any([signal, closed]),
        progress: onProgress ?? (() => undefined),
      })
    },
  }
}
