import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { findPublicIp, isPublicIp, type PublicIpSources } from '../../../../src/app/detection/public-ip.ts'
import { systemClock } from '../../../../src/app/system.ts'

async function listen(answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${String(request.method)} ${String(request.url)}`)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const says =
  (text: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(text)

const find = (sources: Partial<PublicIpSources>, signal = new AbortController().signal) =>
  findPublicIp({
    sources: {
      interfaces: () => ['127.0.0.1', '10.1.2.3'],
      cloudMetadataUrl: 'http://127.0.0.1:9',
      services: [],
      ...sources,
    },
    clock: systemClock,
    signal,
  })

test('an interface that has a public address needs no question to anybody', async () => {
  await using service = await listen(says('8.8.4.4'))
  const found = await find({
    interfaces: () => ['::1', '192.168.1.2', '8.8.8.8'],
    cloudMetadataUrl: service.url,
    services: [service.url],
  })
  assert.equal(found, '8.8.8.8')
  assert.deepEqual(service.asked, [])
})

test('Amazon’s metadata are asked with a session token, Azure’s and Google’s with their headers', async () => {
  for (const cloud of ['amazon', 'azure', 'google']) {
    await using metadata = await listen(({ method, url = '', headers }, response) => {
      const isAmazon = cloud === 'amazon' && headers['x-aws-ec2-metadata-token'] === 'session'
      const isAzure = cloud === 'azure' && headers['metadata'] === 'true' && url.startsWith('/metadata/instance/')
      const isGoogle =
        cloud === 'google' && headers['metadata-flavor'] === 'Google' && url.startsWith('/computeMetadata/')
      if (cloud === 'amazon' && method === 'PUT') response.end('session')
      else if (isAmazon || isAzure || isGoogle) response.end('8.8.4.4\n')
      else response.writeHead(404).end('not here')
    })
    assert.equal(await find({ cloudMetadataUrl: metadata.url }), '8.8.4.4', cloud)
  }
})

test('services are asked in order; one that fails, lies or talks too much is passed over', async () => {
  await using broken = await listen(says('8.8.8.8', 503))
  await using lying = await listen(says('192.168.0.1'))
  await using page = await listen(says('<html>8.8.8.8</html>'))
  await using flood = await listen(says('8'.repeat(100_000)))
  await using redirecting = await listen((_request, response) => response.writeHead(302, { location: good.url }).end())
  await using good = await listen(says('8.8.4.4\n'))
  await using never = await listen(says('8.8.8.8'))
  const services = [broken, lying, page, flood, redirecting, good, never].map(({ url }) => url)
  assert.equal(await find({ services }), '8.8.4.4')
  assert.deepEqual(never.asked, [])
})

test('a peer that nobody tells is none the worse, and a stop ends the asking', async () => {
  assert.equal(await find({}), undefined)
  await using silent = await listen(() => undefined)
  const stopping = new AbortController()
  const asked = find({ services: [silent.url] }, stopping.signal)
  stopping.abort(new Error('stopping'))
  assert.equal(await asked, undefined)
})

test('private, shared, documentation and multicast addresses are not public', () => {
  const text =
    '10.0.0.1 100.64.0.1 127.0.0.1 169.254.1.1 172.31.0.1 192.168.1.1 192.0.2.1 198.51.100.1 203.0.113.1 224.0.0.1 255.255.255.255 ::1 fe80::1 fd00::1 2001:db8::1 nonsense'
  for (const address of text.split(' ')) assert.equal(isPublicIp(address), false, address)
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111']) assert.equal(isPublicIp(address), true, address)
})
