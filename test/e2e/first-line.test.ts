import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { Agent } from '../../scripts/demo/agent.ts'
import { IMAGE, peerGround, until } from '../support/demo-peers.ts'

const task = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  phase: z.string().optional(),
  attempt: z.number(),
  lost: z.number(),
  exit_code: z.number().optional(),
  worker_id: z.string().optional(),
  worker_name: z.string().optional(),
  error: z.string().optional(),
})
const answer = z.looseObject({ task, timed_out: z.boolean().optional(), log_tail: z.string().optional() })
type Answer = z.output<typeof answer>

async function submit(agent: Agent, args: Readonly<Record<string, unknown>>): Promise<string> {
  const submitted = await agent.call('p2p_taskqueue_submit_docker_hub', { image: IMAGE, ...args })
  assert.equal(submitted['durability'], 'local')
  return z.string().parse(submitted['task_id'])
}

async function waitForEnd(agent: Agent, taskId: string, onProgress?: (message: string) => void): Promise<Answer> {
  for (;;) {
    const waited = answer.parse(
      await agent.call('p2p_taskqueue_wait_task', { task_id: taskId, timeout_s: 50 }, onProgress),
    )
    if (waited.timed_out === false) return waited
  }
}

async function get(agent: Agent, taskId: string): Promise<Answer> {
  return answer.parse(await agent.call('p2p_taskqueue_get_task', { task_id: taskId }))
}

const COUNTING = 'i=1; while [ $i -le 5 ]; do echo "step $i"; sleep 0.7; i=$((i+1)); done'

test('an agent’s task runs on another peer, with live progress that names it, and its result comes back', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const b = await ground.worker('b', a)
  const agent = await ground.agent(a)

  const notes: string[] = []
  const id = await submit(agent, { command: ['sh', '-c', COUNTING] })
  const counted = await waitForEnd(agent, id, (message) => notes.push(message))
  assert.equal(counted.task.status, 'completed')
  assert.equal(counted.task.exit_code, 0)
  assert.equal(counted.task.worker_id, b.ready.peer_id)
  assert.equal(counted.log_tail, 'step 1\nstep 2\nstep 3\nstep 4\nstep 5')
  const naming = notes.filter((note) => /on b: step/.test(note))
  assert.ok(naming.length >= 3, `progress: ${JSON.stringify(notes)}`)

  const failed = await waitForEnd(agent, await submit(agent, { command: 'sh -c "echo out; echo err >&2; exit 3"' }))
  assert.deepEqual([failed.task.status, failed.task.reason, failed.task.exit_code], ['failed', 'exit', 3])
  assert.deepEqual((failed.log_tail ?? '').split('\n').toSorted(), ['err', 'out'])
  assert.deepEqual(await ground.containers(), [])
})

test('peers share nothing but the mesh key and an address: another key is refused in one line', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const other = await ground.up('other')
  const b = ground.worker('b', { ...a, ready: { ...a.ready, state_dir: other.ready.state_dir } })
  await assert.rejects(
    b.then((peer) => peer.ended).then((code) => Promise.reject(new Error(`ended ${String(code)}`))),
    /ended 65/,
  )
})

test('kill -9 of the worker: an idempotent task runs again on another peer and no container is left', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--lease-seconds', '3'])
  const workers = [
    await ground.worker('b', a, ['--lease-seconds', '3']),
    await ground.worker('c', a, ['--lease-seconds', '3']),
  ]
  const agent = await ground.agent(a)
  const id = await submit(agent, { command: ['sh', '-c', COUNTING], idempotent: true })
  const { task: begun } = await until(
    () => get(agent, id),
    ({ task: now }) => now.status === 'running' && now.phase === 'running',
  )
  await workers.find(({ ready }) => ready.peer_id === begun.worker_id)?.kill()
  const ended = await waitForEnd(agent, id)
  assert.equal(ended.task.status, 'completed')
  assert.notEqual(ended.task.worker_id, begun.worker_id)
  assert.equal(ended.task.attempt, 2)
  assert.equal(ended.task.lost, 1)
  await until(ground.containers, (left) => left.length === 0)
})

test('kill -9 of the worker: a task that is not idempotent fails with worker_lost after its grace', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--lease-seconds', '2', '--lost-grace-seconds', '1'])
  const b = await ground.worker('b', a, ['--lease-seconds', '2'])
  const agent = await ground.agent(a)
  const id = await submit(agent, { command: ['sleep', '60'] })
  await until(
    () => get(agent, id),
    ({ task: now }) => now.status === 'running' && now.phase === 'running',
  )
  await b.kill()
  const suspect = await until(
    () => get(agent, id),
    ({ task: now }) => now.phase === 'suspect' || now.status === 'failed',
  )
  assert.equal(suspect.task.phase ?? 'ended', suspect.task.status === 'failed' ? 'ended' : 'suspect')
  const ended = await waitForEnd(agent, id)
  assert.deepEqual([ended.task.status, ended.task.reason, ended.task.attempt], ['failed', 'worker_lost', 1])
  await until(ground.containers, (left) => left.length === 0)
})

test('a worker that is killed and started again takes its container up where it left it', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a')
  const b = await ground.worker('b', a)
  const agent = await ground.agent(a)
  const id = await submit(agent, { command: ['sh', '-c', 'echo begun; sleep 4; echo done'] })
  await until(
    () => get(agent, id),
    ({ task: now }) => now.status === 'running' && now.phase === 'running',
  )
  await b.kill()
  const again = await ground.worker('b', a)
  assert.equal(again.ready.peer_id, b.ready.peer_id)
  const ended = await waitForEnd(agent, id)
  assert.deepEqual([ended.task.status, ended.task.attempt, ended.log_tail], ['completed', 1, 'begun\ndone'])
})

test('kill -9 of the home loses nothing: queued and running tasks go on after its restart', async (t) => {
  const ground = await peerGround(t)
  const port = 20_000 + (process.pid % 20_000)
  const args = ['--listen', `/ip4/127.0.0.1/tcp/${String(port)}`]
  const a = await ground.up('a', args)
  await ground.worker('b', a, ['--slots', '1'])
  const agent = await ground.agent(a)
  const running = await submit(agent, { command: ['sh', '-c', 'sleep 3; echo survived'] })
  const queued = await submit(agent, { command: ['echo', 'later'] })
  await until(
    () => get(agent, running),
    ({ task: now }) => now.status === 'running',
  )
  await a.kill()
  const back = await ground.up('a', args)
  const later = await ground.agent(back)
  const first = await waitForEnd(later, running)
  assert.deepEqual([first.task.status, first.task.attempt, first.log_tail], ['completed', 1, 'survived'])
  const second = await waitForEnd(later, queued)
  assert.deepEqual([second.task.status, second.log_tail], ['completed', 'later'])
})

test('cancel through complete_task stops a running container and is reported once it is gone', async (t) => {
  const ground = await peerGround(t)
  const a = await ground.up('a', ['--work', 'true', '--lease-seconds', '3'])
  const agent = await ground.agent(a)
  const id = await submit(agent, { command: ['sleep', '120'], clocks: { grace_ms: 200 } })
  await until(
    () => get(agent, id),
    ({ task: now }) => now.phase === 'running',
  )
  await agent.call('p2p_taskqueue_complete_task', { task_id: id, status: 'cancelled' })
  const ended = await waitForEnd(agent, id)
  assert.deepEqual([ended.task.status, ended.task.reason], ['cancelled', 'cancelled'])
  assert.deepEqual(await ground.containers(), [])
})
