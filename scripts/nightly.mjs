/**
 * `npm run nightly [-- --only names] [-- --list] [-- --quick]`: everything that is too long for the suite, in about two and a
 * half hours on two processors; any part of it with --only. What a stage printed is kept in the folder of the runtime while
 * it runs, and its figures with the day in docs/nightly.md; those of bench and soak in docs/BENCHMARKS.md and docs/soak.md as
 * well. All stages run; a red one ends it with 1. With --quick each is minutes at most and writes nothing, to see that all
 * works.
 */
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readRecord, record } from './nightly/record.mjs'
import { PLAN, QUICK_ENV, STAGES } from './nightly/stages.mjs'
import { ROOT, RUNTIME_FOLDER } from './setup/checkout.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const { quick } = values
const names = values.only?.split(',') ?? Object.keys(STAGES)
const unknown = names.filter((name) => !(name in STAGES))
if (unknown.length > 0) {
  process.stderr.write(`There is no stage ${unknown.join(', ')}. There are: ${Object.keys(STAGES).join(', ')}\n`)
  process.exit(64)
}
const plan = PLAN.map((lanes) =>
  lanes.map((lane) => lane.filter((name) => names.includes(name))).filter((lane) => lane.length > 0),
).filter((lanes) => lanes.length > 0)
if (values.list) {
  list()
  process.exit(0)
}

const folder = join(RUNTIME_FOLDER, 'nightly')
mkdirSync(folder, { recursive: true })
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    // A terminal's Ctrl-C reaches them by itself.
    if (signal === 'SIGTERM') for (const child of running) child.kill('SIGTERM')
    process.exitCode = 130
  })
}

/** @type {{ readonly name: string, readonly green: boolean, readonly minutes: number }[]} */
const verdicts = []
for (const lanes of plan) {
  await Promise.all(
    lanes.map(async (lane) => {
      const beside = lanes.filter((other) => other !== lane).flat()
      for (const name of lane) if (process.exitCode === undefined) await run(name, beside, lanes.length > 1)
    }),
  )
}
process.stdout.write('\n')
for (const { name, green, minutes } of verdicts) {
  process.stdout.write(`${green ? '✔' : '✖'} ${name} (${String(minutes)} min)\n`)
}
process.exitCode ??= verdicts.every(({ green }) => green) ? 0 : 1

/**
 * @param {string} name
 * @param {readonly string[]} beside
 * @param {boolean} isNamed  whether its lines have to tell whose they are
 */
async function run(name, beside, isNamed) {
  const stage = STAGES[name]
  if (stage === undefined) return
  const [script = '', ...args] = quick ? stage.quick : stage.run
  const command = `node scripts/${script}.mjs ${args.join(' ')}`
  process.stdout.write(`\n── ${name}: ${command}\n`)
  const startedAt = Date.now()
  const child = spawn(process.execPath, [join(ROOT, 'scripts', `${script}.mjs`), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...(quick ? QUICK_ENV : {}), ...process.env },
  })
  running.add(child)
  const log = createWriteStream(join(folder, `${name}.log`))
  let output = ''
  let begun = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      log.write(text)
      output = `${output}${text}`.slice(-1_000_000)
      const lines = `${begun}${text}`.split('\n')
      begun = lines.pop() ?? ''
      for (const line of lines) process.stdout.write(isNamed ? `${name} │ ${line}\n` : `${line}\n`)
    })
  }
  const green = await new Promise((resolve) => child.once('close', (code) => resolve(code === 0)))
  running.delete(child)
  log.end()
  const minutes = Number(((Date.now() - startedAt) / 60_000).toFixed(1))
  verdicts.push({ name, green, minutes })
  if (!quick && process.exitCode === undefined) await record(name, { minutes, green, command, beside }, output)
}

function list() {
  const entries = readRecord()
  for (const lanes of plan) {
    for (const lane of lanes) {
      for (const name of lane) {
        const { proves = '', minutes = 0 } = STAGES[name] ?? {}
        const last = entries[name]
        const told =
          last === undefined
            ? 'not yet run whole'
            : `${last.day}, ${last.green ? 'green' : 'red'}, ${String(last.minutes)} min`
        process.stdout.write(`${name.padEnd(12)} ${String(minutes).padStart(3)} min  ${proves} (${told})\n`)
      }
    }
    process.stdout.write('\n')
  }
  const longest = (/** @type {readonly string[]} */ lane) =>
    lane.reduce((sum, name) => sum + (STAGES[name]?.minutes ?? 0), 0)
  const all = plan.reduce((sum, lanes) => sum + Math.max(...lanes.map(longest)), 0)
  process.stdout.write(
    `about ${String(all)} min: stages of one block run beside each other where they do not disturb\n`,
  )
}
