/** What a run's checks amount to, against what is known to fail. */
import type { Run } from './jobs.ts'
import type { Check } from './run-suite.ts'

export interface Verdict {
  readonly passed: number
  readonly failed: number
  readonly scenarios: number
  readonly scenariosPassed: number
  readonly unscored: { readonly passed: number; readonly failed: number }
  /** Each makes the job fail. */
  readonly problems: readonly string[]
}

export function judge(run: Run, checks: readonly Check[]): Verdict {
  const isUnscored = run.unscored ?? (() => false)
  const scored = checks.filter((check) => !isUnscored(check.scenario))
  const rest = checks.filter((check) => isUnscored(check.scenario))
  const failures = checks.filter(isFailure)
  const names = new Set(failures.map(nameOf))
  const byScenario = Map.groupBy(scored, (check) => check.scenario)
  const checked = new Set(checks.map((check) => check.scenario))
  const missing = [...(run.scenarios ?? []), ...(run.pinned ?? [])].filter((scenario) => !checked.has(scenario))
  const unknown = run.pinned === undefined ? [] : [...checked].filter((scenario) => !run.pinned?.includes(scenario))
  return {
    passed: scored.filter(isSuccess).length,
    failed: scored.filter(isFailure).length,
    scenarios: byScenario.size,
    scenariosPassed: [...byScenario.values()].filter((list) => !list.some(isFailure)).length,
    unscored: { passed: rest.filter(isSuccess).length, failed: rest.filter(isFailure).length },
    problems: [
      ...failures
        .filter((check) => run.expected[nameOf(check)] === undefined)
        .map((check) => `fails: ${nameOf(check)}${check.message === undefined ? '' : ` (${check.message})`}`),
      ...Object.keys(run.expected)
        .filter((name) => !names.has(name))
        .map((name) => `no longer fails, take it out of the list: ${name}`),
      ...missing.map((scenario) => `was not checked: ${scenario}`),
      ...unknown.map((scenario) => `is new in the set, pin it: ${scenario}`),
    ],
  }
}

function nameOf({ scenario, id }: Check): string {
  return `${scenario}/${id}`
}

function isFailure({ status }: Check): boolean {
  return status === 'FAILURE'
}

function isSuccess({ status }: Check): boolean {
  return status === 'SUCCESS'
}
