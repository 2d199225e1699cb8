/**
 * What is run and what is known to fail. Two jobs, because the suites count a fixture that is missing as a failure:
 *
 *   product  the door as it ships, with the scenarios that any server can be asked
 *   stack    the same door plus the fixtures of test/conformance, with everything a revision requires: it proves our mount,
 *            authentication, sessions and transport, and says nothing of our tools
 *
 * Say "any-server scenarios, product" and "full suite with test fixtures"; never one for the other.
 */

import { SCENARIOS_2025_11_25, SCENARIOS_2026_07_28 } from './pinned-scenarios.ts'

export interface Run {
  readonly job: 'product' | 'stack'
  readonly name: string
  readonly suite: 'mcp-conformance-2025' | 'mcp-conformance-2026'
  readonly args: readonly string[]
  /** Run one by one; without them the arguments name a set. */
  readonly scenarios?: readonly string[]
  /** What the set that the arguments name is known to hold. */
  readonly pinned?: readonly string[]
  /** `scenario/check` that is known to fail, with the reason. One that passes is stale and fails the job, as does any other failure. */
  readonly expected: Readonly<Record<string, string>>
  /** Scenarios that a set runs and its revision does not require; counted apart. */
  readonly unscored?: (scenario: string) => boolean
}

const ANY_SERVER = [
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
  'server-sse-multiple-streams',
]
const NEEDS_FIXTURE = 'calls a tool of the suite’s own, which the product does not have'

const NO_INPUT = 'no task of ours asks for input while it runs'

export const RUNS: readonly Run[] = [
  {
    job: 'product',
    name: '0.1.16, 2025-11-25',
    suite: 'mcp-conformance-2025',
    args: ['--spec-version', '2025-11-25'],
    scenarios: ['server-initialize', 'ping', ...ANY_SERVER],
    expected: {},
  },
  {
    job: 'product',
    name: '0.2.0-alpha.12, 2025-11-25',
    suite: 'mcp-conformance-2026',
    args: ['--spec-version', '2025-11-25'],
    scenarios: ['server-initialize', 'server-session-lifecycle', 'ping', ...ANY_SERVER],
    expected: {},
  },
  {
    job: 'product',
    name: '0.2.0-alpha.12, 2026-07-28',
    suite: 'mcp-conformance-2026',
    args: ['--spec-version', '2026-07-28'],
    scenarios: [
      'server-stateless',
      ...ANY_SERVER,
      'caching',
      'sep-2164-resource-not-found',
      'http-header-validation',
      'input-required-result-unsupported-methods',
    ],
    expected: {
      'server-stateless/sep-2575-server-rejects-undeclared-capability': NEEDS_FIXTURE,
      'server-stateless/sep-2575-missing-capability-http-400': NEEDS_FIXTURE,
      'server-stateless/sep-2575-http-server-no-independent-requests-on-stream': NEEDS_FIXTURE,
      'server-stateless/sep-2575-server-no-log-without-loglevel': NEEDS_FIXTURE,
    },
  },
  {
    job: 'stack',
    name: '0.1.16, all it has',
    suite: 'mcp-conformance-2025',
    args: ['--suite', 'all'],
    pinned: SCENARIOS_2025_11_25.stable,
    expected: {},
  },
  {
    job: 'stack',
    name: '0.2.0-alpha.12, required by 2025-11-25',
    suite: 'mcp-conformance-2026',
    args: ['--requirements', '2025-11-25'],
    pinned: SCENARIOS_2025_11_25.alpha,
    expected: {},
    unscored: isExtension,
  },
  {
    job: 'stack',
    name: '0.2.0-alpha.12, required by 2026-07-28',
    suite: 'mcp-conformance-2026',
    args: ['--requirements', '2026-07-28'],
    pinned: SCENARIOS_2026_07_28,
    expected: {
      'tasks-dispatch-and-envelope/tasks-result-type-complete-on-non-task-responses': NO_INPUT,
      'tasks-mrtr-composition/sep-2663-mrtr-synchronous-before-task-creation': NO_INPUT,
      'tasks-mrtr-input/sep-2663-tasks-get-status-input-required': NO_INPUT,
      'tasks-mrtr-input/tasks-mrtr-tasks-update-resumes': NO_INPUT,
      'tasks-mrtr-input/tasks-mrtr-partial-fulfillment': NO_INPUT,
      'tasks-lifecycle/sep-2663-tasks-get-status-failed':
        'a task of ours that fails is a completed MCP task with an error result',
      'tasks-required-task-error/sep-2663-server-returns-missing-capability-when-required':
        'every submit can be answered without a handle, so none requires the extension',
    },
    unscored: isExtension,
  },
]

/** Tasks and skills are extensions: the suite runs their scenarios with a revision and does not score them. */
function isExtension(scenario: string): boolean {
  return scenario.startsWith('tasks-') || scenario.startsWith('sep-2640-')
}
