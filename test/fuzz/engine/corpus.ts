/** Inputs that are kept: a file for each target, one input a line, base64. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '..', 'corpus')
const MOST_KEPT = 48
const LONGEST_KEPT = 2048

export function readCorpus(target: string): Uint8Array[] {
  const path = join(FOLDER, `${target}.txt`)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'))
}

export interface Reach {
  readonly input: Uint8Array
  /** Ranges of source that it reaches. */
  readonly ranges: readonly string[]
}

/** Keeps few inputs that reach as much as all do: again and again the one that adds most, the shorter of equals. */
export function writeCorpus(target: string, reached: readonly Reach[]): number {
  const left = reached
    .filter(({ input }) => input.length <= LONGEST_KEPT)
    .toSorted((a, b) => a.input.length - b.input.length)
  const seen = new Set<string>()
  const kept: Uint8Array[] = []
  while (kept.length < MOST_KEPT) {
    const gains = left.map(({ ranges }) => ranges.reduce((sum, range) => sum + (seen.has(range) ? 0 : 1), 0))
    const best = gains.indexOf(Math.max(0, ...gains))
    const chosen = left[best]
    if (chosen === undefined || gains[best] === 0) break
    for (const range of chosen.ranges) seen.add(range)
    kept.push(chosen.input)
    left.splice(best, 1)
  }
  const lines = kept.map((input) => `${Buffer.from(input).toString('base64')}\n`).sort()
  writeFileSync(join(FOLDER, `${target}.txt`), lines.join(''))
  return kept.length
}
