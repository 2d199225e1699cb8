/** What tags mean, asked of a registry of our own that may be slow or broken, and of one that wants a token. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { systemClock } from '../../../src/app/system.ts'
import { pulledTag } from '../../../src/docker/images/image-keeper.ts'
import type { Credentials } from '../../../src/docker/images/registry-credentials.ts'
import { TagResolver } from '../../../src/docker/images/tag-resolver.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { docker, findEngineProblem, newExecutor, runToEnd } from '../../support/container-runs.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { moveToRegistry, startRegistry, type TestRegistry } from '../../support/registry.ts'

const NEVER = new AbortController().signal
const skip = await findEngineProblem()

const resolverOf = (clock = systemClock, credentials?: Credentials) =>
  new TagResolver({
    clock,
    log: new RecordingLog(),
    ...(credentials === undefined ? {} : { credentials: () => Promise.resolve(credentials) }),
  })

suite('tags of a registry', { skip, timeout: 60_000 }, () => {
  let registry: TestRegistry
  let tag: string
  const publish = async (content: string): Promise<void> => {
    await ensureBusyboxImage(docker, tag, { files: [{ name: 'version', content: Buffer.from(content) }] })
    await moveToRegistry(docker, tag)
    registry.asked.length = 0
  }

  before(async () => {
    registry = await startRegistry()
    tag = `${registry.host}/test/tagged:1`
    await publish(`one ${randomBytes(16).toString('hex')}\n`)
  })
  after(() => registry.stop())

  test('a task runs what its tag meant when it was accepted, wherever the tag has moved since', async () => {
    const digest = await resolverOf().digestOf(tag, NEVER)
    assert.match(digest ?? '', /^sha256:[0-9a-f]{64}$/)
    await publish(`two ${randomBytes(16).toString('hex')}\n`)
    const executor = newExecutor()
    const before = await runToEnd(executor, { image: tag, digest, command: 'cat /version' })
    assert.match(before.heard.stdout(), /^one /, before.end.message)
    assert.equal(before.end.imageDigest, digest)
    const now = await resolverOf().digestOf(tag, NEVER)
    assert.notEqual(now, digest)
    const after = await runToEnd(executor, { image: tag, digest: now, command: 'cat /version' })
    assert.match(after.heard.stdout(), /^two /, after.end.message)
    for (const pulled of [digest, now].map((at) => `${registry.host}/test/tagged@${at}`)) {
      await docker.getImage(pulledTag(pulled)).remove()
      await docker.getImage(pulled).remove()
    }
  })

  test('a burst of submits asks once, and asks again after a minute', async () => {
    registry.asked.length = 0
    const clock = new ManualClock()
    const resolver = resolverOf(clock)
    await Promise.all(Array.from({ length: 50 }, () => resolver.digestOf(tag, NEVER)))
    assert.equal(registry.asked.length, 1)
    await clock.advance(61_000)
    await resolver.digestOf(tag, NEVER)
    assert.equal(registry.asked.length, 2)
  })

  test('an image that the registry does not have is left as it is', async () => {
    assert.equal(await resolverOf().digestOf(`${registry.host}/test/none:1`, NEVER), undefined)
  })

  for (const gate of ['stall', 429, 503] as const) {
    test(`a registry that ${gate === 'stall' ? 'stays silent' : `answers ${gate}`} is left alone for a while`, async () => {
      const resolver = resolverOf()
      registry.gate(() => gate)
      assert.equal(await resolver.digestOf(tag, NEVER), undefined)
      registry.asked.length = 0
      assert.equal(await resolver.digestOf(`${registry.host}/test/other:1`, NEVER), undefined)
      assert.deepEqual(registry.asked, [])
      registry.gate(() => 'pass')
    })
  }
})

test('a registry that wants a token gets one for the login of this host, and the login is not shown to itself', async () => {
  const digest = `sha256:${'d'.repeat(64)}`
  const seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = []
  const server = createServer((request, answer) => {
    const path = request.url ?? ''
    seen.push({ path, headers: request.headers })
    if (path.startsWith('/token?')) {
      const isAnn = request.headers.authorization === `Basic ${Buffer.from('ann:secret').toString('base64')}`
      answer.writeHead(isAnn ? 200 : 401, { 'content-type': 'application/json' })
      answer.end(JSON.stringify({ token: 'for-pulling' }))
    } else if (request.headers.authorization === 'Bearer for-pulling') {
      answer.writeHead(200, { 'docker-content-digest': digest }).end()
    } else {
      const challenge = `Bearer realm="http://${host}/token",service="test",scope="repository:a/b:pull"`
      answer.writeHead(401, { 'www-authenticate': challenge }).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const ann = { username: 'ann', password: 'secret' }
    assert.equal(await resolverOf(systemClock, ann).digestOf(`${host}/a/b:1`, NEVER), digest)
    assert.equal(seen[1]?.path, '/token?service=test&scope=repository%3Aa%2Fb%3Apull')
    for (const { path, headers } of seen.filter(({ path }) => path.startsWith('/v2/'))) {
      assert.doesNotMatch(headers.authorization ?? '', /Basic/, path)
    }
    assert.equal(await resolverOf().digestOf(`${host}/a/b:1`, NEVER), undefined)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
