import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImageReference } from '../../../src/docker/images/image-reference.ts'
import { findPlatformFault, pullFaultOf } from '../../../src/docker/images/pull-fault.ts'

const IMAGE = parseImageReference('ghcr.io/o/n:1')

/** Sentences as engines and registries write them. */
for (const [text, retry, says] of [
  ['manifest for ghcr.io/o/n:1 not found: manifest unknown: manifest unknown', undefined, /no such image or tag/],
  [
    "pull access denied for o/n, repository does not exist or may require 'docker login': denied",
    undefined,
    /no such image or tag, or keeps it private/,
  ],
  ['unauthorized: authentication required', undefined, /Give it credentials for ghcr\.io/],
  ['no matching manifest for linux/amd64 in the manifest list entries', undefined, /no build for linux\/amd64/],
  ['toomanyrequests: You have reached your pull rate limit.', 'rate_limited', /limits the rate/],
  ['received unexpected HTTP status: 503 Service Unavailable', 'soon', /out of order/],
  ['Get https://ghcr.io/v2/: dial tcp: lookup ghcr.io: no such host', 'soon', /cannot be reached/],
  ['Get http://ghcr.io/v2/: dial tcp 127.0.0.1:1: connect: connection refused', 'soon', /cannot be reached/],
  ['Get https://ghcr.io/v2/: net/http: TLS handshake timeout', 'soon', /cannot be reached/],
  ['Get https://ghcr.io/v2/: http: server gave HTTP response to HTTPS client', undefined, /cannot be trusted/],
  ['something new', undefined, /: something new$/],
] as const) {
  test(`“${text}” is ${retry === undefined ? 'final' : `tried again (${retry})`}`, () => {
    const fault = pullFaultOf(IMAGE, text, 'linux/amd64')
    assert.equal(fault.reason, 'pull')
    assert.equal(fault.retry, retry)
    assert.match(fault.message, says)
    assert.match(fault.message, /^Cannot pull ghcr\.io\/o\/n:1: [^\n]+$/)
  })
}

test('a full disk is no fault of the registry', () => {
  assert.equal(pullFaultOf(IMAGE, 'write /var/lib/docker/x: no space left on device', 'linux/amd64').reason, 'disk')
})

test('what another host may do better is told from what no host can', () => {
  const isOfHost = (text: string) => pullFaultOf(IMAGE, text, 'linux/amd64').hostFault === true
  for (const text of ['toomanyrequests: limit', '503 Service Unavailable', 'no such host', 'no space left on device'])
    assert.ok(isOfHost(text), text)
  assert.ok(isOfHost('unauthorized: authentication required'), 'another may have the credentials')
  for (const text of ['manifest unknown', 'no matching manifest for linux/amd64', 'something new'])
    assert.ok(!isOfHost(text), text)
})

test('an image of a foreign platform is named with both platforms; a smaller sibling of the machine is none', () => {
  const machine = { os: 'linux', arch: 'amd64' }
  const of = (arch: string, os = 'linux') => findPlatformFault({ name: 'x', os, arch }, machine)?.message
  assert.equal(of('amd64'), undefined)
  assert.equal(of('386'), undefined)
  assert.match(of('arm64') ?? '', /built for linux\/arm64, this machine runs linux\/amd64/)
  assert.match(of('amd64', 'windows') ?? '', /built for windows\/amd64/)
})
