/**
 * `npm run fuzz`: every parser of foreign bytes is tried with inputs that V8's coverage leads on, and what was tried is
 * printed. A broken promise prints its input, and ends with 1.
 */
import { parseArgs } from 'node:util'
import { readCorpus, writeCorpus } from './engine/corpus.ts'
import type { Hunted } from './engine/hunt.ts'
import { runTarget } from './engine/run-target.ts'
import { TARGETS } from './targets/all.ts'

const AT_A_TIME = 2

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    input: { type: 'string' },
    patience: { type: 'string', default: '20' },
    save: { type: 'boolean', default: false },
  },
})
const wanted = values.target ?? Object.keys(TARGETS)
const unknown = wanted.filter((name) => !(name in TARGETS))
if (unknown.length > 0) {
  process.stderr.write(`There is no target ${unknown.join(', ')}. There are: ${Object.keys(TARGETS).join(', ')}\n`)
  process.exit(64)
}
const seed = values.seed === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
// A given input is tried alone, after the seeds.
const ms = values.input === undefined ? Number(values.seconds) * 1000 : 0
process.stdout.write(`seed ${seed}, ${values.input === undefined ? `${ms / 1000} s for each target` : 'one input'}\n`)
process.stdout.write('| target | inputs | a second | ranges of code | outcomes | kept |\n|---|--:|--:|--:|--:|--:|\n')

const queue = [...wanted]
let total = 0
await Promise.all(
  Array.from({ length: AT_A_TIME }, async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) await tryTarget(name)
  }),
)
process.stdout.write(
  `${total} inputs tried in ${wanted.length} targets; ${process.exitCode === 1 ? 'BROKEN' : 'every promise held'}\n`,
)

async function tryTarget(name: string): Promise<void> {
  const kept = readCorpus(name)
  const corpus = values.input === undefined ? kept : [Buffer.from(values.input, 'base64')]
  const hunted = await runTarget({ name, seed, ms, corpus, withReach: values.save, patience: Number(values.patience) })
  total += hunted.tried
  const saved = values.save && hunted.finding === undefined ? writeCorpus(name, hunted.reached) : kept.length
  process.stdout.write(toLine(name, hunted, saved))
  if (hunted.finding !== undefined) {
    process.exitCode = 1
    process.stdout.write(toReport(name, hunted.finding))
  }
}

function toLine(name: string, { tried, ms: took, ranges, outcomes }: Hunted, kept: number): string {
  const perSecond = Math.round((tried * 1000) / Math.max(1, took))
  return `| ${name} | ${tried} | ${perSecond} | ${ranges} | ${outcomes.length} | ${kept} |\n`
}

function toReport(name: string, { input, promise, stack }: NonNullable<Hunted['finding']>): string {
  const base64 = Buffer.from(input).toString('base64')
  const shown = JSON.stringify(Buffer.from(input.subarray(0, 400)).toString('latin1'))
  return [
    `BROKEN ${name}: ${promise}`,
    `  input (${input.length} bytes): ${shown}`,
    `  again: npm run fuzz -- --target ${name} --input ${base64}`,
    ...stack.split('\n').map((line) => `  ${line}`),
    '',
  ].join('\n')
}
