/**
 * Patterns for branches, tags and paths, as workflow files have them: `*` any but a slash, `**` any, `?` and `+` the
 * character before none or once, once or more, `[…]` one of. A list is read in order, and `!` takes away again.
 *
 * Pattern and text are strangers': no regular expression is made of them, and no match takes more than the product of
 * their lengths.
 * @see https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet
 */

interface Token {
  readonly fits: (char: string) => boolean
  mayBeAbsent: boolean
  mayRepeat: boolean
  /** Of two stars and a slash: what it takes ends with a slash. */
  readonly endsWithSlash: boolean
}

const any = (): boolean => true

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = []
  const add = (fits: Token['fits'], { many = false, endsWithSlash = false } = {}): void => {
    tokens.push({ fits, mayBeAbsent: many, mayRepeat: many, endsWithSlash })
  }
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? ''
    const last = tokens.at(-1)
    if (pattern.startsWith('**/', at)) {
      // `**/x` also means x itself.
      add(any, { many: true, endsWithSlash: true })
      at += 2
    } else if (pattern.startsWith('**', at)) {
      add(any, { many: true })
      at += 1
    } else if (char === '*') add((other) => other !== '/', { many: true })
    else if (char === '?' && last !== undefined) last.mayBeAbsent = true
    else if (char === '+' && last !== undefined) last.mayRepeat = true
    else {
      const set = char === '[' ? /^\[([A-Za-z0-9_-]+)\]/.exec(pattern.slice(at))?.[1] : undefined
      if (set === undefined) add((other) => other === char)
      else {
        add(oneOf(set))
        at += set.length + 1
      }
    }
  }
  return tokens
}

function oneOf(set: string): (char: string) => boolean {
  const parts = [...set.matchAll(/(.)-(.)|./g)].map(([one, from = one, to = from]) => [from, to] as const)
  return (char) => parts.some(([from, to]) => from <= char && char <= to)
}

/** Whether the whole text fits a pattern, given without its `!`: all places in the pattern that its beginning leads to, step by step. */
function fitsPattern(text: string, pattern: string): boolean {
  const tokens = tokensOf(pattern)
  // Even: before a token. Odd: inside one that repeats.
  const closed = (places: Iterable<number>): Set<number> => {
    const all = new Set(places)
    for (const place of all) {
      const token = tokens[place >> 1]
      if (token === undefined) continue
      const isInside = place % 2 === 1
      if (isInside ? !token.endsWithSlash : token.mayBeAbsent) all.add(((place >> 1) + 1) * 2)
    }
    return all
  }
  let places = closed([0])
  for (const char of text) {
    const next: number[] = []
    for (const place of places) {
      const index = place >> 1
      const token = tokens[index]
      if (token?.fits(char) !== true || (place % 2 === 1 && !token.mayRepeat)) continue
      if (token.mayRepeat) next.push(index * 2 + 1)
      if (token.endsWithSlash ? char === '/' : !token.mayRepeat) next.push((index + 1) * 2)
    }
    places = closed(next)
    if (places.size === 0) return false
  }
  return places.has(tokens.length * 2)
}

/** Whether the last pattern that fits a text is one without `!`. */
export function fitsPatterns(text: string, patterns: readonly string[]): boolean {
  return patterns.reduce((fits, pattern) => {
    const takesAway = pattern.startsWith('!')
    return fitsPattern(text, takesAway ? pattern.slice(1) : pattern) ? !takesAway : fits
  }, false)
}
