/** Usage: npm run conformance [-- product|stack|inspector]: one part, or without a name all three. */
import { serveConformance } from '../../test/conformance/serve.ts'
import { inspect } from './inspector.ts'
import { RUNS, type Run } from './jobs.ts'
import { runSuite } from './run-suite.ts'
import { judge, type Verdict } from './verdict.ts'

const JOBS = ['product', 'stack', 'inspector'] as const
type Job = (typeof JOBS)[number]

const TITLES: Readonly<Record<Job, string>> = {
  product: 'Any-server scenarios, product:',
  stack: 'Full suite with test fixtures:',
  inspector: 'Inspector, product:',
}
/** The suites mostly wait; more at once would make their clocks unfair to the door. */
const AT_A_TIME = 3

const [asked] = process.argv.slice(2)
const jobs = JOBS.filter((job) => asked === undefined || asked === job)
if (jobs.length === 0) {
  console.error(`There is no job ${JSON.stringify(asked)}. Name ${JOBS.join(', ')}, or none for all of them.`)
  process.exit(64)
}

let problems = 0
const running: Promise<void>[] = []
// The longest begin.
const waiting = RUNS.filter(({ job }) => jobs.includes(job)).toReversed()
const verdicts = new Map<Run, Verdict>()
for (let lane = 0; lane < AT_A_TIME; lane += 1) running.push(workOff())
await Promise.all(running)
for (const job of jobs) {
  console.log(TITLES[job])
  for (const run of RUNS) {
    const verdict = verdicts.get(run)
    if (run.job === job && verdict !== undefined) tell(run, verdict)
  }
  if (job === 'inspector') await tellInspection()
}
console.log(problems === 0 ? 'conformance: green' : `conformance: ${String(problems)} problems`)
process.exitCode = problems === 0 ? 0 : 1

async function workOff(): Promise<void> {
  for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
    const server = await serveConformance({ fixtures: run.job === 'stack' })
    try {
      verdicts.set(run, judge(run, await runSuite(run, server.url)))
    } finally {
      await server.stop()
    }
  }
}

function tell(run: Run, { passed, failed, scenarios, scenariosPassed, unscored, problems: found }: Verdict): void {
  const known = Object.keys(run.expected).length
  console.log(
    `  ${run.name}: ${String(passed)} of ${String(passed + failed)} checks, ${String(scenariosPassed)} of ${String(scenarios)} scenarios` +
      (known > 0 ? `; ${String(known)} known to fail` : '') +
      (unscored.passed + unscored.failed > 0
        ? `; extensions, unscored: ${String(unscored.passed)} of ${String(unscored.passed + unscored.failed)}`
        : ''),
  )
  for (const problem of found) console.log(`    ${problem}`)
  problems += found.length
}

async function tellInspection(): Promise<void> {
  const server = await serveConformance({ fixtures: false })
  try {
    for (const { era, asked: questions, problems: found } of await inspect({ url: server.url })) {
      console.log(
        `  2.12.0, ${era}: ${String(questions - found.length)} of ${String(questions)} answered as they should be`,
      )
      for (const problem of found) console.log(`    ${problem}`)
      problems += found.length
    }
  } finally {
    await server.stop()
  }
}
