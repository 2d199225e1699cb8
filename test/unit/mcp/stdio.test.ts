import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Client, ReadBuffer, serializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client'
import { createMcpStdio, type McpStdio } from '../../../src/mcp/stdio.ts'
import { AGENT_ACCESS, callerWith, createFakeOperations } from '../../fakes/fake-operations.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

/** The client's end of the two pipes that a host opens to the process it started. */
function pipeTransport(output: PassThrough, input: PassThrough): Transport {
  const buffer = new ReadBuffer()
  const transport: Transport = {
    start: () => {
      output.on('data', (chunk: Buffer) => {
        buffer.append(chunk)
        for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) {
          transport.onmessage?.(message)
        }
      })
      return Promise.resolve()
    },
    send: (message: JSONRPCMessage) => {
      input.write(serializeMessage(message))
      return Promise.resolve()
    },
    close: () => {
      input.end()
      transport.onclose?.()
      return Promise.resolve()
    },
  }
  return transport
}

function createPipe({ events = true } = {}) {
  const fake = createFakeOperations()
  const clock = new ManualClock()
  const log = new RecordingLog()
  const [input, output] = [new PassThrough(), new PassThrough()]
  const stdio: McpStdio = createMcpStdio(
    {
      operations: fake.operations,
      ...(events ? { events: fake.events } : {}),
      version: '0.0.0',
      clock,
      log,
      caller: callerWith('local', ...AGENT_ACCESS),
      input,
      output,
    },
    { set: 'agent', readOnly: false },
  )
  const connect = async (era: 'modern' | 'legacy'): Promise<Client> => {
    const client = new Client(
      { name: 'test', version: '1' },
      era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
    )
    await client.connect(pipeTransport(output, input))
    return client
  }
  return { fake, clock, log, stdio, connect }
}

for (const era of ['modern', 'legacy'] as const) {
  test(`${era}: over a pipe an agent lists, calls, and hears how its task ends`, async () => {
    const { fake, stdio, connect } = createPipe()
    const client = await connect(era)
    assert.equal((await client.listTools()).tools.length > 5, true)
    const submitted = await client.callTool({
      name: 'p2p_taskqueue_submit_docker_hub',
      arguments: { image: 'alpine' },
    })
    const { task_id } = submitted.structuredContent as { task_id: string }
    assert.equal(fake.tasks.get(task_id)?.submitter, 'local')
    const heard: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
    const uri = `task://${task_id}`
    if (era === 'modern') await client.listen({ resourceSubscriptions: [uri] })
    else await client.subscribeResource({ uri })
    fake.change(task_id, { status: 'completed' })
    await settle()
    assert.deepEqual(heard, [uri])
    await client.close()
    await stdio.closed
  })
}

test('over a pipe a call for another peer is refused with advice and reaches nobody; an empty one is for this peer', async () => {
  const { fake, stdio, connect } = createPipe()
  const client = await connect('legacy')
  const ask = (more: object) => client.callTool({ name: 'p2p_taskqueue_status', arguments: { ...more } })
  for (const named of [
    { peer_id: '12D3KooWAnother' },
    { remote_peer_id: '12D3KooWAnother' },
    { remote_multiaddr: '/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWAnother' },
  ]) {
    const { isError, structuredContent } = await ask(named)
    assert.equal(isError, true, JSON.stringify(named))
    const { error } = structuredContent as { error: { code: string; message: string } }
    assert.equal(error.code, 'peer_not_allowed')
    assert.match(error.message, /Name another peer over HTTP, or leave it out/)
  }
  assert.deepEqual(fake.calls, [])
  assert.notEqual((await ask({ peer_id: '', remote_multiaddr: '' })).isError, true)
  assert.deepEqual(
    fake.calls.map(({ name }) => name),
    ['p2p_taskqueue_status'],
  )
  await client.close()
  await stdio.closed
})

test('without events nothing can be subscribed to, and that is announced', async () => {
  const { stdio, connect } = createPipe({ events: false })
  const client = await connect('legacy')
  assert.equal(client.getServerCapabilities()?.resources?.subscribe, false)
  await assert.rejects(client.subscribeResource({ uri: 'queue://status' }))
  await stdio.stop()
})

test('a pipe that its client closes ends, and leaves no timer and no listener', async () => {
  const { fake, clock, stdio, connect } = createPipe()
  const client = await connect('legacy')
  const task = fake.submit('local')
  await client.subscribeResource({ uri: `task://${task.task_id}` })
  fake.change(task.task_id, { status: 'running' })
  assert.equal(clock.pending, 1)
  await client.close()
  await stdio.closed
  await settle()
  assert.equal(clock.pending, 0)
  await stdio.stop()
  await stdio.stop()
})
