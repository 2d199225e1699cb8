/**
 * Finds many byte strings in one pass, each byte looked at once: Aho and Corasick's automaton over plain arrays.
 * @see https://doi.org/10.1145/360825.360855
 */
export interface BytePatterns {
  /** Bytes of the longest pattern; 0 when there is none. */
  readonly longest: number
  /** The state after one more byte; 0 is the state of no beginning of any pattern. */
  next(state: number, byte: number): number
  /** How many of the last bytes are the beginning of a pattern: those a later byte may still complete. */
  depth(state: number): number
  /** Length of the longest pattern that ends with the last byte; 0 when none does. */
  match(state: number): number
}

/** Some 25 bytes of memory per byte of the patterns. */
export function compilePatterns(patterns: readonly Uint8Array[]): BytePatterns {
  const most = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0)
  const firstChild = new Int32Array(most)
  const sibling = new Int32Array(most)
  const byteOf = new Uint8Array(most)
  const depthOf = new Int32Array(most)
  const fallback = new Int32Array(most)
  const matched = new Int32Array(most)
  const fromRoot = new Int32Array(256)
  let states = 1

  const child = (state: number, byte: number): number => {
    if (state === 0) return fromRoot[byte] ?? 0
    let at = firstChild[state] ?? 0
    while (at !== 0 && byteOf[at] !== byte) at = sibling[at] ?? 0
    return at
  }
  const next = (state: number, byte: number): number => {
    let at = state
    for (;;) {
      const found = child(at, byte)
      if (found !== 0 || at === 0) return found
      at = fallback[at] ?? 0
    }
  }

  for (const pattern of patterns) {
    let state = 0
    for (const byte of pattern) {
      let to = child(state, byte)
      if (to === 0) {
        to = states
        states += 1
        byteOf[to] = byte
        depthOf[to] = (depthOf[state] ?? 0) + 1
        sibling[to] = firstChild[state] ?? 0
        firstChild[state] = to
        if (state === 0) fromRoot[byte] = to
      }
      state = to
    }
    matched[state] = pattern.length
  }
  // Nearer to the root first, so that what a state falls back to is complete.
  const queue = new Int32Array(states)
  let [read, written] = [0, 1]
  while (read < written) {
    const state = queue[read] ?? 0
    read += 1
    for (let to = firstChild[state] ?? 0; to !== 0; to = sibling[to] ?? 0) {
      queue[written] = to
      written += 1
      const byte = byteOf[to] ?? 0
      const back = state === 0 ? 0 : next(fallback[state] ?? 0, byte)
      fallback[to] = back
      if (matched[to] === 0) matched[to] = matched[back] ?? 0
    }
  }
  return {
    longest: patterns.reduce((longest, pattern) => Math.max(longest, pattern.length), 0),
    next,
    depth: (state) => depthOf[state] ?? 0,
    match: (state) => matched[state] ?? 0,
  }
}
