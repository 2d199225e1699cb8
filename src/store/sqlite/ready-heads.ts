/**
 * The first few claimable tasks of one lane, in claim order, so that most claims need no look-up. It is a prefix of the
 * lane: either complete, or known up to its last entry. When in doubt it forgets; the index knows.
 */

export interface Head {
  readonly seq: number
  readonly orderKey: number
  readonly readyAt: number
}

export const HEADS_KEPT = 128

export class ReadyHeads {
  #heads: Head[] = []
  #complete: boolean

  /** @param complete whether the lane holds no claimable task now */
  constructor(complete: boolean) {
    this.#complete = complete
  }

  /** @param read reads the first `limit` claimable tasks of the lane, in order */
  first(read: (limit: number) => Head[]): Head | undefined {
    if (this.#heads.length === 0 && !this.#complete) {
      this.#heads = read(HEADS_KEPT)
      this.#complete = this.#heads.length < HEADS_KEPT
    }
    return this.#heads[0]
  }

  /**
   * The heads in memory, the first of the lane among them. When they are not all of the lane, nothing of it comes before
   * the last of them but they themselves.
   * @param read as for `first`
   */
  known(read: (limit: number) => Head[]): { readonly heads: readonly Head[]; readonly complete: boolean } {
    this.first(read)
    return { heads: this.#heads, complete: this.#complete }
  }

  insert(head: Head): void {
    const last = this.#heads.at(-1)
    if (!this.#complete && (last === undefined || isBefore(last, head))) return
    let at = this.#heads.length
    for (let before = this.#heads[at - 1]; before !== undefined && isBefore(head, before); before = this.#heads[at - 1])
      at -= 1
    this.#heads.splice(at, 0, head)
    if (this.#heads.length <= HEADS_KEPT) return
    this.#heads.pop()
    this.#complete = false
  }

  remove(seq: number): void {
    if (this.#heads[0]?.seq === seq) {
      this.#heads.shift()
      return
    }
    const at = this.#heads.findIndex((head) => head.seq === seq)
    if (at !== -1) this.#heads.splice(at, 1)
  }

  forget(): void {
    this.#heads = []
    this.#complete = false
  }
}

/** Smaller key first; equal keys in order of submission. */
export function isBefore(a: Pick<Head, 'seq' | 'orderKey'>, b: Pick<Head, 'seq' | 'orderKey'>): boolean {
  return a.orderKey < b.orderKey || (a.orderKey === b.orderKey && a.seq < b.seq)
}
