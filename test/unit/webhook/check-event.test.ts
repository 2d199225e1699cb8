import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { parseRules } from '../../../src/app/webhook/rules-file.ts'
import { checkEvent, eventOf } from '../../../src/webhook/rules/check-event.ts'
import { EVENT_NAMES, isEventKind, type EventKind } from '../../../src/webhook/rules/rules-schema.ts'
import { sampleEvent } from '../../../src/webhook/sample-events.ts'

interface Example {
  readonly name: string
  readonly examples: readonly object[]
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json') as Example[]
const golden = parseRules(readFileSync(new URL('golden-rules.yml', import.meta.url), 'utf8'), 'golden-rules.yml')

const sample = (kind: EventKind, sha?: string): object =>
  sampleEvent(kind, { repository: 'octo/app', branch: 'main', sha, login: 'octo', at: 0 })
const writing = { permission: 'write', paths: undefined } as const

test('which event a payload is of is told for every published payload that rules can name, and for no other', () => {
  for (const { name, examples: payloads } of examples) {
    for (const [at, payload] of payloads.entries()) {
      const wanted = isEventKind(name) && 'repository' in payload ? name : undefined
      assert.equal(eventOf(payload), wanted, `${name} ${String(at)}`)
    }
  }
  for (const nothing of [undefined, null, 7, 'push', [], {}]) assert.equal(eventOf(nothing), undefined)
})

test('the sample of each event is told for that event and makes its task by rules that name it', () => {
  for (const kind of EVENT_NAMES) {
    const payload = sample(kind, 'a'.repeat(40))
    assert.equal(eventOf(payload), kind)
    const { tasks, skipped } = checkEvent(golden, { ...writing, event: kind, payload })
    assert.equal(tasks.length, 1, `${kind}: ${JSON.stringify(skipped)}`)
  }
})

test('each rule that makes no task says why', () => {
  const { skipped } = checkEvent(golden, { ...writing, event: 'push', payload: sample('push') })
  assert.equal(skipped.length, Object.keys(golden.rules).length - 1)
  assert.ok(skipped.every(({ why }) => why.startsWith('it is not about')))
  const asked = checkEvent(golden, { permission: 'read', paths: undefined, event: 'issues', payload: sample('issues') })
  assert.deepEqual(asked.tasks, [])
  assert.ok(asked.skipped.some(({ rule, why }) => rule === 'opened' && why === 'octo has read permission'))
})

test('a payload without a repository is refused, and not taken for an event that makes nothing', () => {
  assert.throws(() => checkEvent(golden, { ...writing, event: 'push', payload: {} }), /none of push/)
})

test('a pull request fits by the files it changes, and fits while they are not told', () => {
  const rules = parseRules(
    `version: 1
rules:
  sources: { on: { pull_request: { paths: ['src/**', '!src/docs/**'] } }, task: { image: a } }
  others: { on: { pull_request: { paths-ignore: ['docs/**'] } }, task: { image: a } }`,
    'rules.yml',
  )
  const made = (paths?: readonly string[]): string[] =>
    checkEvent(rules, { permission: 'write', paths, event: 'pull_request', payload: sample('pull_request') }).tasks.map(
      ({ key }) => key,
    )
  assert.deepEqual(made(), ['sources', 'others'])
  assert.deepEqual(made(['src/a.ts', 'docs/b.md']), ['sources', 'others'])
  assert.deepEqual(made(['src/docs/a.md']), ['others'])
  assert.deepEqual(made(['docs/b.md']), [])
})
