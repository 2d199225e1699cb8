import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../src/core/ids.ts'
import { UPDATE_PAUSE_MS } from '../../../src/mcp/resources/resource-updates.ts'
import { createMcpHouse } from '../../fakes/mcp-house.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'

const ERAS = ['modern', 'legacy'] as const

for (const era of ERAS) {
  test(`${era}: an agent lists its tasks, reads one, and reads its log`, async () => {
    await using house = createMcpHouse()
    const task = house.fake.submit('token:agent', { status: 'completed', log: 'one\ntwo\u001b[31m\nthree' })
    house.fake.submit('token:other')
    const client = await house.client({ era })
    const { resources } = await client.listResources()
    assert.deepEqual(
      resources.map(({ uri }) => uri),
      ['peers://', 'queue://status', `task://${task.task_id}`],
    )
    const read = async (uri: string) =>
      (await client.readResource({ uri })).contents[0] as { text: string; mimeType: string }
    assert.equal((JSON.parse((await read(`task://${task.task_id}`)).text) as { status: string }).status, 'completed')
    assert.deepEqual(await read(`task://${task.task_id}/logs?tail=2`), {
      uri: `task://${task.task_id}/logs?tail=2`,
      mimeType: 'text/plain',
      text: 'two\nthree',
      _meta: { eof: true },
    })
    assert.equal((await read(`task://${task.task_id}/logs?cursor=1`)).text, 'two\nthree')
    assert.equal((await read(`task://${task.task_id}/logs?grep=t`)).text, 'two\nthree')
    assert.equal((await read(`task://${task.task_id}/logs`)).text, 'one\ntwo\nthree')
    assert.match((await read('queue://status')).text, /"completed":1/)
    assert.match((await read('peers://')).text, /"runner-one"/)
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      [
        'task://{id}',
        'task://{id}/logs{?tail,cursor,grep}',
        'task://{id}/artifacts',
        'task://{id}/artifacts/{+path}{?offset}',
      ],
    )
  })

  test(`${era}: another's task is as absent as one that never was`, async () => {
    await using house = createMcpHouse()
    const task = house.fake.submit('token:agent')
    const other = await house.client({ era, token: 'other-token' })
    for (const uri of [`task://${task.task_id}`, `task://${task.task_id}/logs`, 'task://nope', 'file:///etc/passwd']) {
      await assert.rejects(other.readResource({ uri }), (error: { code?: number; message: string }) => {
        assert.ok(error.code === -32602 || error.code === -32002, `${uri}: ${String(error.code)}`)
        return true
      })
    }
  })

  test(`${era}: a subscriber hears of its task, at most once per pause, and of its end at once`, async () => {
    const clock = new ManualClock()
    await using house = createMcpHouse({ clock, settings: { sessions: { ...quiet } } })
    const client = await house.client({ era })
    const task = house.fake.submit('token:agent')
    const foreign = house.fake.submit('token:other')
    const heard: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
    const uri = `task://${task.task_id}`
    if (era === 'modern') {
      const subscription = await client.listen({
        resourceSubscriptions: [uri, `task://${foreign.task_id}`, 'file:///etc/passwd'],
      })
      assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [uri])
    } else {
      await client.subscribeResource({ uri })
      await assert.rejects(client.subscribeResource({ uri: `task://${foreign.task_id}` }))
    }
    for (let step = 0; step < 5; step += 1)
      house.fake.change(task.task_id, { status: 'running', log: `step ${String(step)}` })
    house.fake.change(foreign.task_id, { status: 'running' })
    await settle()
    assert.deepEqual(heard, [])
    await clock.advance(UPDATE_PAUSE_MS)
    await settle()
    assert.deepEqual(heard, [uri])
    house.fake.change(task.task_id, { status: 'completed' })
    await settle()
    assert.deepEqual(heard, [uri, uri])
  })
}

for (const era of ['modern', 'legacy'] as const) {
  test(`${era}: who watches a log hears that it grew, and who watches what it left hears of the end`, async () => {
    const clock = new ManualClock()
    await using house = createMcpHouse({ clock, settings: { sessions: { ...quiet } } })
    const client = await house.client({ era })
    const { task_id: id } = house.fake.submit('token:agent', { status: 'running', phase: 'running' })
    const [task, logs, artifacts] = [`task://${id}`, `task://${id}/logs`, `task://${id}/artifacts`]
    const heard: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
    if (era === 'modern') await client.listen({ resourceSubscriptions: [task, logs, artifacts] })
    else for (const uri of [task, logs, artifacts]) await client.subscribeResource({ uri })
    for (const nextSeq of [1, 2, 3]) {
      house.fake.events.emit({ name: 'task.logged', at: 0, taskId: id as TaskId, attempt: 1, nextSeq, bytes: nextSeq })
    }
    await clock.advance(UPDATE_PAUSE_MS)
    await settle()
    assert.deepEqual(heard, [logs], 'once per pause, and the task itself has not changed')
    house.fake.change(id, { status: 'completed' })
    await settle()
    assert.deepEqual(heard.slice(1).toSorted(), [task, artifacts, logs].toSorted())
  })
}

const quiet = { maxSessions: 8, maxSessionsPerPrincipal: 8, idleMs: 900_000, keepAliveMs: 0 }

test('legacy: a subscription that is ended is silent, and one that remains is not', async () => {
  await using house = createMcpHouse({ settings: { sessions: quiet } })
  const client = await house.client({ era: 'legacy' })
  const [one, two] = [house.fake.submit('token:agent'), house.fake.submit('token:agent')]
  const heard: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  for (const { task_id } of [one, two]) await client.subscribeResource({ uri: `task://${task_id}` })
  await client.unsubscribeResource({ uri: `task://${one.task_id}` })
  house.fake.change(one.task_id, { status: 'completed' })
  house.fake.change(two.task_id, { status: 'completed' })
  await settle()
  assert.deepEqual(heard, [`task://${two.task_id}`])
})

test('who may only look at tasks sees no peers, and who may do nothing sees nothing', async () => {
  await using house = createMcpHouse()
  const client = await house.client({ token: 'idle-token' })
  assert.deepEqual((await client.listResources()).resources, [])
  assert.deepEqual((await client.listTools()).tools, [])
  await assert.rejects(client.readResource({ uri: 'queue://status' }))
})

test('a task id is completed from the caller’s own tasks', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent')
  house.fake.submit('token:other')
  const client = await house.client()
  const complete = async (
    value: string,
    ref: { type: 'ref/resource'; uri: string } | { type: 'ref/prompt'; name: string },
  ) =>
    (await client.complete({ ref, argument: { name: ref.type === 'ref/prompt' ? 'task_id' : 'id', value } })).completion
      .values
  const template = { type: 'ref/resource', uri: 'task://{id}' } as const
  assert.deepEqual(await complete('abc', template), [task.task_id])
  assert.deepEqual(await complete('zzz', template), [])
  assert.deepEqual(await complete('', { type: 'ref/prompt', name: 'diagnose_task' }), [task.task_id])
})

test('prompts link to what is to be read and quote what people typed', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent')
  const client = await house.client()
  const { prompts } = await client.listPrompts()
  assert.deepEqual(
    prompts.map(({ name }) => name),
    ['run_container', 'diagnose_task', 'triage_queue'],
  )
  const diagnose = await client.getPrompt({ name: 'diagnose_task', arguments: { task_id: task.task_id } })
  assert.deepEqual(
    diagnose.messages.slice(1).map(({ content }) => (content as { uri: string }).uri),
    [`task://${task.task_id}`, `task://${task.task_id}/logs`],
  )
  const run = await client.getPrompt({
    name: 'run_container',
    arguments: { image: 'alpine', goal: 'say "hi"\nthen stop' },
  })
  assert.match((run.messages[0]?.content as { text: string }).text, /"say \\"hi\\"\\nthen stop"/)

  const reader = await house.client({ token: 'reader-token' })
  assert.deepEqual(
    (await reader.listPrompts()).prompts.map(({ name }) => name),
    ['diagnose_task', 'triage_queue'],
  )
})
