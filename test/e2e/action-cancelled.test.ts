/** A job of the packaged Action that is cancelled or killed at a bad moment: no process, container or comment is left. */
import assert from 'node:assert/strict'
import { kill } from 'node:process'
import { test } from 'node:test'
import { actionGround } from '../support/action-ground.ts'
import { IMAGE } from '../support/demo-peers.ts'
import { eventually } from '../support/eventually.ts'
import { findTracked } from '../support/runner-harness/tracked-processes.ts'

/** A step that is told to stop has 7.5 s before it hears the second signal. */
const POLITE_MS = 7_500

test('cancelled while it joins, a step leaves at once', async (t) => {
  const ground = await actionGround(t)
  ground.server.addFault({ operation: 'issues/create-comment', fault: { kind: 'slow', ms: 3_000 } })
  for (const mode of ['serve', 'submit', 'background']) {
    const job = await ground.job(`cancelled-${mode}`)
    const step = await job.step({ ...ground.joined, mode, image: IMAGE, command: 'true' })
    await eventually(
      'it joins',
      () => step.log(),
      (log) => log.includes('runner-mesh: join'),
      30_000,
    )
    const { outcome, durationMs, signal, stalled, log } = await step.cancel()
    assert.deepEqual([outcome, signal, stalled], ['cancelled', null, false], log)
    assert.ok(durationMs < 20_000)
    const { posts, orphans } = await job.finish()
    assert.deepEqual([posts.map((post) => post.outcome), orphans], [['success'], []])
  }
  await ground.assertNothingLeft()
})

test('cancelled while its task runs, a submitting step has it stopped, and says so', async (t) => {
  const ground = await actionGround(t)
  const [worker, submitter] = [await ground.job('one'), await ground.job('two')]
  const serving = await worker.step({ ...ground.joined, mode: 'serve', 'run-for-seconds': '120' })
  await eventually('it has announced itself', ground.comments, (comments) => comments.length === 1, 30_000)
  const step = await submitter.step({
    ...ground.joined,
    mode: 'submit',
    image: IMAGE,
    // It does not hear the polite signal.
    command: `sh -c 'trap "" TERM; while true; do sleep 1; done'`,
  })
  await eventually(
    'the container runs',
    ground.containers,
    (all) => all.some(({ State }) => State === 'running'),
    30_000,
  )
  const at = performance.now()
  const ended = await step.cancel()
  const tookMs = performance.now() - at
  assert.deepEqual([ended.code, ended.signal, ended.outputs.get('status')], [69, null, 'cancelled'], ended.log)
  assert.ok(tookMs < POLITE_MS, `${String(tookMs)} ms`)
  assert.deepEqual(await ground.containers(), [], 'it is told cancelled when the container is gone')
  await submitter.finish()
  assert.equal((await serving.cancel()).code, 0)
  await worker.finish()
  await ground.assertNothingLeft()
})

test('a serving step that is cancelled while it works gives the task back, and another runner ends it', async (t) => {
  const ground = await actionGround(t)
  const [first, second, submitter] = [await ground.job('one'), await ground.job('two'), await ground.job('three')]
  const leaving = await first.step({ ...ground.joined, mode: 'serve', 'run-for-seconds': '120' })
  await eventually('it has announced itself', ground.comments, (comments) => comments.length === 1, 30_000)
  const step = await submitter.step({
    ...ground.joined,
    mode: 'submit',
    image: IMAGE,
    command: 'sleep 15',
    'queue-seconds': '60',
  })
  await eventually(
    'the container runs',
    ground.containers,
    (all) => all.some(({ State }) => State === 'running'),
    30_000,
  )
  const staying = await second.step({ ...ground.joined, mode: 'serve', 'run-for-seconds': '120' })
  await eventually('the other has announced itself', ground.comments, (comments) => comments.length === 2, 30_000)
  assert.equal((await leaving.cancel()).code, 0)
  const { code, outputs, log } = await step.done
  assert.deepEqual([code, outputs.get('worker')], [0, 'two'], log)
  assert.equal((await staying.cancel()).code, 0)
  for (const job of [first, second, submitter]) await job.finish()
  await ground.assertNothingLeft()
})

test('cancelled while GitHub has it wait, a step does not wait on', async (t) => {
  const ground = await actionGround(t)
  ground.server.addFault({
    operation: 'issues/create-comment',
    fault: { kind: 'secondary', status: 403, retryAfter: 60 },
  })
  const job = await ground.job('one')
  const step = await job.step({ ...ground.joined, mode: 'serve', 'run-for-seconds': '120' })
  const refused = (): boolean => ground.server.seen.some(({ status }) => status === 403)
  await eventually('GitHub has refused', refused, (seen) => seen, 30_000)
  const at = performance.now()
  const { code, signal, log } = await step.cancel()
  assert.deepEqual([code, signal], [0, null], log)
  assert.ok(performance.now() - at < POLITE_MS)
  await job.finish()
  await ground.assertNothingLeft()
})

for (const mode of ['serve', 'background']) {
  test(`post clears up after a ${mode} peer that was killed with kill -9 while it worked`, async (t) => {
    const ground = await actionGround(t)
    const [worker, submitter] = [await ground.job('one'), await ground.job('two')]
    const main = await worker.step({ ...ground.joined, mode, 'run-for-seconds': '120' })
    await eventually('it has announced itself', ground.comments, (comments) => comments.length === 1, 30_000)
    const step = await submitter.step({ ...ground.joined, mode: 'submit', image: IMAGE, command: 'sleep 600' })
    await eventually('the container runs', ground.containers, (all) => all.length === 1, 30_000)
    const [peer] = mode === 'serve' ? [main.pid] : await peersOf(worker.trackingId)
    kill(peer ?? 0, 'SIGKILL')
    assert.equal((await main.done).signal, mode === 'serve' ? 'SIGKILL' : null)
    const { posts } = await worker.finish()
    assert.deepEqual(
      posts.map(({ outcome, annotations }) => [outcome, annotations]),
      [['success', []]],
    )
    assert.match(posts[0]?.log ?? '', /removed 1 containers and 1 comments/)
    assert.equal((await step.cancel()).outcome, 'cancelled')
    await submitter.finish()
    await ground.assertNothingLeft()
  })
}

async function peersOf(trackingId: string) {
  return (await findTracked(trackingId)).filter(({ command }) => command.includes('cli.js up')).map(({ pid }) => pid)
}
