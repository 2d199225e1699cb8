import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMcpHouse } from '../../fakes/mcp-house.ts'

interface Envelope {
  readonly ok: boolean
  readonly task_id: string
  readonly timed_out: boolean
  readonly task: { readonly status: string; readonly error?: string }
  readonly log_tail: string
  readonly shortened: string
  readonly peers: readonly { readonly runner_name: string }[]
  readonly error: {
    readonly code: string
    readonly message: string
    readonly retryable: boolean
    readonly hint: string
  }
}

export function envelopeOf(result: { structuredContent?: unknown }): Envelope {
  return result.structuredContent as Envelope
}

const HUB = 'p2p_taskqueue_submit_docker_hub'

for (const era of ['modern', 'legacy'] as const) {
  test(`${era}: an agent submits an image, waits, and reads how it ended`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era })
    const submitted = await client.callTool({ name: HUB, arguments: { image: 'alpine:3.20', command: ['true'] } })
    const { ok, task_id } = envelopeOf(submitted)
    assert.equal(ok, true)
    assert.deepEqual(JSON.parse((submitted.content[0] as { text: string }).text), submitted.structuredContent)
    assert.deepEqual(
      submitted.content.slice(1).map((block) => (block as { uri: string }).uri),
      [`task://${task_id}`, `task://${task_id}/logs`],
    )

    const waiting = client.callTool({ name: 'p2p_taskqueue_wait_task', arguments: { task_id } })
    house.fake.change(task_id, { status: 'failed', reason: 'exit', exit_code: 1, log: 'no such file' })
    const ended = await waiting
    assert.equal(ended.isError, undefined)
    assert.equal(envelopeOf(ended).task.status, 'failed')
    assert.equal(envelopeOf(ended).log_tail, 'no such file')
  })

  test(`${era}: a refusal is an error the model can read, in the envelope of every answer`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era })
    const result = await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id: 'nope' } })
    assert.equal(result.isError, true)
    const { ok, error } = envelopeOf(result)
    assert.equal(ok, false)
    assert.equal(error.code, 'task_not_found')
    assert.equal(error.retryable, false)
    assert.match(error.hint, /p2p_taskqueue_list_tasks/)
  })

  test(`${era}: a misspelt argument is named in the refusal`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era })
    const result = await client.callTool({ name: HUB, arguments: { image: 'alpine', enviroment: { A: '1' } } })
    assert.equal(result.isError, true)
    assert.equal(envelopeOf(result).error.code, 'unknown_field')
    assert.match(envelopeOf(result).error.message, /enviroment/)
    assert.equal(house.fake.tasks.size, 0)
  })

  test(`${era}: progress starts at once and only grows`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era })
    const task = house.fake.submit('token:agent')
    const seen: number[] = []
    const first = Promise.withResolvers<undefined>()
    const waiting = client.callTool(
      { name: 'p2p_taskqueue_wait_task', arguments: { task_id: task.task_id } },
      {
        onprogress: ({ progress }) => {
          seen.push(progress)
          first.resolve(undefined)
        },
      },
    )
    await first.promise
    house.fake.change(task.task_id, { status: 'running', log: 'step 1' })
    house.fake.change(task.task_id, { status: 'completed' })
    await waiting
    assert.equal(seen[0], 1)
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(seen).size, seen.length)
  })

  test(`${era}: a wait given up ends at the handler and leaves the task alone`, async () => {
    const handlerEnded = Promise.withResolvers<AbortSignal>()
    await using house = createMcpHouse({
      handlers: {
        p2p_taskqueue_wait_task: (_input, call) =>
          new Promise((_resolve, reject) => {
            call.progress({ message: 'waiting' })
            call.signal.addEventListener('abort', () => {
              handlerEnded.resolve(call.signal)
              reject(call.signal.reason as Error)
            })
          }),
      },
    })
    const client = await house.client({ era })
    const task = house.fake.submit('token:agent')
    const giveUp = new AbortController()
    const waiting = client.callTool(
      { name: 'p2p_taskqueue_wait_task', arguments: { task_id: task.task_id } },
      { signal: giveUp.signal, onprogress: () => giveUp.abort() },
    )
    await assert.rejects(waiting)
    assert.equal((await handlerEnded.promise).aborted, true)
    assert.equal(task.status, 'queued')
  })

  test(`${era}: two principals do not see each other's tasks, and cannot tell foreign from unknown`, async () => {
    await using house = createMcpHouse()
    const mine = house.fake.submit('token:agent')
    const other = await house.client({ era, token: 'other-token' })
    const foreign = await other.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id: mine.task_id } })
    const unknownId = mine.task_id.replace(/1$/, '9')
    const unknown = await other.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id: unknownId } })
    assert.deepEqual(
      { ...envelopeOf(foreign).error, message: envelopeOf(foreign).error.message.replace(mine.task_id, unknownId) },
      envelopeOf(unknown).error,
    )
  })

  test(`${era}: a tool beyond the caller's rights is not listed, and asking for it names the scope; one of another set is unknown`, async () => {
    await using house = createMcpHouse()
    const client = await house.client({ era, token: 'reader-token' })
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map((tool) => tool.name).filter((name) => name.includes('submit')),
      [],
    )
    await assert.rejects(client.callTool({ name: HUB, arguments: { image: 'alpine' } }), /tasks:submit/)
    await assert.rejects(client.callTool({ name: 'p2p_get_merkle_clock', arguments: {} }), /not found/)
    assert.equal(house.fake.tasks.size, 0)
  })
}

test('agents cancel by finishing a task as cancelled, and can finish it in no other way', async () => {
  await using house = createMcpHouse()
  const client = await house.client()
  const task = house.fake.submit('token:agent')
  const complete = 'p2p_taskqueue_complete_task'
  for (const rest of [{ status: 'completed' }, {}, { status: 'cancelled', fence: 1 }]) {
    const refused = await client.callTool({ name: complete, arguments: { task_id: task.task_id, ...rest } })
    assert.match(envelopeOf(refused).error.code, /^(bad_request|unknown_field)$/)
    assert.equal(task.status, 'queued')
  }
  await client.callTool({ name: complete, arguments: { task_id: task.task_id, status: 'cancelled' } })
  assert.equal(task.status, 'cancelled')
})

test('foreign text in an answer comes back clean', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent', {
    status: 'failed',
    error: '\u001b[31mboom\u001b[0m\u{e0049}\u{e0047}',
    log: 'one\u202e\u0000two\u001b]0;x\u0007',
  })
  const client = await house.client()
  const got = envelopeOf(
    await client.callTool({ name: 'p2p_taskqueue_get_task', arguments: { task_id: task.task_id, log_tail_lines: 5 } }),
  )
  assert.equal(got.task.error, 'boom')
  assert.equal(got.log_tail, 'onetwo')
  assert.equal(envelopeOf(await client.callTool({ name: 'list_peers' })).peers[0]?.runner_name, 'runner-one')
})

test('what a worker is to run reaches it byte for byte, however long and strange', async () => {
  const payload = { image: 'alpine', command: ['printf', '\u001b[31m\u200b\r', 'x'.repeat(40_000)] }
  const clocks = { queue_ms: 1, prepare_ms: 1, run_ms: 1, total_ms: 1, grace_ms: 1 }
  const grant = {
    task_id: 't',
    fence: 1,
    attempt: 1,
    lease_ms: 1,
    task_type: 'docker.hub',
    model_name: '',
    payload,
    idempotent: false,
    clocks,
    created_at: 1,
  }
  await using house = createMcpHouse({
    handlers: { p2p_taskqueue_claim_next: () => Promise.resolve({ grants: [grant] }) },
  })
  const client = await house.client({ token: 'worker-token', path: '/mcp/x/worker' })
  const claimed = await client.callTool({ name: 'p2p_taskqueue_claim_next' })
  assert.deepEqual(claimed.structuredContent, { ok: true, grants: [grant] })
})

test('a fault of ours reaches the log with its cause and the caller without details', async () => {
  await using house = createMcpHouse({
    handlers: { list_peers: () => Promise.reject(new Error('secret path /var/lib/x')) },
  })
  const client = await house.client()
  const result = await client.callTool({ name: 'list_peers' })
  assert.equal(envelopeOf(result).error.code, 'internal')
  assert.doesNotMatch(JSON.stringify(result), /secret/)
  assert.deepEqual(
    house.log.lines.filter((line) => line.level === 'error').map((line) => line.event),
    ['mcp.tool_failed'],
  )
})

test('a call aimed at another peer needs the right to call peers, one with an empty aim does not', async () => {
  await using house = createMcpHouse()
  const client = await house.client()
  const status = 'p2p_taskqueue_status'
  for (const name of ['remote_multiaddr', 'remote_peer_id', 'peer_id']) {
    const aimed = client.callTool({ name: status, arguments: { [name]: '/ip4/10.0.0.1/tcp/1' } })
    await assert.rejects(aimed, /peers:call/)
  }
  const plain = await client.callTool({
    name: status,
    arguments: { remote_multiaddr: '', peer_id: '', timeout_s: 10, detail: true },
  })
  assert.equal(envelopeOf(plain).ok, true)
})

test('the arguments of the predecessor are understood', async () => {
  await using house = createMcpHouse()
  const client = await house.client()
  const built = await client.callTool({
    name: 'p2p_taskqueue_submit_docker_github',
    arguments: {
      repo_url: 'https://github.com/owner/name',
      branch: 'main',
      environment: { A: '1' },
      command: 'make test',
    },
  })
  assert.equal(envelopeOf(built).ok, true)
  assert.equal((house.fake.calls.at(-1)?.input as { ref: string }).ref, 'main')
  const mounted = await client.callTool({ name: HUB, arguments: { image: 'alpine', volumes: { '/': '/host' } } })
  assert.equal(envelopeOf(mounted).error.code, 'policy_refused')
  const listed = await client.callTool({
    name: 'p2p_taskqueue_list_tasks',
    arguments: { status: '', task_types: null },
  })
  assert.equal(envelopeOf(listed).ok, true)
})
