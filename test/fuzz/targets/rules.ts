/** The rules of a repository: the file, its expressions, and the events that they are held against. */
import { readFileSync } from 'node:fs'
import { parseRules } from '../../../src/app/webhook/rules-file.ts'
import { commandContext, readCommand } from '../../../src/webhook/command.ts'
import { githubContext, readFacts } from '../../../src/webhook/event-facts.ts'
import { checkEvent } from '../../../src/webhook/rules/check-event.ts'
import { EVENT_NAMES, isEventKind, MOST_TASKS, orderOf, type Rules } from '../../../src/webhook/rules/rules-schema.ts'
import { faultOfCondition, faultOfTemplate, fillIn, fillInList, holds } from '../../../src/webhook/rules/template.ts'
import { hold, refusal, type FuzzTarget } from '../engine/target.ts'

const golden = readFileSync(new URL('../../unit/webhook/golden-rules.yml', import.meta.url), 'utf8')
const goldenRules = parseRules(golden, 'golden')
const SHA = 'c'.repeat(40)
const REPOSITORY = { full_name: 'octo/runners', default_branch: 'main' }
const PUSH = { ref: 'refs/heads/main', after: SHA, deleted: false, repository: REPOSITORY, sender: { login: 'ann' } }

export const rulesFile: FuzzTarget = {
  name: 'rules',
  form: 'text',
  seeds: [
    golden,
    ...golden.split(/^ {2}(?=\w)/m).map((rule) => `version: 1\nrules:\n  ${rule}`),
    'version: 1\nlimits: { tasks-per-event: 2 }\nrules:\n  a:\n    on: push\n    if: github.ref_name == "main"\n    matrix: { v: [1, 2], w: [x, y] }\n    task: { image: "a:${{ matrix.v }}" }\n    needs: [b]\n  b: { on: push, task: { image: a } }\n',
    'version: 1\nrules: { a: { on: { push: { paths: ["**/*.c"], paths-ignore: ["!x"] } }, task: { image: a } } }\n',
    'version: 1\nrules:\n  a: { on: push, task: { image: a }, needs: [b] }\n  b: { on: push, task: { image: a }, needs: [a] }\n',
    'a: &a [1]\nb: *a\n',
  ],
  words: [
    ...['version: 1\n', 'rules:\n', '  on: ', 'if: ', 'matrix: ', 'needs: [a]\n', 'report: ', 'options: ', 'task: '],
    ...['${{ ', ' }}', 'github.', 'matrix.', '**', '!', '&a ', '*a', '<<: *a\n', '__proto__: 1\n', '|\n', '{', '['],
  ],
  attempt: (input) => {
    const text = Buffer.from(input).toString('utf8')
    let rules: Rules
    try {
      rules = parseRules(text, 'runner-mesh.yml')
    } catch (thrown) {
      hold(thrown instanceof Error && !/[\n\r]{3}/.test(thrown.message), 'a fault is told in lines')
      return refusal(thrown, 'config_invalid', 'bad_request')
    }
    hold(orderOf(rules.rules) !== undefined, 'rules that are read have an order')
    return `rules: ${plan(rules, 'push', PUSH)}`
  },
}

/** Tasks for who may have them, and none for who may not. */
function plan(rules: Rules, event: string, payload: unknown): string {
  if (!isEventKind(event)) return 'no event'
  try {
    const facts = readFacts(event, payload)
    const given = { event, payload, paths: ['src/a.c'] } as const
    const { tasks } = checkEvent(rules, { ...given, permission: 'admin' })
    hold(tasks.length <= MOST_TASKS, 'one event makes a bounded number of tasks')
    const strangers = checkEvent(rules, { ...given, permission: 'none' }).tasks
    const isHarmless = facts?.needsWriteAccess === true || strangers.length === 0
    hold(isHarmless, 'who has no permission starts nothing, unless GitHub itself asked for it')
    return tasks.length === 0 ? 'none' : 'tasks'
  } catch (thrown) {
    return refusal(thrown, 'bad_request', 'config_invalid')
  }
}

/** Stands where an event's text does; read again it would be seen. */
const TWICE = 'read a second time'
const CONTEXT = {
  github: { ref: 'refs/heads/main', title: '${{ command.never }}', list: ['a', '${{ command.never }}'], number: 7 },
  matrix: { v: 1.5, w: null, x: true },
  command: { name: 'run', args: ['a'], never: TWICE },
}

export const expressions: FuzzTarget = {
  name: 'expressions',
  form: 'text',
  seeds: [
    'a ${{ github.title }} b ${{ matrix.v }}',
    "${{ contains(github.list, 'a') && startsWith(github.ref, 'refs/') || !matrix.x }}",
    "${{ format('{0} {1}', github.number, toJSON(github)) }}",
    '${{ join(github.list, github.title) }}${{ github.list }}',
    "github.ref == 'refs/heads/main' && (matrix.v > 1 || github['number'] != 7)",
    '${{ fromJSON(toJSON(github)).list[1] }}',
    '${{ github.* }} ${{ matrix.*.a }}',
    'a ${{}} b ${{ }}',
    '${{ ((((1)))) }} ${{ 0x1F }} ${{ -1e9 }} ${{ null }}',
  ],
  words: [
    ...['${{', '}}', 'github.title', 'github.list', 'matrix.v', 'command.args', 'format(', 'join(', 'toJSON(', ')'],
    ...['fromJSON(', 'contains(', 'startsWith(', 'endsWith(', 'hashFiles(', '&&', '||', '!', '==', '*', "'", '[', ']'],
  ],
  largest: 4096,
  attempt: (input) => {
    const text = Buffer.from(input).toString('utf8')
    const fault = faultOfTemplate(text)
    if (fault !== undefined) {
      hold(fault.length <= 400, 'a fault is told in few words')
      hold(faultOfCondition(text) === undefined || faultOfCondition(text) !== '', 'a fault has words')
      return 'fault'
    }
    const outcomes = [
      () => fillIn(text, CONTEXT),
      () => fillInList(text, CONTEXT).join(),
      () => holds(text, CONTEXT),
    ].map((evaluate) => {
      try {
        const made = evaluate()
        hold(typeof made !== 'string' || made.length <= 65_536 * 16, 'what an expression makes is bounded')
        const mayName = /never|command|\*/.test(text)
        hold(mayName || !String(made).includes(TWICE), 'what an event says is not read for expressions')
        return typeof made
      } catch (thrown) {
        if (thrown instanceof Error && thrown.name !== 'Broken' && !(thrown instanceof TypeError)) return 'refused'
        throw thrown
      }
    })
    return outcomes.join()
  },
}

const say = (event: string, payload: object): string =>
  `${JSON.stringify(event)}\n${JSON.stringify({ repository: REPOSITORY, sender: { login: 'ann', type: 'User' }, ...payload })}`
const ISSUE = { number: 3, title: 't', body: 'b', user: { login: 'bob' }, author_association: 'MEMBER' }
const PULL = {
  ...ISSUE,
  ...{ head: { ref: 'x', sha: SHA, repo: REPOSITORY }, base: { ref: 'main', sha: SHA, repo: REPOSITORY } },
}

export const webhookEvents: FuzzTarget = {
  name: 'webhook-events',
  form: 'json-lines',
  seeds: [
    say('push', PUSH),
    say('pull_request', { action: 'opened', number: 3, pull_request: PULL }),
    say('issues', { action: 'opened', issue: ISSUE }),
    say('issue_comment', { action: 'created', issue: ISSUE, comment: comment('/mesh run alpine:3 -- echo "a b"') }),
    say('issue_comment', { action: 'created', issue: ISSUE, comment: comment('/mesh run "open') }),
    say('release', { action: 'published', release: { tag_name: 'v1', target_commitish: 'main' } }),
    say('workflow_run', { action: 'completed', workflow_run: { name: 'ci', head_branch: 'main', head_sha: SHA } }),
    say('workflow_job', {
      action: 'queued',
      workflow_job: { labels: ['self-hosted'], head_branch: 'main', head_sha: SHA },
    }),
    say('repository_dispatch', { action: 'go', branch: 'main', client_payload: { a: 1 } }),
    say('workflow_dispatch', { ref: 'refs/heads/main', workflow: 'a.yml', inputs: { a: 'b' } }),
    say('schedule', { schedule: '0 3 * * *' }),
  ],
  words: [
    ...EVENT_NAMES,
    'author_association',
    'OWNER',
    'NONE',
    '/mesh run ',
    ' -- ',
    'refs/tags/',
    '0'.repeat(40),
    SHA,
  ],
  attempt: (input) => {
    const text = Buffer.from(input).toString('utf8')
    const end = text.indexOf('\n')
    const [event, payload] = [parsed(text.slice(0, Math.max(0, end))), parsed(text.slice(end + 1))]
    if (typeof event !== 'string') return 'no event'
    const facts = readFacts(event, payload)
    if (facts === undefined) return 'no facts'
    hold(facts.sha === undefined || /^[0-9a-f]{40}$/.test(facts.sha), 'a commit is named by its whole hash')
    JSON.stringify(githubContext(facts, 'a-delivery'))
    const words = readCommand(String(facts.payload['comment'] === undefined ? text : bodyOf(facts.payload['comment'])))
    if (words !== undefined && 'word' in words) {
      hold(/^[a-z][a-z0-9-]{0,31}$/.test(words.word), 'a command is a word')
      JSON.stringify(commandContext(words))
    }
    return `${event}: ${plan(goldenRules, event, payload)}`
  },
}

function comment(body: string): object {
  return { id: 1, body, user: { login: 'bob', type: 'User' }, author_association: 'MEMBER' }
}

function bodyOf(said: unknown): unknown {
  return typeof said === 'object' && said !== null && 'body' in said ? said.body : ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
