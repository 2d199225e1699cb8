import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { parseRules } from '../../../src/app/webhook/rules-file.ts'
import { readFacts } from '../../../src/webhook/event-facts.ts'
import { planTasks } from '../../../src/webhook/rules/plan.ts'
import { whyUntrusted, type Permission } from '../../../src/webhook/trust.ts'

interface Example {
  readonly name: string
  readonly examples: readonly { readonly action?: string; readonly repository?: unknown }[]
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[]
const rules = parseRules(readFileSync(new URL('golden-rules.yml', import.meta.url), 'utf8'), 'golden-rules.yml')

function tasksOf(event: string, payload: unknown, permission: Permission): string[] {
  const facts = readFacts(event, payload)
  if (facts === undefined) return []
  const { tasks } = planTasks({
    ...{ rules, facts, delivery: 'd', receivedAt: 0 },
    whyUntrusted: (rule) => whyUntrusted(rule, facts, permission),
  })
  return tasks.map(({ key }) => key)
}

const golden = (permission: Permission): string[] =>
  examples.flatMap(({ name, examples: payloads }) =>
    payloads.flatMap((payload, at) => {
      const made = tasksOf(name, payload, permission)
      const action = payload.action === undefined ? '' : `.${payload.action}`
      return made.length === 0 ? [] : [`${name}${action} ${String(at)}: ${made.join(' ')}`]
    }),
  )

test('of all payloads that GitHub has published, those and only those make tasks that the golden list names', (t) => {
  assert.ok(examples.flatMap(({ examples: payloads }) => payloads).length > 300)
  t.assert.snapshot(golden('write'))
})

test('without a permission only events make tasks that write access alone can cause', () => {
  const causes = new Set(golden('none').map((line) => line.split(/[. ]/, 1)[0]))
  for (const event of causes) {
    assert.ok(['push', 'release', 'repository_dispatch', 'workflow_dispatch'].includes(event ?? ''), event)
  }
})
