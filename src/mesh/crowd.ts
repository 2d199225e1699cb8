/**
 * Those who wait to prove themselves, of which there may only be so many. When there are too many, the oldest of whoever
 * has the most of them has to go: a crowd from one address cannot keep out a single newcomer from another, who needs
 * but a moment.
 */

export interface CrowdOptions {
  readonly most: number
  /** Of those of one host, in turn. */
  readonly onTurnedAway: (host: string) => void
}

interface Waiting {
  readonly host: string
  readonly turnAway: () => void
}

export class Crowd {
  readonly #options: CrowdOptions
  /** In the order of coming. */
  readonly #waiting = new Set<Waiting>()
  readonly #byHost = new Map<string, number>()

  constructor(options: CrowdOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  /**
   * @param host whose turn it is counted as
   * @param turnAway called at most once, when it has to go; it is out of the crowd by then
   * @returns a function to be called when it waits no more; may be called twice
   */
  enter(host: string, turnAway: () => void): () => void {
    const waiting: Waiting = { host, turnAway }
    this.#waiting.add(waiting)
    this.#byHost.set(host, (this.#byHost.get(host) ?? 0) + 1)
    if (this.#waiting.size > this.#options.most) this.#makeRoom()
    return () => this.#leave(waiting)
  }

  #makeRoom(): void {
    let crowded = ''
    let most = 0
    for (const [host, count] of this.#byHost) if (count > most) [crowded, most] = [host, count]
    for (const waiting of this.#waiting) {
      if (waiting.host !== crowded) continue
      this.#leave(waiting)
      this.#options.onTurnedAway(waiting.host)
      waiting.turnAway()
      return
    }
  }

  #leave(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return
    const left = (this.#byHost.get(waiting.host) ?? 1) - 1
    if (left === 0) this.#byHost.delete(waiting.host)
    else this.#byHost.set(waiting.host, left)
  }
}

/** Whom to count it to: an IPv6 host has a whole /64 to itself, and whoever comes by a relay counts to the relay. */
export function hostOf(address: string): string {
  const [, kind, host = ''] = address.split('/')
  if (kind !== 'ip6') return host
  const [head = '', tail] = host.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':')
    groups.push(...new Array<string>(Math.max(0, 8 - groups.length - last.length)).fill('0'), ...last)
  }
  return groups.slice(0, 4).join(':')
}
