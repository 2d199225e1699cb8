/**
 * `node run-seeds.ts <first seed> <how many> [until broken]` runs one world after the other and prints what came of them
 * as JSON. With a third word it stops at the first world that breaks a guarantee.
 */
import { errorText } from '../../src/core/errors.ts'
import { scratchDirectory } from '../support/scratch-directory.ts'
import { runWorld } from './world.ts'

const [first = NaN, count = NaN] = process.argv.slice(2, 4).map(Number)
const untilBroken = process.argv[4] !== undefined
let strays: string[] = []
const hear = (thrown: unknown): void => void strays.push(`nobody caught ${errorText(thrown)}`)
process.on('unhandledRejection', hear)
process.on('uncaughtException', hear)

const report = { worlds: 0, acknowledged: 0, executions: 0, virtualMs: 0 }
const broken: { seed: number; violations: readonly string[] }[] = []
for (let seed = first; seed < first + count && !(untilBroken && broken.length > 0); seed += 1) {
  await using directory = await scratchDirectory('memory')
  strays = []
  let violations: readonly string[]
  try {
    const end = await runWorld({ seed, directory: directory.path })
    report.worlds += 1
    report.acknowledged += end.acknowledged
    report.executions += end.executions
    report.virtualMs += end.virtualMs
    violations = end.violations
  } catch (error) {
    violations = [`the world ended: ${errorText(error)}`]
  }
  violations = [...violations, ...strays]
  if (violations.length > 0) broken.push({ seed, violations })
}
console.log(JSON.stringify({ ...report, broken }))
