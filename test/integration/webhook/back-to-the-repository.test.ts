/** What a repository hears of its tasks: comments, reactions, statuses, checks, dispatches; and what goes wrong on the way. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Account } from '../../support/github-server/accounts.ts'
import { WebhookHouse } from '../../support/webhook-house.ts'

const RULES = `
version: 1
rules:
  run:
    on: { issue_comment: { command: run } }
    task: { image: '\${{ command.image }}', command: '\${{ command.argv }}' }
    report: { dispatch: mesh-done }
  told:
    on: push
    task: { image: 'alpine:3.20' }
    report: { as: status }
  job:
    on: { workflow_job: { tags: [p2p-only] } }
    task: { image: 'alpine:3.20', environment: { OF: '\${{ github.event.workflow_job.name }}' } }
  sources:
    on: { pull_request: { paths: ['src/**'] } }
    task: { image: 'alpine:3.20' }
`
const SHA = 'a'.repeat(40)

async function open(t: TestContext) {
  const house = await WebhookHouse.open(t, { rules: RULES })
  const { github, repository } = house
  const ann = github.accounts.addUser({ login: 'ann', association: 'MEMBER', permission: 'write' })
  const issue = repository.createIssue(ann, { title: 'An issue', body: '', labels: [] })
  const ask = async (author: Account, text: string) => {
    const comment = repository.createComment(author, issue.number, text)
    await github.emit(repository, 'issue_comment', author, (views) => ({
      action: 'created',
      issue: views.issue(repository, issue),
      comment: views.comment(repository, comment),
    }))
    await house.workedOff()
    return comment
  }
  const push = () =>
    github.emit(repository, 'push', ann, () => ({ ref: 'refs/heads/main', after: SHA, deleted: false, commits: [] }))
  const bodies = () => issue.comments.filter(({ author }) => author.type === 'Bot').map(({ body }) => body)
  return { house, github, repository, ann, issue, ask, push, bodies }
}

test('a command is answered by a reaction and one comment, which is edited as its task goes on, and by a dispatch at its end', async (t) => {
  const { house, github, repository, ann, issue, ask, bodies } = await open(t)
  const command = await ask(ann, '/mesh run alpine:3.20 -- echo hello')
  await house.until(() => bodies().length === 1)
  assert.match(bodies()[0] ?? '', /waiting for a runner/)
  const [first] = issue.comments.slice(-1)
  const grant = await house.queue.take()
  await house.until(() => bodies()[0]?.includes('is running') === true)
  await house.queue.settle(grant, { status: 'failed', reason: 'exit', exit_code: 3 })
  await house.until(() => repository.dispatches.length === 1)
  assert.match(bodies()[0] ?? '', /failed.*exit code 3/)
  assert.match(bodies()[0] ?? '', /https:\/\/runners\.example\/#\/task\//)
  assert.deepEqual([bodies().length, issue.comments.at(-1)?.id], [1, first?.id])
  assert.deepEqual(repository.reactions, [{ comment: command.id, content: 'eyes' }])
  const [told] = repository.dispatches as { event_type: string; client_payload: Record<string, unknown> }[]
  assert.equal(told?.event_type, 'mesh-done')
  assert.deepEqual([told.client_payload['status'], told.client_payload['exit_code']], ['failed', 3])
  assert.deepEqual(github.faultsOfContract, [])
})

test('strangers get no answer and cost no request; a faulty command of somebody here is answered with what is wrong', async (t) => {
  const { house, github, repository, ann, ask, bodies } = await open(t)
  const eve = github.accounts.addUser({ login: 'eve', association: 'NONE', permission: 'none' })
  const before = github.seen.length
  await ask(eve, '/mesh run alpine:3.20 -- true')
  await house.pass(5_000)
  assert.deepEqual([await house.taskIds(), bodies(), repository.reactions], [[], [], []])
  assert.deepEqual(
    github.seen.slice(before).filter(({ method }) => method !== 'GET'),
    [],
  )
  await ask(ann, '/mesh run NOT-AN-IMAGE! -- true')
  await house.until(() => bodies().length === 1)
  assert.match(bodies()[0] ?? '', /No task was made: Rule run .*image reference/)
  assert.deepEqual(await house.taskIds(), [])
})

test('answers that GitHub loses leave one comment, one reaction and one dispatch', async (t) => {
  const { house, github, repository, ann, ask, bodies } = await open(t)
  for (const operation of ['issues/create-comment', 'reactions/create-for-issue-comment', 'issues/update-comment']) {
    github.addFault({ operation, fault: { kind: 'commit-then-502' } })
  }
  await ask(ann, '/mesh run alpine:3.20 -- true')
  await house.until(() => bodies().length > 0)
  await house.work()
  await house.until(() => repository.dispatches.length === 1)
  assert.equal(bodies().length, 1)
  assert.match(bodies()[0] ?? '', /completed/)
  assert.equal(repository.reactions.length, 1)
})

test('a report that fails for hours is made at last, and the task has ended meanwhile as it did', async (t) => {
  const { house, github, repository, push } = await open(t)
  github.addFault({ operation: 'repos/create-commit-status', fault: { kind: 'status', status: 503 }, times: 9 })
  github.addFault({ operation: 'repos/create-commit-status', fault: { kind: 'reset' }, times: 2 })
  await push()
  await house.workedOff()
  const id = await house.work()
  assert.equal(await house.queue.state(id), 'completed')
  await house.until(() => repository.statuses.some(({ state }) => state === 'success'), 10_000)
  const failed = github.seen.filter(
    ({ operation, status }) => operation === 'repos/create-commit-status' && status >= 500,
  )
  assert.ok(failed.length >= 9, String(failed.length))
  assert.equal(await house.queue.state(id), 'completed')
  assert.deepEqual(repository.statuses.at(-1)?.['context'], 'told')
})

test('while GitHub asks for silence nothing is sent, and the report comes after', async (t) => {
  const { house, github, repository, push } = await open(t)
  github.addFault({
    operation: 'repos/create-commit-status',
    fault: { kind: 'secondary', status: 403, retryAfter: 120 },
  })
  await push()
  await house.workedOff()
  await house.work()
  await house.until(() => github.seen.some(({ status }) => status === 403))
  const refusedAt = github.seen.at(-1)?.at ?? 0
  const sent = github.seen.length
  await house.pass(110_000)
  assert.equal(github.seen.length, sent)
  await house.until(() => repository.statuses.some(({ state }) => state === 'success'), 1_000)
  assert.ok((github.seen[sent]?.at ?? 0) - refusedAt >= 120_000)
})

test('a queued job whose labels carry a workflow tag makes the task that the rules name, and the job is left alone', async (t) => {
  const { house, github, repository, ann } = await open(t)
  const job = { head_branch: 'main', head_sha: SHA, workflow_name: 'check', created_at: '2026-01-01T00:00:00Z' }
  for (const labels of [['self-hosted'], ['self-hosted', 'P2P-Only'], ['p2p-eligible']]) {
    await github.emit(repository, 'workflow_job', ann, () => ({
      action: 'queued',
      workflow_job: { ...job, name: `job of ${labels.join(' ')}`, labels },
    }))
  }
  await house.workedOff()
  const ids = await house.taskIds()
  assert.equal(ids.length, 1)
  const { payload } = await house.queue.take()
  assert.deepEqual((payload as { environment: object }).environment, { OF: 'job of self-hosted P2P-Only' })
  assert.ok(github.seen.every(({ path }) => !path.includes('/actions/')))
})

test('a pull request makes tasks by the files that GitHub says it changes', async (t) => {
  const { house, github, repository, ann } = await open(t)
  const pull = async (number: number, files: readonly string[]) => {
    repository.pullFiles.set(number, files)
    const branch = { ref: 'topic', sha: SHA, repo: { full_name: 'octo/app' } }
    await github.emit(repository, 'pull_request', ann, (views) => ({
      ...{ action: 'opened', number },
      pull_request: {
        ...{ number, user: views.user(ann), author_association: 'MEMBER', labels: [] },
        ...{ head: branch, base: { ...branch, ref: 'main' } },
      },
    }))
    await house.workedOff()
    return (await house.taskIds()).length
  }
  assert.equal(await pull(1, ['docs/a.md']), 0)
  const many = Array.from({ length: 150 }, (_, at) => `docs/${String(at)}.md`)
  assert.equal(await pull(2, [...many, 'src/index.ts']), 1)
  assert.deepEqual(github.faultsOfContract, [])
})

test('a check that is asked for again runs the same task again, once for each time it is asked, and tells in a check of its own', async (t) => {
  const rules =
    'version: 1\nrules:\n  test:\n    on: push\n    task: { image: "alpine:3.20", command: [make] }\n    report: { as: check }\n'
  const house = await WebhookHouse.open(t, { rules })
  const { github, repository } = house
  const ann = github.accounts.addUser({ login: 'ann', association: 'MEMBER', permission: 'write' })
  await github.emit(repository, 'push', ann, () => ({
    ref: 'refs/heads/main',
    after: SHA,
    deleted: false,
    commits: [],
  }))
  await house.workedOff()
  await house.work({ status: 'failed', reason: 'exit', exit_code: 2 })
  await house.until(() => repository.checks[0]?.fields['conclusion'] === 'failure')

  const [check] = repository.checks
  assert.ok(check)
  const ask = (action: string, external = check.fields['external_id']) =>
    github.emit(repository, 'check_run', ann, (views) => ({
      action,
      check_run: { ...views.check(repository, check), external_id: external },
    }))
  await ask('completed')
  await ask('rerequested', 'of-somebody-else/0')
  await house.workedOff()
  assert.equal((await house.taskIds()).length, 1)
  await ask('rerequested')
  await house.workedOff()
  assert.equal((await house.taskIds()).length, 2)
  const { payload } = await house.queue.take()
  assert.deepEqual((payload as { command: unknown }).command, ['make'])
  await house.until(() => repository.checks.length === 2)
  assert.equal(repository.checks[1]?.fields['head_sha'], SHA)
})
