import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { RULES_SCHEMA_URL, rulesSchemaDocument } from '../../../src/app/webhook/rules-desk.ts'
import { rulesSchema } from '../../../src/webhook/rules/rules-schema.ts'

const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(rulesSchemaDocument())
const rule = (text: string): unknown => parse(`version: 1\nrules:\n  x: { ${text} }\n`)
const both = (value: unknown): readonly [boolean, boolean] => [
  validate(structuredClone(value)),
  rulesSchema.safeParse(value).success,
]

test('the published schema is the one of this build', () => {
  const published = JSON.parse(
    readFileSync(new URL('../../../docs/runner-mesh.schema.json', import.meta.url), 'utf8'),
  ) as { $id: string }
  assert.equal(published.$id, RULES_SCHEMA_URL)
  assert.deepEqual(published, JSON.parse(JSON.stringify(rulesSchemaDocument())))
})

test('what the rules take, their published schema takes', () => {
  const golden = parse(readFileSync(new URL('golden-rules.yml', import.meta.url), 'utf8')) as unknown
  assert.deepEqual(both(golden), [true, true], JSON.stringify(validate.errors))
  for (const text of [
    'on: push, task: { image: a }',
    'on: [push, workflow_job], task: { dockerfile: Dockerfile, target: test, build_args: { N: 1 } }',
    'on: { push: , pull_request: { labels: [go] } }, task: { image: a }',
    "on: push, task: { image: a, command: [echo, 1, true, '${{ github.sha }}'], cpus: 0.5, memory_mb: 64 }",
    "on: { schedule: [{ cron: '@daily', timezone: Europe/Berlin }] }, task: { image: a }",
    'on: push, task: { image: a, secrets: { TOKEN: { ref: TOKEN, env: true } } }, report: { as: status, dispatch: over }',
    'on: push, task: { image: a }, matrix: { os: [a, b], include: [{ os: c, more: 1 }] }',
  ]) {
    assert.deepEqual(both(rule(text)), [true, true], `${text}: ${JSON.stringify(validate.errors)}`)
  }
})

test('what has another form, both refuse', () => {
  for (const text of [
    'task: { image: a }',
    'on: push',
    'on: , task: { image: a }',
    'on: nothing, task: { image: a }',
    'on: issue_comment, task: { image: a }',
    'on: { push: { branch: main } }, task: { image: a }',
    'on: push, task: { image: a, memry: 3 }',
    'on: push, task: { image: a, cpus: two }',
    'on: push, task: { image: a, network: host }',
    'on: push, task: { image: a }, permission: none',
    'on: push, task: { image: a }, options: { priority: 11 }',
    'on: push, task: { image: a }, report: { as: song }',
  ]) {
    assert.deepEqual(both(rule(text)), [false, false], text)
  }
  for (const value of [{}, { version: 2, rules: {} }, { version: 1, rules: { '1x': {} } }]) {
    assert.deepEqual(both(value), [false, false], JSON.stringify(value))
  }
})

test('what only the rules themselves can refuse is refused there', () => {
  for (const text of [
    "on: { schedule: [{ cron: '61 * * * *' }] }, task: { image: a }",
    'on: push, task: { image: a, target: test }',
    'on: push, task: { image: a, dockerfile: b }',
    "on: push, task: { image: '${{ nobody }}' }",
    'on: push, task: { image: a }, needs: [y]',
  ]) {
    assert.deepEqual(both(rule(text)), [true, false], text)
  }
})
