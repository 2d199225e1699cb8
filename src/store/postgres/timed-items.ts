/** What several callers ask for together, each at an instant of its own. */
export interface Timed<I> {
  readonly item: I
  readonly now: number
}

export const itemOf = <I>({ item }: Timed<I>): I => item

export const latest = (items: readonly Timed<unknown>[]): number => Math.max(...items.map(({ now }) => now))
