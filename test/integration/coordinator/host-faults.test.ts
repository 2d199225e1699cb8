/** What only a host or its registry is to blame for costs the task nothing while somebody else can run it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '../../../src/core/operations/operation.ts'
import { BOB, QueueHouse, WORKER, workerNamed } from '../../support/queue-house.ts'

const OTHER = workerNamed('other')
const LIMITED = 'Cannot pull ghcr.io/o/n:1: ghcr.io limits the rate of pulls.'

async function failHere(house: QueueHouse, caller: Caller): Promise<string | undefined> {
  const { task_id, fence } = await house.take(caller)
  return failed(house, { task_id, fence }, caller)
}

async function failed(
  house: QueueHouse,
  grant: { readonly task_id: string; readonly fence: number },
  caller: Caller,
): Promise<string | undefined> {
  const { task_id, fence } = grant
  const end = { task_id, fence, status: 'failed', reason: 'pull', error: LIMITED, host_fault: true } as const
  const { outcomes } = await house.call('p2p_taskqueue_settle', { ends: [end] }, caller)
  return outcomes[0]?.outcome
}

test('a task whose image one worker cannot get goes to another that fits, once to each, and burns no budget', async () => {
  await using house = await QueueHouse.open()
  assert.deepEqual(await house.claim({}, OTHER), [], 'it waits for work')
  const id = await house.submit()
  assert.equal(await failHere(house, WORKER), 'settled')
  assert.equal(await house.state(id), 'queued/ready')
  assert.deepEqual(await house.claim({}, WORKER), [], 'not straight back')
  const { peers } = await house.call('p2p_taskqueue_explain', { task_id: id })
  assert.deepEqual(
    peers.map(({ fits, message }) => [fits, message]),
    [
      [true, undefined],
      [false, LIMITED],
    ],
  )
  const second = await house.take(OTHER)
  assert.equal(second.attempt, 2)
  assert.equal((await house.get(id)).failures, 0)
  // Nobody is left who has not tried.
  assert.equal(await failed(house, second, OTHER), 'settled')
  const { status, reason, error } = await house.get(id)
  assert.deepEqual([status, reason, error], ['failed', 'pull', LIMITED])
})

test('where nobody else fits, or was seen lately, the failure is the end', async () => {
  await using house = await QueueHouse.open()
  await house.claim({ supported_task_types: ['test.other'] }, OTHER)
  await house.claim({}, workerNamed('gone'))
  await house.pass(61_000)
  await house.claim({ supported_task_types: ['test.other'] }, OTHER)
  const id = await house.submit()
  assert.equal(await failHere(house, WORKER), 'settled')
  assert.equal(await house.state(id), 'failed/pull')
})

test('only the holder of the grant has it passed on, and only while it holds it', async () => {
  await using house = await QueueHouse.open()
  await house.claim({}, OTHER)
  const id = await house.submit()
  const grant = await house.take(WORKER)
  assert.equal(await failed(house, grant, BOB), 'unknown')
  assert.equal(await failed(house, { ...grant, fence: grant.fence - 1 }, WORKER), 'fenced')
  assert.equal(await house.state(id), 'running/preparing')
  assert.equal(await failed(house, grant, WORKER), 'settled')
  assert.notEqual(await failed(house, grant, WORKER), 'settled')
  assert.equal(await house.state(id), 'queued/ready')
})
