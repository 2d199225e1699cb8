/** The documents for those who use runner-mesh: their fenced blocks, and the commands in them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/setup/checkout.mjs'

export interface Block {
  /** `docs/x.md:12` */
  readonly where: string
  readonly language: string
  readonly text: string
}

export interface DocumentedCommand {
  readonly where: string
  readonly line: string
  /** Without the program's name, and without what follows `--`. */
  readonly words: readonly string[]
  /** Named within a sentence, where arguments may be left out. */
  readonly inSentence: boolean
}

/** README and everything below docs but decisions, which tell of their day. */
export function documents(): { path: string; text: string }[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  return ['README.md', ...below.map((path) => `docs/${path}`)]
    .filter((path) => path.endsWith('.md') && !path.startsWith('docs/decisions/'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
}

export function blocksOf({ path, text }: { readonly path: string; readonly text: string }): Block[] {
  return [...text.matchAll(/^( *)```([a-z]*)\n([\s\S]*?)^\1```$/gm)].map((match) => ({
    where: `${path}:${String(text.slice(0, match.index).split('\n').length)}`,
    language: match[2] ?? '',
    text: match[3] ?? '',
  }))
}

/** Every call of the command line, in shell blocks and in code within sentences. */
export function commandsOf(document: { readonly path: string; readonly text: string }): DocumentedCommand[] {
  const blocks = blocksOf(document)
  const inBlocks = blocks
    .filter(({ language }) => language === 'sh' || language === 'console')
    .flatMap(({ where, language, text }) =>
      text
        .replaceAll('\\\n', ' ')
        .split('\n')
        .filter((line) => language === 'sh' || line.startsWith('$ '))
        .flatMap((line) => callsIn(line, where, false)),
    )
  const prose = document.text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, (block) => block.replaceAll(/[^\n]/g, ''))
  const inSentences = prose
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) =>
        callsIn(code, `${document.path}:${String(index + 1)}`, true),
      ),
    )
  return [...inBlocks, ...inSentences]
}

const CALL = /^(?:\$ )?(?:[A-Z_]+=\S* )*(?:sudo )?(?:source <\()?(?:runner-mesh|node dist\/cli\.js) (.*)$/

function callsIn(line: string, where: string, inSentence: boolean): DocumentedCommand[] {
  const rest = CALL.exec(line.trim())?.[1]
  if (rest === undefined) return []
  const words = shellWords(rest.replaceAll(/\[(--[^\]]*)\]/g, '$1').replace(/\)$/, line.includes('<(') ? '' : ')'))
  const dashes = words.indexOf('--')
  return [{ where, line, words: dashes < 0 ? words : words.slice(0, dashes), inSentence }]
}

/** As a shell splits them, up to a comment, a pipe or another command; `<task>` and `[name]` stand for words. */
function shellWords(text: string): string[] {
  const words: string[] = []
  for (const [word, single, double] of text.matchAll(/'([^']*)'|"([^"]*)"|(?:<[^>]*>|[^\s'"])+/g)) {
    if (word === '#' || word === '|' || word === '&&' || word === ';') break
    words.push(single ?? double ?? word)
  }
  return words
}
