import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createHttpServer } from '../../../src/app/http/http-server.ts'
import { systemClock } from '../../../src/app/system.ts'
import { createSqliteDeliveryInbox } from '../../../src/store/sqlite/delivery-inbox.ts'
import { createListener } from '../../../src/webhook/listener.ts'
import { GUARD, type GuardSettings } from '../../../src/webhook/request-guard.ts'
import { createServedRepositories } from '../../../src/webhook/served-repositories.ts'
import { createSignatures, signBody } from '../../../src/webhook/signatures.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { deliver, deliveryId, SECRET, trickle } from '../../support/webhook-sender.ts'

const MIB = 1024 * 1024

async function listening(t: TestContext, settings: Partial<GuardSettings> = {}) {
  const directory = await scratchDirectory()
  const log = new RecordingLog()
  let accepted = 0
  let inbox = createSqliteDeliveryInbox(directory.path, systemClock)
  await inbox.start()
  const listen = createListener(
    {
      inbox: { accept: (delivery) => inbox.accept(delivery) },
      signatures: createSignatures([SECRET, 'the former secret']),
      served: createServedRepositories(['octo/app', 'team/*']),
      clock: systemClock,
      log,
      onAccepted: () => {
        accepted += 1
      },
    },
    { ...GUARD, ...settings },
  )
  const server = createHttpServer('127.0.0.1:0', [{ path: '/webhook', handle: listen }], log)
  await server.start()
  t.after(async () => {
    await server.stop()
    await inbox.stop()
    await directory[Symbol.asyncDispose]()
  })
  return {
    url: `${server.url()}/webhook`,
    log,
    get accepted() {
      return accepted
    },
    get inbox() {
      return inbox
    },
    restart: async () => {
      await inbox.stop()
      inbox = createSqliteDeliveryInbox(directory.path, systemClock)
      await inbox.start()
    },
  }
}

const body = (more: object = {}) =>
  JSON.stringify({ repository: { full_name: 'octo/app' }, secret_word: 'tulip', ...more })

test('a signed delivery is kept as it was signed and acknowledged with 202', async (t) => {
  const house = await listening(t)
  const id = deliveryId()
  assert.equal((await deliver({ url: house.url, id, body: body({ text: 'ünï→🌷' }) })).status, 202)
  const [kept] = house.inbox.due(systemClock.now(), 10)
  assert.deepEqual([kept?.id, kept?.event, kept?.repository], [id, 'push', 'octo/app'])
  assert.equal(kept?.body, body({ text: 'ünï→🌷' }))
  assert.equal(house.accepted, 1)
})

test('the same delivery again is answered 200 and kept once, after a restart and after it was worked on too', async (t) => {
  const house = await listening(t)
  const id = deliveryId()
  const again = () => deliver({ url: house.url, id, body: body() })
  assert.equal((await again()).status, 202)
  assert.equal((await again()).status, 200)
  await house.restart()
  assert.equal((await again()).status, 200)
  assert.equal(house.inbox.pendingCount(), 1)
  await house.inbox.close(id, 'done', '')
  await house.restart()
  assert.equal((await again()).status, 200)
  assert.equal(house.inbox.pendingCount(), 0)
  assert.equal(house.accepted, 1)
})

test('what is not signed with a secret of ours is answered 401 and kept nowhere', async (t) => {
  const house = await listening(t)
  const { url } = house
  assert.equal((await deliver({ url, body: body(), secret: 'wrong' })).status, 401)
  assert.equal((await deliver({ url, body: body(), secret: 'the former secret' })).status, 202)
  assert.equal((await deliver({ url, body: body(), headers: { 'x-hub-signature-256': undefined } })).status, 401)
  const sha1 = { 'x-hub-signature-256': undefined, 'x-hub-signature': `sha1=${'0'.repeat(40)}` }
  assert.equal((await deliver({ url, body: body(), headers: sha1 })).status, 401)
  const genuine = body()
  const { status } = await fetchChanged(url, genuine)
  assert.equal(status, 401)
  assert.equal(house.accepted, 1)
})

/** Signed, then changed by one byte that decodes to the same text as another would. */
async function fetchChanged(url: string, text: string) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-delivery': deliveryId(),
      'x-github-event': 'push',
      'x-hub-signature-256': await signBody([SECRET], text),
    },
    body: text.replace('tulip', 'tulap'),
  })
}

test('bytes that are no UTF-8 never pass for the text they would be shown as', async (t) => {
  const house = await listening(t)
  const text = body({ text: '\ufffd' })
  const bytes = Buffer.from(text)
  const at = bytes.indexOf(Buffer.from('\ufffd'))
  const changed = Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)])
  const headers = {
    'content-type': 'application/json',
    'x-github-delivery': deliveryId(),
    'x-github-event': 'push',
    'x-hub-signature-256': await signBody([SECRET], text),
  }
  assert.equal((await fetch(house.url, { method: 'POST', headers, body: changed })).status, 400)
  assert.equal((await fetch(house.url, { method: 'POST', headers, body: bytes })).status, 202)
})

test('method, content type, encoding, path, headers and repository are each refused by their own status', async (t) => {
  const house = await listening(t)
  const { url } = house
  const refused = async (more: Partial<Parameters<typeof deliver>[0]>) =>
    (await deliver({ url, body: body(), ...more })).status
  const got = await deliver({ url, body: body(), method: 'GET' })
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
  assert.equal(await refused({ method: 'PUT' }), 405)
  assert.equal(await refused({ headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 415)
  assert.equal(await refused({ headers: { 'content-type': 'text/plain' } }), 415)
  assert.equal(await refused({ headers: { 'content-encoding': 'gzip' } }), 415)
  assert.equal(await refused({ headers: { 'content-type': 'application/json; charset=utf-8' } }), 202)
  assert.equal(await refused({ url: `${url}/other` }), 404)
  assert.equal(await refused({ headers: { 'x-github-delivery': undefined } }), 400)
  assert.equal(await refused({ headers: { 'x-github-event': 'no event!' } }), 400)
  assert.equal(await refused({ body: '{"broken' }), 400)
  assert.equal(await refused({ body: '[]' }), 400)
  assert.equal(await refused({ body: JSON.stringify({ repository: { full_name: 'else/where' } }) }), 404)
  assert.equal(await refused({ body: JSON.stringify({ repository: { full_name: 'TEAM/any' } }) }), 202)
  assert.equal(await refused({ body: JSON.stringify({ zen: 'Keep it simple.' }) }), 200)
  assert.equal(await refused({ event: 'ping' }), 200)
  assert.equal(house.accepted, 2)
})

test('25 MB are taken and one byte more is not, whether a length is told or not', async (t) => {
  const house = await listening(t)
  const { url } = house
  const most = 25 * MIB
  const whole = body({ fill: '' })
  const exact = body({ fill: 'x'.repeat(most - whole.length) })
  assert.equal(exact.length, most)
  assert.equal((await deliver({ url, body: exact })).status, 202)
  // Refused by its length alone: not a byte of it is sent.
  const started = systemClock.mono()
  assert.equal(
    await trickle(url, { headers: { 'content-length': String(most + 1) }, pieces: 0, piece: Buffer.alloc(0) }),
    413,
  )
  assert.ok(systemClock.mono() - started < 5_000)
  const status = await trickle(url, { pieces: 26, piece: Buffer.alloc(MIB, 0x20) })
  assert.equal(status, 413)
  assert.equal(house.accepted, 1)
})

test('a body that does not come is given up, and one source cannot take all the places', async (t) => {
  const house = await listening(t, { bodyMs: 300, perSource: 2 })
  const slow = () => trickle(house.url, { pieces: 1, piece: Buffer.from('{') })
  const two = [slow(), slow()]
  let third = 0
  while (third !== 503) third = (await deliver({ url: house.url, body: body() })).status
  assert.deepEqual(await Promise.all(two), [408, 408])
  assert.equal((await deliver({ url: house.url, body: body(), event: 'push' })).status, 202)
})

test('nothing of a payload reaches the log', async (t) => {
  const house = await listening(t)
  await deliver({ url: house.url, body: body() })
  await deliver({ url: house.url, body: body(), secret: 'wrong' })
  await deliver({ url: house.url, body: '{"tulip"' })
  const text = JSON.stringify(house.log.lines)
  assert.ok(house.log.lines.length >= 3)
  assert.ok(!text.includes('tulip'), text)
})

test('an inbox that cannot keep anything makes GitHub come again', async (t) => {
  const house = await listening(t)
  await house.inbox.stop()
  const refused = await deliver({ url: house.url, body: body() })
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '30'])
  await house.inbox.start()
  assert.equal((await deliver({ url: house.url, body: body() })).status, 202)
})
