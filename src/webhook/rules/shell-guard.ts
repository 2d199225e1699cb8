/**
 * What an event says must not become program text. Words of a command are data, unless the word before makes the program
 * read it as code (`sh -c`, `node -e`): there an expression is refused, and so it is in a command that is one string.
 */
import { hasExpression } from './template.ts'

/** `-c`, `-lc`, `-e`, `-pe`, `--eval`, `--eval=`, `--command`, `/c` … */
const READS_CODE =
  /^(?:-[A-Za-z]*[ceE]|-r|--(?:eval|exec|command|expression|print|require)|\/[cC]|-(?:Command|EncodedCommand))$/
const CODE_INSIDE = /^(?:--(?:eval|exec|command|expression|print|require)=|-[ceE](?=\$\{\{))/
const EVALUATORS = /^(?:.*\/)?(?:eval|source|\.)$/

/** @param words entrypoint and command, one after the other. @returns what is wrong, in one line */
export function faultOfWords(words: readonly string[]): string | undefined {
  const place = words.findIndex((word, at) => {
    if (!hasExpression(word)) return false
    const before = words[at - 1] ?? ''
    return READS_CODE.test(before) || CODE_INSIDE.test(word) || EVALUATORS.test(words[0] ?? '')
  })
  if (place < 0) return undefined
  const before = words[place - 1]
  return `word ${String(place + 1)} puts an expression into program text${before === undefined ? '' : ` (after ${JSON.stringify(before.slice(0, 40))})`}. Put it into environment, or into a word after it such as [sh, -c, 'echo "$1"', sh, '\${{ … }}']`
}
