/** The door on a loopback port, and the clients of both SDK generations that are in the field. */
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHouse, type McpHouse } from '../../fakes/mcp-house.ts'

const headers = { authorization: 'Bearer agent-token' }

/** What the three kinds of client have in common, as this test uses it. */
interface AnyClient {
  tools(): Promise<readonly { readonly name: string; readonly outputSchema?: unknown }[]>
  call(
    name: string,
    args: Record<string, unknown>,
    options?: { readonly signal?: AbortSignal; readonly onprogress?: (progress: number) => void },
  ): Promise<{ readonly isError?: boolean | undefined; readonly structuredContent: Answer }>
  watch(uri: string, heard: (uri: string) => void): Promise<void>
  close(): Promise<void>
}

interface Answer {
  readonly ok: boolean
  readonly task_id: string
  readonly task: { readonly status: string }
  readonly error: { readonly code: string }
}

async function connectV2(url: URL, era: 'modern' | 'legacy'): Promise<AnyClient> {
  const client = new Client(
    { name: 'v2', version: '1' },
    era === 'modern' ? { versionNegotiation: { mode: 'auto' } } : {},
  )
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
  assert.equal(client.getProtocolEra(), era)
  return {
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, { signal, onprogress } = {}) =>
      (await client.callTool(
        { name, arguments: args },
        {
          ...(signal === undefined ? {} : { signal }),
          ...(onprogress === undefined ? {} : { onprogress: ({ progress }) => onprogress(progress) }),
        },
      )) as never,
    watch: async (uri, heard) => {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => heard(params.uri))
      if (era === 'modern') await client.listen({ resourceSubscriptions: [uri] })
      else await client.subscribeResource({ uri })
    },
    close: () => client.close(),
  }
}

async function connectV1(url: URL): Promise<AnyClient> {
  const client = new V1Client({ name: 'v1', version: '1' })
  // Written before exactOptionalPropertyTypes: the class does not satisfy its own interface under it.
  await client.connect(new V1Transport(url, { requestInit: { headers } }))
  return {
    tools: async () => (await client.listTools()).tools,
    call: async (name, args, { signal, onprogress } = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, {
        ...(signal === undefined ? {} : { signal }),
        ...(onprogress === undefined ? {} : { onprogress: ({ progress }) => onprogress(progress) }),
      })) as never,
    watch: async (uri, heard) => {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => heard(params.uri))
      await client.subscribeResource({ uri })
    },
    close: () => client.close(),
  }
}

const CLIENTS = {
  'v2 client, 2026-07-28': (url: URL) => connectV2(url, 'modern'),
  'v2 client, 2025 session': (url: URL) => connectV2(url, 'legacy'),
  'v1 client': connectV1,
}

const WAIT = 'p2p_taskqueue_wait_task'

for (const [kind, connect] of Object.entries(CLIENTS)) {
  test(`${kind}: lists, submits, waits with progress, and reads refusals in the schema it was given`, async () => {
    await using house = createMcpHouse()
    await using client = disposable(await connect(await house.listen()))
    // A client that has listed the tools holds every answer, errors too, to their output schemas.
    assert.ok((await client.tools()).every((tool) => tool.outputSchema !== undefined))
    const submitted = await client.call('p2p_taskqueue_submit_docker_hub', { image: 'alpine:3.20' })
    const { task_id } = submitted.structuredContent
    assert.equal(submitted.structuredContent.ok, true)

    const progressed = Promise.withResolvers<number>()
    const waiting = client.call(WAIT, { task_id }, { onprogress: (progress) => progressed.resolve(progress) })
    assert.equal(await progressed.promise, 1)
    house.fake.change(task_id, { status: 'failed', reason: 'exit', exit_code: 2 })
    assert.equal((await waiting).structuredContent.task.status, 'failed')

    const refused = await client.call('p2p_taskqueue_get_task', { task_id: 'nope' })
    assert.equal(refused.isError, true)
    assert.equal(refused.structuredContent.error.code, 'task_not_found')
    const misspelt = await client.call('p2p_taskqueue_get_task', { task: 'x' })
    assert.equal(misspelt.isError, true)
    assert.equal(misspelt.structuredContent.ok, false)
  })

  test(`${kind}: giving up a wait ends it at the handler and not the task`, async () => {
    const ended = Promise.withResolvers<undefined>()
    await using house = createMcpHouse({
      handlers: {
        p2p_taskqueue_wait_task: (_input, call) =>
          new Promise((_resolve, reject) => {
            call.signal.addEventListener('abort', () => {
              ended.resolve(undefined)
              reject(call.signal.reason as Error)
            })
          }),
      },
    })
    await using client = disposable(await connect(await house.listen()))
    const task = house.fake.submit('token:agent')
    const giveUp = new AbortController()
    const waiting = client.call(
      WAIT,
      { task_id: task.task_id },
      { signal: giveUp.signal, onprogress: () => giveUp.abort() },
    )
    await assert.rejects(waiting)
    await ended.promise
    assert.equal(task.status, 'queued')
  })

  test(`${kind}: hears of the end of a task it watches`, async () => {
    await using house = createMcpHouse()
    await using client = disposable(await connect(await house.listen()))
    const task = house.fake.submit('token:agent')
    const heard = Promise.withResolvers<string>()
    await client.watch(`task://${task.task_id}`, heard.resolve)
    house.fake.change(task.task_id, { status: 'completed' })
    assert.equal(await heard.promise, `task://${task.task_id}`)
  })
}

test('a client that hangs up in a wait of 2026-07-28 frees its handler', async () => {
  const [started, ended] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
  await using house = createMcpHouse({
    handlers: {
      p2p_taskqueue_wait_task: (_input, call) =>
        new Promise((_resolve, reject) => {
          started.resolve(undefined)
          call.signal.addEventListener('abort', () => {
            ended.resolve(undefined)
            reject(call.signal.reason as Error)
          })
        }),
    },
  })
  const url = await house.listen()
  const hangUp = new AbortController()
  const client = new Client({ name: 'v2', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers },
    fetch: (input, init) => fetch(input, { ...init, signal: hangUp.signal }),
  })
  await client.connect(transport)
  const task = house.fake.submit('token:agent')
  const waiting = client.callTool({ name: WAIT, arguments: { task_id: task.task_id } })
  await started.promise
  hangUp.abort()
  await assert.rejects(waiting)
  await ended.promise
})

test('a caller without a token is refused before its body is read', async () => {
  await using house = createMcpHouse()
  const answer = await post(house, { 'content-length': '900000', host: 'localhost' })
  assert.equal(answer.status, 401)
  assert.equal(answer.connection, 'close')
  assert.match(answer.challenge, /^Bearer realm=/)
  assert.equal((await post(house, { 'content-length': '900000', host: 'evil.example' })).status, 403)
})

/** Sends the head and one byte of a body that is announced to be far longer. */
async function post(house: McpHouse, more: Record<string, string>) {
  const url = await house.listen()
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number
    connection: string
    challenge: string
  }>()
  const request = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json', ...more } })
  request.on('response', (response) => {
    resolve({
      status: response.statusCode ?? 0,
      connection: response.headers.connection ?? '',
      challenge: response.headers['www-authenticate'] ?? '',
    })
    request.destroy()
  })
  request.on('error', reject)
  request.write('{')
  return promise
}

function disposable<T extends { close(): Promise<void> }>(client: T): T & AsyncDisposable {
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}
