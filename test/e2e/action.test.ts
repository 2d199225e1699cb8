/** The packaged Action in jobs of a simulated GitHub: processes, containers and requests are real. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionGround, REPOSITORY } from '../support/action-ground.ts'
import { IMAGE } from '../support/demo-peers.ts'
import { eventually } from '../support/eventually.ts'
import { makeRepository } from '../support/local-git.ts'

test('two runners serve, a third step submits: the task runs on one of them, and nothing is left', async (t) => {
  const ground = await actionGround(t)
  const { joined } = ground
  const jobs = [await ground.job('one'), await ground.job('two')]
  const serving = await Promise.all(jobs.map((job) => job.step({ ...joined, mode: 'serve', 'run-for-seconds': '90' })))
  await eventually('both have announced themselves', ground.comments, (comments) => comments.length === 2, 30_000)

  const third = await ground.job('three')
  const step = await third.step({
    ...joined,
    mode: 'submit',
    image: IMAGE,
    command: `sh -c 'echo "::error::not for the runner"; echo value $WORD; exit 7'`,
    env: 'WORD=forty-two',
  })
  const submitted = await step.done
  assert.equal(submitted.code, 7, submitted.log)
  const { outputs } = submitted
  assert.deepEqual(
    [outputs.get('status'), outputs.get('reason'), outputs.get('exit-code')],
    ['failed', 'exit', '7'],
    submitted.log,
  )
  assert.ok(['one', 'two'].includes(outputs.get('worker') ?? ''), outputs.get('worker'))
  assert.match(outputs.get('log') ?? '', /value forty-two/)
  assert.deepEqual(
    submitted.annotations.map(({ level, message }) => [level, message.slice(0, 5)]),
    [['error', 'Task ']],
    'what the task printed is no annotation',
  )
  assert.match(submitted.summary, new RegExp(`${outputs.get('task-id') ?? '-'}[^]*failed \\(exit\\)[^]*Peer[^]*one`))
  assert.equal(submitted.log.includes(joined['key'] ?? ''), false, 'the key is masked')
  assert.equal(ground.comments().length, 2, 'who only submits writes nothing')

  const ended = await Promise.all(serving.map((each) => each.cancel()))
  for (const each of ended) assert.deepEqual([each.code, each.stalled], [0, false], each.log)
  assert.equal(
    ended.map(({ outputs: all }) => Number(all.get('tasks-run'))).reduce((a, b) => a + b),
    1,
  )
  assert.ok(ended.some(({ summary }) => summary.includes(IMAGE)))
  for (const job of [third, ...jobs]) {
    const { posts } = await job.finish()
    assert.deepEqual(
      posts.map(({ outcome, annotations }) => [outcome, annotations]),
      [['success', []]],
    )
  }
  await ground.assertNothingLeft()
  assert.deepEqual(ground.server.faultsOfContract, [])
})

test('a submitting step has a repository built at its commit and run on another runner', async (t) => {
  const ground = await actionGround(t)
  const local = await makeRepository({
    Dockerfile: `FROM ${IMAGE}\nCOPY greet.sh /greet.sh\nCMD ["sh", "/greet.sh"]\n`,
    'greet.sh': 'echo "hello from $PWD"; exit 3',
  })
  t.after(() => local[Symbol.asyncDispose]())
  ground.repository.sources = local.folder
  const job = await ground.job('one')
  const serving = await job.step({ ...ground.joined, mode: 'serve', 'max-tasks': '1' })
  await eventually('it has announced itself', ground.comments, (comments) => comments.length === 1, 30_000)
  const other = await ground.job('two')
  const built = { repository: REPOSITORY, ref: local.commit }
  const submitted = await (await other.step({ ...ground.joined, mode: 'submit', ...built })).done
  assert.deepEqual([submitted.code, submitted.outputs.get('worker')], [3, 'one'], submitted.log)
  assert.match(submitted.outputs.get('log') ?? '', /hello from \//)
  assert.equal((await serving.done).code, 0)
  for (const each of [job, other]) await each.finish()
  await ground.assertNothingLeft()
  assert.deepEqual(ground.server.faultsOfContract, [])
})

test('a background peer takes the tasks of later steps, also in mode submit, and post stops it', async (t) => {
  const ground = await actionGround(t)
  const job = await ground.job('one')
  const main = await (await job.step({ ...ground.joined, mode: 'background', http: '127.0.0.1:0' })).done
  assert.equal(main.code, 0, main.log)
  assert.equal(main.stalled, false)
  assert.match(main.outputs.get('mcp-url') ?? '', /^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  await eventually('it has announced itself', ground.comments, (comments) => comments.length === 1)
  const submitted = await (
    await job.step({ ...ground.joined, mode: 'submit', image: IMAGE, command: '["echo","beside"]' })
  ).done
  assert.equal(submitted.code, 0, submitted.log)
  assert.deepEqual([submitted.outputs.get('status'), submitted.outputs.get('worker')], ['completed', 'one'])
  const asked = await (await job.step({ mode: 'host', 'state-dir': main.outputs.get('state-dir') ?? '' })).done
  assert.equal(asked.outputs.get('peer-id'), main.outputs.get('peer-id'), asked.log)
  const { posts, orphans } = await job.finish()
  assert.deepEqual(
    posts.map(({ outcome }) => outcome),
    ['success', 'success', 'success'],
  )
  assert.match(posts.at(-1)?.log ?? '', /the peer has left the mesh/)
  assert.deepEqual(orphans, [])
  await ground.assertNothingLeft()
})

test('serve ends when its tasks are done, and when it is idle', async (t) => {
  const ground = await actionGround(t)
  const [job, other] = [await ground.job('one'), await ground.job('two')]
  const serving = await job.step({ ...ground.joined, mode: 'serve', 'max-tasks': '1' })
  await eventually('it has announced itself', ground.comments, (comments) => comments.length === 1, 30_000)
  const submitted = await (await other.step({ ...ground.joined, mode: 'submit', image: IMAGE, command: 'true' })).done
  assert.equal(submitted.code, 0, submitted.log)
  const served = await serving.done
  assert.deepEqual([served.code, served.outputs.get('tasks-run')], [0, '1'], served.log)
  assert.match(served.log, /its 1 tasks are done/)
  const idle = await (await other.step({ ...ground.joined, mode: 'serve', 'idle-seconds': '1' })).done
  assert.match(idle.log, /it was idle for 1 s/)
  await job.finish()
  await other.finish()
  await ground.assertNothingLeft()
})

test('what fork pull requests and public repositories start is refused before anything else', async (t) => {
  const ground = await actionGround(t)
  const of = (fork: boolean) => ({
    head: { repo: { id: fork ? 2 : 1, full_name: fork ? 'stranger/runners' : REPOSITORY } },
    base: { repo: { id: 1, full_name: REPOSITORY } },
  })
  for (const event of [
    { name: 'pull_request', payload: { pull_request: of(true) } },
    { name: 'pull_request_target', payload: { pull_request: of(true) } },
    { name: 'push', payload: { repository: { full_name: REPOSITORY, private: false } } },
  ]) {
    const job = await ground.job('one', { event })
    const { code, annotations, log } = await (await job.step({ ...ground.joined, mode: 'serve' })).done
    assert.equal(code, 65, log)
    assert.deepEqual(
      annotations.map(({ level, message }) => [level, message.split(':')[0]]),
      [['error', 'policy_refused']],
    )
    await job.finish()
  }
  assert.deepEqual(ground.server.seen, [], 'GitHub was not even asked')
})
