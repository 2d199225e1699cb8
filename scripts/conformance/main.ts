/** Usage: npm run conformance [-- product|stack|inspector]; the inspector is fetched from the registry and runs only when named. */
import { serveConformance } from '../../test/conformance/serve.ts'
import { inspect } from './inspector.ts'
import { RUNS } from './jobs.ts'
import { runSuite } from './run-suite.ts'
import { judge } from './verdict.ts'

const [asked] = process.argv.slice(2)
const jobs = (['product', 'stack'] as const).filter((job) => asked === undefined || asked === job)
if (jobs.length === 0 && asked !== 'inspector') {
  console.error(
    `There is no job ${JSON.stringify(asked)}. Name product, stack or inspector, or none for the first two.`,
  )
  process.exit(64)
}

let problems = 0
for (const job of jobs) {
  const server = await serveConformance({ fixtures: job === 'stack' })
  console.log(job === 'product' ? 'Any-server scenarios, product:' : 'Full suite with test fixtures:')
  try {
    for (const run of RUNS.filter((each) => each.job === job)) {
      const verdict = judge(run, await runSuite(run, server.url))
      const { passed, failed, scenarios, scenariosPassed, unscored } = verdict
      const known = Object.keys(run.expected).length
      console.log(
        `  ${run.name}: ${String(passed)} of ${String(passed + failed)} checks, ${String(scenariosPassed)} of ${String(scenarios)} scenarios` +
          (known > 0 ? `; ${String(known)} known to fail` : '') +
          (unscored.passed + unscored.failed > 0
            ? `; extensions, unscored: ${String(unscored.passed)} of ${String(unscored.passed + unscored.failed)}`
            : ''),
      )
      for (const problem of verdict.problems) console.log(`    ${problem}`)
      problems += verdict.problems.length
    }
  } finally {
    await server.stop()
  }
}
if (asked === 'inspector') {
  const server = await serveConformance({ fixtures: false })
  console.log('Inspector, product:')
  const faults = await inspect(server.url)
  for (const fault of faults) console.log(`    ${fault}`)
  problems += faults.length
  await server.stop()
}
process.exitCode = problems === 0 ? 0 : 1
