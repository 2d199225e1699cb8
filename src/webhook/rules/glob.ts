/**
 * Patterns for branches, tags and paths, as workflow files have them: `*` any but a slash, `**` any, `?` and `+` the
 * character before none or once, once or more, `[…]` one of. A list is read in order, and `!` takes away again.
 * @see https://docs.github.com/en/actions/writing-workflows/workflow-syntax-for-github-actions#filter-pattern-cheat-sheet
 */

/** @returns the regular expression of a pattern without its `!` */
export function globPattern(pattern: string): RegExp {
  let source = ''
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? ''
    if (char === '*') {
      const double = pattern[at + 1] === '*'
      const slashFollows = double && pattern[at + 2] === '/'
      // `**/x` also means x itself.
      source += slashFollows ? '(?:.*/)?' : double ? '.*' : '[^/]*'
      at += slashFollows ? 2 : double ? 1 : 0
    } else if ((char === '?' || char === '+') && source !== '') source += char
    else if (char === '[') {
      const end = pattern.indexOf(']', at + 1)
      const set = end < 0 ? '' : pattern.slice(at + 1, end)
      if (/^[A-Za-z0-9_-]+$/.test(set)) {
        source += `[${set.replace(/^-|-$/g, '\\-')}]`
        at = end
      } else source += '\\['
    } else source += char.replace(/[\\^$.|(){}\]?+]/g, '\\$&')
  }
  return new RegExp(`^${source}$`, 's')
}

/** Whether the last pattern that fits a text is one without `!`. */
export function fitsPatterns(text: string, patterns: readonly string[]): boolean {
  return patterns.reduce((fits, pattern) => {
    const takesAway = pattern.startsWith('!')
    return globPattern(takesAway ? pattern.slice(1) : pattern).test(text) ? !takesAway : fits
  }, false)
}
