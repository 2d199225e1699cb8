/** What happened while nobody listened, and what the clock says: each makes its tasks once. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { HOUR, MINUTE } from '../../../src/core/lease.ts'
import { WebhookHouse } from '../../support/webhook-house.ts'
import { SECRET } from '../../support/webhook-sender.ts'

const RULES = `
version: 1
rules:
  each:
    on: push
    task: { image: 'alpine:3.20', environment: { COMMIT: '\${{ github.event.after }}' } }
    report: { as: none }
`

async function open(t: TestContext, rules = RULES) {
  const house = await WebhookHouse.open(t, { rules, sweepEveryMs: MINUTE })
  const { github, repository } = house
  const ann = github.accounts.addUser({ login: 'ann' })
  const push = (n: number) =>
    github.emit(repository, 'push', ann, () => ({
      ...{ ref: 'refs/heads/main', after: String(n).padStart(40, 'a'), deleted: false, commits: [] },
    }))
  const tasks = async () => (await house.taskIds()).length
  const redelivered = () => repository.hooks.attempts.filter(({ redelivery }) => redelivery)
  return { house, github, repository, push, tasks, redelivered }
}

test('deliveries that failed while the listener was down are asked for when it is up, and each makes its task once', async (t) => {
  const { house, github, repository, push, tasks, redelivered } = await open(t)
  await push(1)
  await house.workedOff()
  await house.down()
  // More than one page of GitHub's list.
  for (let n = 2; n <= 131; n += 1) await push(n)
  assert.equal(repository.hooks.attempts.filter(({ statusCode }) => statusCode === 502).length, 130)
  await house.up()
  await house.until(() => redelivered().length === 130, 1_000)
  await house.workedOff()
  await house.pass(3 * MINUTE)
  assert.equal(redelivered().length, 130)
  const made = new Set<string>()
  for (let n = 1; n <= 131; n += 1) {
    const { payload } = await house.queue.take()
    made.add((payload as { environment: { COMMIT: string } }).environment.COMMIT)
  }
  assert.equal(made.size, 131)
  assert.deepEqual(await house.queue.claim(), [])
  assert.ok((await tasks()) >= 100)
  assert.deepEqual(github.faultsOfContract, [])
})

test('what came through meanwhile, what was refused, other hooks and what is older than three days are not asked for', async (t) => {
  const { house, repository, push, tasks, redelivered } = await open(t)
  repository.hooks.add({ url: 'http://127.0.0.1:9/other', secret: SECRET })
  await house.down()
  await push(1)
  await house.up()
  const [hook] = repository.hooks.all
  const missed = repository.hooks.attempts.find((attempt) => attempt.hook === hook?.id)
  assert.ok(missed !== undefined)
  // Somebody pressed the button before the sweep began.
  repository.hooks.redeliver(missed.hook, missed.id)
  await house.workedOff()
  await house.pass(3 * MINUTE)
  assert.deepEqual([redelivered().length, await tasks()], [1, 1])

  await house.down()
  await push(2)
  const old = { deliveredAt: house.queue.clock.now() - 73 * HOUR }
  for (const attempt of repository.hooks.attempts.slice(-2)) Object.assign(attempt, old)
  await house.up()
  await house.pass(3 * MINUTE)
  assert.deepEqual([redelivered().length, await tasks()], [1, 1])
})

test('a delivery that fails again and again is asked for four times at most, and a GitHub that fails is asked again later', async (t) => {
  const { house, github, repository, push, redelivered, tasks } = await open(t)
  await house.down()
  await push(1)
  github.addFault({ operation: 'repos/list-webhooks', fault: { kind: 'status', status: 503 }, times: 2 })
  // The hook's secret is not ours: each attempt is answered 401.
  const [hook] = repository.hooks.all
  Object.assign(hook ?? {}, { secret: 'wrong' })
  await house.up()
  await house.pass(8 * MINUTE)
  await repository.hooks.quiet()
  assert.deepEqual([redelivered().length, await tasks()], [3, 0])
  assert.ok(redelivered().every(({ statusCode }) => statusCode === 401))
})

test('a schedule makes one task for each of its instants, and one for all that were missed, across restarts', async (t) => {
  const rules = `
version: 1
rules:
  often:
    on: { schedule: [{ cron: '*/10 * * * *', timezone: Europe/Berlin }, { cron: '0 0 29 2 *' }] }
    task: { image: 'alpine:3.20', environment: { CRON: '\${{ github.event.schedule.cron }}', REF: '\${{ github.ref_name }}' } }
`
  const { house, tasks } = await open(t, rules)
  const { clock } = house.queue
  // To where it is plain which instants lie ahead.
  await house.pass(10 * MINUTE - (clock.now() % (10 * MINUTE)) + MINUTE)
  const before = await tasks()
  await house.pass(20 * MINUTE)
  assert.equal((await tasks()) - before, 2)
  await house.down()
  await house.up()
  await house.pass(MINUTE)
  assert.equal((await tasks()) - before, 2)
  await house.down()
  await clock.advance(5 * HOUR)
  await house.up()
  await house.pass(2 * MINUTE)
  assert.equal((await tasks()) - before, 3)
  const { payload } = await house.queue.take()
  const { environment } = payload as { environment: object }
  assert.deepEqual(environment, { CRON: '*/10 * * * *', REF: 'main' })
})

test('a schedule that is new counts from when it is read, and one that is gone makes nothing more', async (t) => {
  const { house, tasks } = await open(t)
  house.rules = RULES.replace('on: push', "on: { schedule: [{ cron: '*/10 * * * *' }] }")
  await house.pass(6 * MINUTE)
  await house.pass(20 * MINUTE)
  const made = await tasks()
  assert.ok(made >= 2 && made <= 3, String(made))
  house.rules = RULES
  await house.pass(6 * MINUTE)
  const last = await tasks()
  await house.pass(20 * MINUTE)
  assert.equal(await tasks(), last)
})
