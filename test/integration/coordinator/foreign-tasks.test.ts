import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toErrorView } from '../../../src/core/errors.ts'
import type { Access, Caller } from '../../../src/core/operations/operation.ts'
import { QueueHouse } from '../../support/queue-house.ts'

const RIGHTS: readonly Access[] = ['tasks:read', 'tasks:submit', 'tasks:cancel', 'tasks:work']
const named = (name: string): Caller => ({ principal: `token:${name}`, door: 'mcp', access: new Set(RIGHTS) })
const [ALICE, BOB, WORKER] = [named('alice'), named('bob'), named('worker')]

test('whatever is asked of another’s task, the answer is that of one that never was', async () => {
  await using house = await QueueHouse.open()
  const waiting = await house.submit({}, ALICE)
  const held = await house.submit({ priority: 9 }, ALICE)
  const grant = await house.take(WORKER)
  assert.equal(grant.task_id, held)
  const absent = waiting.replace(/[0-9]+$/, '987654')
  const questions: readonly ((id: string) => Promise<unknown>)[] = [
    (task_id) => house.call('p2p_taskqueue_get_task', { task_id }, BOB),
    (task_id) => house.call('p2p_taskqueue_explain', { task_id }, BOB),
    (task_id) => house.call('p2p_taskqueue_wait_task', { task_id, timeout_s: 0 }, BOB),
    (task_id) => house.call('p2p_taskqueue_cancel', { task_id }, BOB),
    (task_id) => house.call('p2p_taskqueue_complete_task', { task_id, status: 'cancelled' }, BOB),
    (task_id) => house.call('p2p_taskqueue_complete_task', { task_id, fence: grant.fence }, BOB),
    (task_id) => house.call('p2p_taskqueue_complete_task', { task_id, fence: 1, status: 'failed' }, BOB),
    (task_id) => house.call('p2p_taskqueue_renew', { leases: [{ task_id, fence: grant.fence }] }, BOB),
    (task_id) => house.call('p2p_taskqueue_release', { task_id, fence: grant.fence }, BOB),
    (task_id) => house.call('p2p_taskqueue_submit', { task_type: 'x', payload: {}, needs: [task_id] }, BOB),
  ]
  for (const ask of questions) {
    const answerOf = async (id: string): Promise<string> => {
      const answer = await ask(id).catch((thrown: unknown) => toErrorView(thrown))
      return JSON.stringify(answer).replaceAll(id, 'ID')
    }
    const unknown = await answerOf(absent)
    for (const id of [waiting, held]) assert.equal(await answerOf(id), unknown, String(ask))
  }
  assert.equal(await house.state(waiting), 'queued/ready')
  assert.match(await house.state(held), /^running/)
  const ended = await house.call('p2p_taskqueue_complete_task', { task_id: held, fence: grant.fence }, WORKER)
  assert.equal(ended.outcome, 'settled')
})
