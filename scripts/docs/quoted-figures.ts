/** What README quotes of docs/BENCHMARKS.md: rows of its numbers to reach, as they stand there, and the machine. */
import { GOALS } from '../bench/goals.ts'

/** @param benchmarks the text of docs/BENCHMARKS.md @throws Error when it does not tell what is to be quoted */
export function quotedFigures(benchmarks: string): string {
  const quoted = GOALS.filter(({ isQuoted }) => isQuoted).map(({ what }) => rowOf(benchmarks, what))
  const day = /^## The machine, on (\S+)$/m.exec(benchmarks)?.[1] ?? 'an unknown day'
  const [processors, engine] = ['processors', 'Docker Engine'].map((what) => cellsOf(rowOf(benchmarks, what))[1] ?? '')
  return [
    `Measured on ${day} with ${String(processors)} and Docker Engine ${String(engine)}; where a ratio stands, both sides in turns in one run. [All figures](docs/BENCHMARKS.md), by \`npm run bench -- all --save\`.`,
    ['| what | to reach | measured | |', '|---|--:|--:|---|', ...quoted].join('\n'),
  ].join('\n\n')
}

function rowOf(benchmarks: string, what: string): string {
  const row = benchmarks.split('\n').find((line) => cellsOf(line)[0] === what)
  if (row === undefined) throw new Error(`docs/BENCHMARKS.md has no row “${what}”: run npm run bench -- all --save`)
  return row
}

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((text) => text.trim())
}
