import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRules } from '../../../src/app/webhook/rules-file.ts'
import { readFacts } from '../../../src/webhook/event-facts.ts'
import { planTasks } from '../../../src/webhook/rules/plan.ts'
import { whyUntrusted, type Permission } from '../../../src/webhook/trust.ts'

const RULES = `
version: 1
rules:
  ask:
    on: { issue_comment: { command: run } }
    task: { image: '\${{ command.image }}', command: '\${{ command.argv }}', environment: { BY: '\${{ github.actor }}' } }
  pull:
    on: pull_request
    task: { dockerfile: Dockerfile, environment: { TITLE: '\${{ github.event.pull_request.title }}' } }
  job:
    on: workflow_job
    task: { dockerfile: Dockerfile }
`
const repository = { full_name: 'octo/app', default_branch: 'main' }
const ann = { login: 'ann', type: 'User' }
const SHA = 'a'.repeat(40)

function made(event: string, payload: object, permission: Permission = 'write', rules = RULES) {
  const facts = readFacts(event, { repository, sender: ann, ...payload })
  assert.ok(facts !== undefined)
  return planTasks({
    ...{ rules: parseRules(rules, 'rules.yml'), facts, delivery: 'd', receivedAt: 1 },
    whyUntrusted: (rule) => whyUntrusted(rule, facts, permission),
  }).tasks
}

const commentOf = (body: string, more: object = {}) => ({
  action: 'created',
  issue: { number: 3 },
  comment: { id: 9, body, author_association: 'MEMBER', user: ann, created_at: 't', updated_at: 't', ...more },
})
const pullOf = (from: string, more: object = {}) => ({
  action: 'opened',
  pull_request: {
    ...{ number: 7, title: 't', user: ann, author_association: 'MEMBER' },
    head: { sha: SHA, ref: 'topic', repo: { full_name: from } },
    base: { ref: 'main', repo: repository },
    ...more,
  },
})

test('a command of somebody here makes its task, with its words as they were', () => {
  const [task] = made('issue_comment', commentOf(`/mesh run alpine:3.20 -- echo '$(reboot); \${{ 1 }}' "a b"`))
  assert.deepEqual(task?.submit['payload'], {
    image: 'alpine:3.20',
    command: ['echo', '$(reboot); ${{ 1 }}', 'a b'],
    environment: { BY: 'ann' },
  })
})

test('outsiders, edited or foreign comments and commands that are not first start nothing', () => {
  const command = '/mesh run alpine:3.20 -- true'
  assert.equal(made('issue_comment', commentOf(command)).length, 1)
  for (const author_association of ['NONE', 'CONTRIBUTOR', 'FIRST_TIMER', undefined]) {
    assert.deepEqual(made('issue_comment', commentOf(command, { author_association })), [])
  }
  assert.deepEqual(made('issue_comment', commentOf(command), 'read'), [])
  assert.deepEqual(made('issue_comment', { ...commentOf(command), action: 'edited' }), [])
  assert.deepEqual(made('issue_comment', commentOf(command, { updated_at: 'later' })), [])
  assert.deepEqual(made('issue_comment', commentOf(command, { user: { login: 'eve' } })), [])
  assert.deepEqual(made('issue_comment', { ...commentOf(command), sender: { login: 'x[bot]', type: 'Bot' } }), [])
  for (const text of [`> ${command}`, `hello\n${command}`, ` ${command}`, '/meshrun alpine', '/mesh run "open']) {
    assert.deepEqual(made('issue_comment', commentOf(text)), [], text)
  }
})

test('a pull request of a fork starts nothing, and one whose repository is gone neither', () => {
  assert.equal(made('pull_request', pullOf('octo/app')).length, 1)
  assert.deepEqual(made('pull_request', pullOf('eve/app')), [])
  const gone = { head: { sha: SHA, ref: 'topic', repo: null } }
  assert.deepEqual(made('pull_request', pullOf('octo/app', gone)), [])
})

test('a job with workflow tags makes a task of the default branch, whatever commit it is about', () => {
  const job = { head_branch: 'topic', head_sha: SHA }
  const queued = (labels: readonly string[]) => ({ action: 'queued', workflow_job: { ...job, labels } })
  const [task] = made('workflow_job', queued(['self-hosted', 'P2P_Only']))
  const payload = task?.submit['payload'] as Record<string, unknown>
  assert.deepEqual([payload['ref'], payload['commit']], ['main', undefined])
  assert.deepEqual(made('workflow_job', queued(['self-hosted'])), [])
  assert.deepEqual(made('workflow_job', { ...queued(['p2p-only']), action: 'completed' }), [])
})

test('an expression never becomes program text: such rules are refused with their place', () => {
  const refused = (task: string, why: RegExp) => {
    const text = `version: 1\nrules:\n  x:\n    on: push\n    task: ${task}\n`
    assert.throws(() => parseRules(text, 'rules.yml'), why, task)
  }
  const X = "'${{ github.event.head_commit.message }}'"
  refused(`{ image: a, command: [sh, -c, ${X}] }`, /program text/)
  refused(`{ image: a, command: [bash, -lc, 'echo \${{ github.ref }}'] }`, /program text/)
  refused(`{ image: a, entrypoint: [sh, -c], command: [${X}] }`, /program text/)
  refused(`{ image: a, command: [node, --eval, ${X}] }`, /program text/)
  refused(`{ image: a, command: ['--eval=\${{ github.ref }}'] }`, /program text/)
  refused(`{ image: a, command: 'echo \${{ github.ref }}' }`, /program text/)
  refused(`{ image: a, working_dir: '/\${{ github.ref }}' }`, /takes no expression/)
  refused(`{ image: a, command: ['\${{ nobody.knows }}'] }`, /expression/)
  refused(`{ image: a, dockerfile: b }`, /either image or dockerfile/)
})
