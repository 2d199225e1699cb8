import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Run } from '../../../scripts/conformance/jobs.ts'
import type { Check } from '../../../scripts/conformance/run-suite.ts'
import { judge } from '../../../scripts/conformance/verdict.ts'

const run: Run = {
  job: 'product',
  name: 'a run',
  suite: 'mcp-conformance-2026',
  args: [],
  expected: { 'one/known': 'because' },
  unscored: (scenario) => scenario.startsWith('extra'),
}
const check = (scenario: string, id: string, status: string): Check => ({ scenario, id, status })
const known = check('one', 'known', 'FAILURE')

test('a failure that is known is counted and forgiven', () => {
  const verdict = judge(run, [known, check('one', 'fine', 'SUCCESS'), check('two', 'fine', 'SUCCESS')])
  assert.deepEqual(verdict.problems, [])
  assert.equal(verdict.passed, 2)
  assert.equal(verdict.failed, 1)
  assert.equal(verdict.scenarios, 2)
  assert.equal(verdict.scenariosPassed, 1)
})

test('a failure that is not known is a problem, scored or not', () => {
  const verdict = judge(run, [known, check('two', 'new', 'FAILURE'), check('extra', 'new', 'FAILURE')])
  assert.deepEqual(verdict.problems, ['fails: two/new', 'fails: extra/new'])
  assert.deepEqual(verdict.unscored, { passed: 0, failed: 1 })
})

test('a known failure that passes is stale and a problem', () => {
  assert.match(judge(run, [check('one', 'known', 'SUCCESS')]).problems[0] ?? '', /no longer fails.*one\/known/)
})

test('a scenario that was named and not checked is a problem', () => {
  const verdict = judge({ ...run, scenarios: ['one', 'two'] }, [known])
  assert.deepEqual(verdict.problems, ['was not checked: two'])
})

test('a set that holds other scenarios than it is known to is a problem, whichever way it has changed', () => {
  const verdict = judge({ ...run, pinned: ['one', 'gone'] }, [known, check('come', 'fine', 'SUCCESS')])
  assert.deepEqual(verdict.problems, ['was not checked: gone', 'is new in the set, pin it: come'])
})
