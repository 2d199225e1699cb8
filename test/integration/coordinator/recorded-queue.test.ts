import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { MINUTE, SECOND } from '../../../src/core/lease.ts'
import { BOB, QueueHouse, WORKER } from '../../support/queue-house.ts'
import { readVectors } from '../../support/vectors.ts'

const states = readVectors('queue_state', z.object({ cases: z.array(z.object({ case: z.string() })) })).cases

/** What the predecessor's queue does in each recorded case, and what ours does instead or alike. */
const QUEUE_STATES: Readonly<Record<string, { readonly ours: string; readonly why: string }>> = {
  'max_attempts 1, lease expires': { ours: 'failed/worker_lost', why: 'alike, after the grace of a suspect task' },
  're-claim same id by same worker': { ours: 'same grant', why: 'alike: by request id' },
  'claim running task by other worker': { ours: 'nothing', why: 'alike' },
  'complete with wrong worker_id': {
    ours: 'unknown',
    why: 'refused too, and in words that tell a stranger nothing of the task',
  },
  'cancel running': { ours: 'requested', why: 'a running task can be cancelled' },
  'retry by owner, attempts left': { ours: 'queued/delayed', why: 'alike: put off before the next attempt' },
  'claim+release three times burns attempts': { ours: 'queued/ready', why: 'giving back burns no budget' },
  'update() can move a terminal task back to queued': { ours: 'already', why: 'an end never changes' },
  'claim_next without session takes a session-bound task (non-deterministic path)': {
    ours: 'nothing',
    why: 'a task that names peers is given to no other',
  },
}

const PLAY: Readonly<Record<string, (house: QueueHouse) => Promise<string>>> = {
  'max_attempts 1, lease expires': async (house) => {
    const id = await house.submit({ max_lost: 0 })
    await house.take()
    await house.pass(31 * SECOND)
    assert.equal(await house.state(id), 'running/suspect')
    await house.clock.advance(10 * MINUTE)
    await house.pass(2 * SECOND)
    return house.state(id)
  },
  're-claim same id by same worker': async (house) => {
    await house.submit()
    const [first] = await house.claim({ request_id: 'r' })
    const [again] = await house.claim({ request_id: 'r' })
    return first !== undefined && first.fence === again?.fence ? 'same grant' : 'another'
  },
  'claim running task by other worker': async (house) => {
    await house.submit()
    await house.take()
    return (await house.claim({}, BOB)).length === 0 ? 'nothing' : 'a grant'
  },
  'complete with wrong worker_id': async (house) => {
    await house.submit()
    return (await house.settle(await house.take(), {}, BOB)).outcome
  },
  'cancel running': async (house) => {
    const id = await house.submit()
    await house.take()
    return (await house.call('p2p_taskqueue_cancel', { task_id: id })).outcome
  },
  'retry by owner, attempts left': async (house) => {
    const id = await house.submit({ max_failures: 3, retry_on: ['any'] })
    await house.fail(await house.take())
    return house.state(id)
  },
  'claim+release three times burns attempts': async (house) => {
    const id = await house.submit()
    for (let round = 0; round < 3; round += 1) {
      const { task_id, fence } = await house.take()
      await house.call('p2p_taskqueue_release', { task_id, fence }, WORKER)
    }
    const { failures, lost } = await house.get(id)
    assert.deepEqual([failures, lost], [0, 0])
    return house.state(id)
  },
  'update() can move a terminal task back to queued': async (house) => {
    await house.submit()
    const grant = await house.take()
    await house.settle(grant)
    const { outcome } = await house.fail(grant)
    assert.equal(await house.state(grant.task_id), 'completed')
    return outcome
  },
  'claim_next without session takes a session-bound task (non-deterministic path)': async (house) => {
    await house.submit({ requires: { peers: [WORKER.peer ?? ''] } })
    const others = await house.claim({}, BOB)
    assert.equal((await house.claim()).length, 1)
    return others.length === 0 ? 'nothing' : 'a grant'
  },
}

for (const { case: name } of states) {
  test(`recorded of the predecessor’s queue: ${name}`, async () => {
    await using house = await QueueHouse.open()
    const play = PLAY[name]
    assert.ok(play !== undefined, 'the case is played')
    assert.equal(await play(house), QUEUE_STATES[name]?.ours, QUEUE_STATES[name]?.why)
  })
}
