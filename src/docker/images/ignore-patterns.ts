/**
 * Which files of a build context a `.dockerignore` keeps out. The engine's classic build API leaves this to its client.
 * The file is a stranger's: it becomes no regular expression, and no pattern takes more than its length times the path's.
 * @see https://docs.docker.com/build/concepts/context/#dockerignore-files
 */

/** What one character of a path may be; `*` is any number of any. */
type CharTest = (char: string) => boolean
type CharToken = '*' | CharTest
/** What one name in a path may be; `**` is any number of any. */
type NameToken = '**' | readonly CharToken[]

interface Pattern {
  readonly names: readonly NameToken[]
  readonly keeps: boolean
}

/** @returns whether a path, relative to the context and without a leading slash, is kept out; the last pattern that matches decides */
export function ignoring(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore.split(/\r?\n/).flatMap(parseLine)
  return (path) => {
    const names = path.split('/')
    return patterns.reduce(
      (ignored, pattern) => (ignored === pattern.keeps && matchesPlace(pattern, names) ? !pattern.keeps : ignored),
      false,
    )
  }
}

/** What matches a folder matches all in it. */
function matchesPlace({ names: pattern }: Pattern, names: readonly string[]): boolean {
  return names.some((_, index) => matchesWild(pattern, '**', names.slice(0, index + 1), matchesName))
}

function matchesName(pattern: readonly CharToken[], name: string): boolean {
  return matchesWild<'*', CharTest, string>(pattern, '*', Array.from(name), (token, char) => token(char))
}

/** Matching with one kind of wildcard, by going back to the last one alone: no blow-up, whatever the pattern. */
function matchesWild<Star extends string, Token, Item>(
  pattern: readonly (Star | Token)[],
  star: Star,
  items: readonly Item[],
  matches: (token: Token, item: Item) => boolean,
): boolean {
  let [at, item, starAt, starItem] = [0, 0, -1, 0]
  while (item < items.length) {
    const token = pattern[at]
    if (token === star) {
      starAt = at
      starItem = item
      at += 1
    } else if (at < pattern.length && matches(token as Token, items[item] as Item)) {
      at += 1
      item += 1
    } else if (starAt !== -1) {
      at = starAt + 1
      starItem += 1
      item = starItem
    } else return false
  }
  return pattern.slice(at).every((token) => token === star)
}

function parseLine(line: string): Pattern[] {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return []
  const keeps = text.startsWith('!')
  const parts = (keeps ? text.slice(1).trim() : text).split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 ? [] : [{ names: parts.map((part) => (part === '**' ? part : nameToken(part))), keeps }]
}

/** As Go's filepath.Match has it: `*`, `?`, `[a-z]`, `[^x]` and a backslash before any of them. */
function nameToken(part: string): CharToken[] {
  const tokens: CharToken[] = []
  const chars = Array.from(part)
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? ''
    const end = char === '[' ? chars.indexOf(']', at + 2) : -1
    if (char === '*') tokens.push('*')
    else if (char === '?') tokens.push(() => true)
    else if (end !== -1) {
      tokens.push(rangeToken(chars.slice(at + 1, end)))
      at = end
    } else {
      if (char === '\\' && at + 1 < chars.length) at += 1
      const literal = chars[at] ?? ''
      tokens.push((other) => other === literal)
    }
  }
  return tokens
}

function rangeToken(inside: readonly string[]): CharToken {
  const negated = inside[0] === '^'
  const members = negated ? inside.slice(1) : inside
  const within = (char: string): boolean =>
    members.some((from, at) => {
      if (members[at + 1] === '-' && members[at + 2] !== undefined)
        return from <= char && char <= (members[at + 2] ?? '')
      return from === char
    })
  return (char) => within(char) !== negated
}
