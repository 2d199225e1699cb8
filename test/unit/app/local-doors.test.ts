import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createHttpServer, sendJson } from '../../../src/app/http/http-server.ts'
import { createLocalSocket, openLocalLink } from '../../../src/app/local-socket.ts'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { Operations } from '../../../src/core/operations/invoke.ts'
import { RecordingLog } from '../../support/recording-log.ts'

async function socketFor(t: TestContext, invoke: Operations['invoke']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-door-'))
  const path = join(folder, 'peer.sock')
  const door = createLocalSocket(path, { invoke }, new RecordingLog())
  await door.start()
  t.after(async () => {
    await door.stop()
    await door.stop()
    await rm(folder, { recursive: true, force: true })
  })
  return path
}

test('the local socket is for its owner alone, and carries answers, refusals and progress', async (t) => {
  const path = await socketFor(t, (name, input, call) => {
    call.progress({ message: 'half way' })
    if (name === 'list_peers') return Promise.resolve({ self_peer_id: 'x', count: 0, peers: [] })
    return Promise.reject(new RunnerMeshError('task_not_found', `nothing for ${JSON.stringify(input)}`))
  })
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  const link = await openLocalLink(path, new RecordingLog())
  const notes: string[] = []
  const answer = await link.call('list_peers', {}, { onProgress: ({ message }) => notes.push(message) })
  assert.deepEqual([answer.count, notes], [0, ['half way']])
  await assert.rejects(link.call('p2p_taskqueue_get_task', { task_id: 't' }), {
    code: 'task_not_found',
    message: /"task_id":"t"/,
  })
  await link.close()
})

test('garbage on the local socket ends that connection and no other', async (t) => {
  const path = await socketFor(t, () => Promise.resolve({ self_peer_id: 'x', count: 0, peers: [] }))
  const link = await openLocalLink(path, new RecordingLog())
  const vandal = createConnection(path)
  const gone = new Promise((resolve) => vandal.once('close', resolve))
  vandal.on('error', () => undefined)
  vandal.write(Buffer.alloc(64, 0xff))
  await gone
  assert.equal((await link.call('list_peers', {})).count, 0)
  await link.close()
})

test('a call under way when the peer stops is told so, and no socket is left', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-door-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'peer.sock')
  const { promise: asked, resolve } = Promise.withResolvers<undefined>()
  const invoke: Operations['invoke'] = (_name, _input, { signal }) => {
    resolve(undefined)
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new RunnerMeshError('cancelled', 'gone'))
      })
    })
  }
  const door = createLocalSocket(path, { invoke }, new RecordingLog())
  await door.start()
  const link = await openLocalLink(path, new RecordingLog())
  const refused = assert.rejects(link.call('list_peers', {}), { code: 'peer_unreachable' })
  await asked
  await door.stop()
  await refused
  await assert.rejects(openLocalLink(path, new RecordingLog()), { code: 'peer_unreachable', message: /runner-mesh up/ })
})

test('the HTTP server mounts by path, answers 404 elsewhere, hides faults, and names an address in use', async (t) => {
  const log = new RecordingLog()
  const server = createHttpServer(
    '127.0.0.1:0',
    [
      {
        path: '/healthz',
        handle: (_req, res) => {
          sendJson(res, 200, { status: 'ok' })
        },
      },
      { path: '/broken', handle: () => Promise.reject(new Error('a secret path')) },
    ],
    log,
  )
  await server.start()
  t.after(() => server.stop())
  assert.deepEqual(await (await fetch(`${server.url()}/healthz`)).json(), { status: 'ok' })
  assert.equal((await fetch(`${server.url()}/healthzz`)).status, 404)
  const broken = await fetch(`${server.url()}/broken`)
  assert.equal(broken.status, 500)
  assert.doesNotMatch(await broken.text(), /secret/)
  assert.equal(log.lines.filter(({ event }) => event === 'http.request_failed').length, 1)
  const second = createHttpServer(new URL(server.url()).host, [], log)
  await assert.rejects(second.start(), { code: 'address_in_use', message: /--http/ })
})
