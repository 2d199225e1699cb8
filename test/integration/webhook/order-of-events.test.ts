/** Events come twice and in any order: what is older than what runs has had its time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebhookHouse } from '../../support/webhook-house.ts'

const RULES = `
version: 1
rules:
  build:
    on: push
    task: { image: 'alpine:3.20', environment: { AT: '\${{ github.event.repository.pushed_at }}' } }
    concurrency: { group: 'build \${{ github.ref_name }}', cancel-in-progress: true }
    report: { as: none }
  after:
    on: push
    needs: [build]
    task: { image: 'alpine:3.20' }
    report: { as: none }
`
const pushAt = (second: number, branch = 'main') => ({
  ...{ ref: `refs/heads/${branch}`, after: 'a'.repeat(40), deleted: false, commits: [] },
  repository: { full_name: 'octo/app', default_branch: 'main', pushed_at: 1_800_000_000 + second },
  sender: { login: 'ann', type: 'User' },
})

test('a newer push cancels what an older one runs, and an older one that comes late starts nothing', async (t) => {
  const house = await WebhookHouse.open(t, { rules: RULES })
  const { hooks } = house.repository
  await hooks.deliver('push', pushAt(2))
  await house.workedOff()
  const second = await house.queue.take()
  await hooks.deliver('push', pushAt(3))
  await house.workedOff()
  assert.equal((await house.queue.get(second.task_id)).cancel_requested, true)
  await hooks.deliver('push', pushAt(1))
  await house.workedOff()
  await hooks.deliver('push', pushAt(1, 'other'))
  await house.workedOff()
  await house.queue.settle(second, { status: 'cancelled' })
  const times: string[] = []
  for (const grant of await house.queue.claim({ max_tasks: 10 })) {
    const { environment } = grant.payload as { environment?: { AT: string } }
    times.push(environment?.AT ?? 'after')
  }
  assert.deepEqual(times.toSorted(), ['1800000001', '1800000003'])
  const states = await Promise.all((await house.taskIds()).map((id) => house.queue.state(id)))
  // Of the first, build is cancelled and what needed it never runs; of the late one there is neither.
  assert.deepEqual(
    ['cancelled/cancelled', 'failed/dependency', 'running/preparing', 'queued/blocked'].map(
      (wanted) => states.filter((state) => state === wanted).length,
    ),
    [1, 1, 2, 2],
    states.join(),
  )
})
