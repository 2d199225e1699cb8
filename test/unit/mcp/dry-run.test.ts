import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMcpHouse } from '../../fakes/mcp-house.ts'

type Told = Readonly<Record<string, unknown>>

const SUBMITS = {
  p2p_taskqueue_submit: { task_type: 'any', payload: {} },
  p2p_taskqueue_submit_docker_hub: { image: 'alpine', requires: { labels: ['gpu'] } },
  p2p_taskqueue_submit_docker_github: { repo_url: 'owner/name' },
} as const
const MISFIT = { peer_id: 'other', runner_name: 'two', fits: false, rule: 'labels', message: 'lacks the label gpu' }

for (const era of ['modern', 'legacy'] as const) {
  test(`${era}: a dry run of each submit says who would run it, and adds nothing`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era })
    await client.listTools()
    for (const [name, args] of Object.entries(SUBMITS)) {
      const { structuredContent, isError, content } = await client.callTool({
        name,
        arguments: { ...args, dry_run: true },
      })
      const { ok, dry_run, summary, fitting, peers, task_id } = structuredContent as Told
      assert.deepEqual([isError ?? false, ok, dry_run, fitting, task_id], [false, true, true, 0, undefined], name)
      assert.match(String(summary), /fits\. Nothing was submitted\.$/)
      assert.deepEqual(peers, [MISFIT])
      assert.equal((content as unknown[]).length, 1, 'no task is linked')
      const asked = house.fake.calls.at(-1)
      assert.deepEqual([asked?.name, asked?.input], ['p2p_taskqueue_preview', { submit: name, arguments: args }])
    }
    assert.equal(house.fake.tasks.size, 0)
    const { structuredContent } = await client.callTool({
      name: 'p2p_taskqueue_submit_docker_hub',
      arguments: { image: 'alpine', dry_run: false },
    })
    assert.equal(typeof (structuredContent as Told)['task_id'], 'string')
    assert.equal(house.fake.tasks.size, 1)
  })

  test(`${era}: a task that is queued says why, and one that is not says nothing of it`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era })
    const { task_id } = house.fake.submit('token:agent')
    for (const [name, more] of [
      ['p2p_taskqueue_get_task', {}],
      ['p2p_taskqueue_wait_task', { timeout_s: 0 }],
    ] as const) {
      const told = (await client.callTool({ name, arguments: { task_id, ...more } })).structuredContent as Told
      assert.equal(told['why_queued'], 'None of the 1 workers that asked this home fits.', name)
      assert.deepEqual(told['turned_down'], [MISFIT])
    }
    house.fake.change(task_id, { status: 'running', phase: 'running' })
    const running = (await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id } }))
      .structuredContent
    assert.equal('why_queued' in (running as Told), false)
  })
}

test('a dry_run that is no boolean is refused by name, and submits nothing', async () => {
  await using house = createMcpHouse()
  const client = await house.client()
  const { structuredContent, isError } = await client.callTool({
    name: 'p2p_taskqueue_submit_docker_hub',
    arguments: { image: 'alpine', dry_run: 'yes' },
  })
  assert.equal(isError, true)
  assert.match((structuredContent as { error: { message: string } }).error.message, /dry_run/)
  assert.equal(house.fake.tasks.size, 0)
})
