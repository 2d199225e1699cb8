import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createCommandsDoor } from '../../../src/app/http/commands-door.ts'
import { createHttpServer } from '../../../src/app/http/http-server.ts'
import { openHttpLink } from '../../../src/app/remote/http-link.ts'
import { systemClock } from '../../../src/app/system.ts'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { Operations } from '../../../src/core/operations/invoke.ts'
import type { Call } from '../../../src/core/operations/operation.ts'
import { callerWith } from '../../fakes/fake-operations.ts'
import { RecordingLog } from '../../support/recording-log.ts'

async function doorFor(t: TestContext, invoke: Operations['invoke']) {
  const ended = new AbortController()
  const log = new RecordingLog()
  const door = createCommandsDoor({
    ...{ operations: { invoke }, allowedHosts: ['127.0.0.1'], clock: systemClock, log },
    authenticate: (token) =>
      Promise.resolve(
        token === 'rmt_good' ? { caller: callerWith('token:alice', 'peers:read'), ended: ended.signal } : undefined,
      ),
  })
  const server = createHttpServer('127.0.0.1:0', [door], log)
  await server.start()
  t.after(() => server.stop())
  return { url: server.url(), revoke: () => ended.abort(new RunnerMeshError('unauthorized', 'The token has ended.')) }
}

/** One request as it stands on the wire. */
function send(url: string, headers: Readonly<Record<string, string>>, body = '{}', method = 'POST') {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const asked = request(`${url}/commands/list_peers`, { method, headers, agent: false }, (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      res.on('end', () => resolve({ status: res.statusCode ?? 0, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
const GOOD = { ...JSON_TYPE, authorization: 'Bearer rmt_good' }
const PEERS = { self_peer_id: 'x', count: 0, peers: [] }

test('commands over HTTP need a token, a known name, no page of a browser, and a body of bounded size', async (t) => {
  let served = 0
  const { url } = await doorFor(t, () => {
    served += 1
    return Promise.resolve(PEERS)
  })
  for (const [headers, status, code, body, method] of [
    [JSON_TYPE, 401, 'unauthorized'],
    [{ ...JSON_TYPE, authorization: 'Bearer rmt_wrong' }, 401, 'unauthorized'],
    [{ ...GOOD, host: 'rebound.example' }, 403, 'forbidden'],
    [{ ...GOOD, origin: url }, 403, 'forbidden'],
    [{ ...GOOD, 'content-type': 'text/plain' }, 400, 'bad_request'],
    [GOOD, 400, 'bad_request', 'no JSON'],
    [GOOD, 413, 'too_large', JSON.stringify({ text: 'x'.repeat(1_100_000) })],
    [GOOD, 400, 'bad_request', undefined, 'PUT'],
  ] as const) {
    const answer = await send(url, headers, body, method)
    assert.deepEqual([answer.status, answer.text.includes(`"${code}"`)], [status, true], answer.text)
  }
  assert.equal(served, 0)
  assert.deepEqual(JSON.parse((await send(url, GOOD)).text), { result: PEERS })
})

test('a call carries progress and refusals, and ends at the peer when its caller or its token does', async (t) => {
  const calls: Call[] = []
  const { url, revoke } = await doorFor(t, (name, _input, call) => {
    if (name === 'p2p_taskqueue_cancel') return Promise.reject(new RunnerMeshError('forbidden', 'not yours'))
    calls.push(call)
    call.progress({ message: 'half way', fraction: 0.5 })
    const { promise, reject } = Promise.withResolvers<never>()
    call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))
    return promise
  })
  const link = await openHttpLink({ url: `${url}/`, token: 'rmt_good', clock: systemClock })
  await assert.rejects(link.call('p2p_taskqueue_cancel', { task_id: 'a' }), { code: 'forbidden', message: 'not yours' })

  const gone = new AbortController()
  const notes: unknown[] = []
  const abandoned = link.call(
    'list_peers',
    {},
    {
      signal: gone.signal,
      onProgress: (note) => {
        notes.push(note)
        gone.abort(new RunnerMeshError('cancelled', 'enough'))
      },
    },
  )
  await assert.rejects(abandoned, { code: 'cancelled', message: 'enough' })
  assert.deepEqual(notes, [{ message: 'half way', fraction: 0.5 }])
  const [first] = calls
  assert.deepEqual([first?.caller.principal, first?.caller.door], ['token:alice', 'cli'])
  if (first?.signal.aborted === false)
    await new Promise((resolve) => first.signal.addEventListener('abort', resolve, { once: true }))

  const cut = link.call('list_peers', {}, { onProgress: revoke })
  await assert.rejects(cut, { code: 'unauthorized', message: 'The token has ended.' })
  await assert.rejects(link.call('list_peers', {}), { code: 'unauthorized' })
  await link.close()
  await assert.rejects(link.call('list_peers', {}), { code: 'peer_unreachable' })
})

test('a link is there only while a peer is: nobody, or a proxy before nobody, is told as a peer that is away', async (t) => {
  let status = 200
  const server = createServer((_req, res) => res.writeHead(status, { 'content-type': 'text/html' }).end('<p>proxy</p>'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const link = await openHttpLink({ url, token: 'x', clock: systemClock })
  await assert.rejects(link.call('list_peers', {}), { code: 'protocol_mismatch' })
  for (status of [502, 503, 504]) {
    await assert.rejects(link.call('list_peers', {}), { code: 'peer_unreachable', message: /a proxy answers HTTP 50/ })
    await assert.rejects(openHttpLink({ url, token: 'x', clock: systemClock }), { code: 'peer_unreachable' })
  }
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await assert.rejects(openHttpLink({ url, token: 'x', clock: systemClock }), { code: 'peer_unreachable' })
})
