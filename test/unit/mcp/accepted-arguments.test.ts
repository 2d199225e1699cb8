import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import { acceptArguments as accept, asksAnotherPeer } from '../../../src/mcp/tools/accepted-arguments.ts'

const acceptArguments = (...args: Parameters<typeof accept>) => accept(...args).args

const HUB = 'p2p_taskqueue_submit_docker_hub'
const hub = { fields: new Set(['image', 'command', 'environment', 'clocks']), required: new Set(['image']) }

test('fields of the operation pass as they are; empty optional ones, by which the predecessor says nothing, are left out', () => {
  const given = { image: '', command: ['a', ''], environment: {}, clocks: null }
  assert.deepEqual(acceptArguments(HUB, given, hub), { image: '', command: ['a', ''], environment: {} })
})

test('no arguments at all are no fault', () => {
  for (const nothing of [undefined, null, {}]) assert.deepEqual(acceptArguments(HUB, nothing, hub), {})
})

test('a time limit in seconds becomes the clock of the run, unless clocks are given', () => {
  assert.deepEqual(acceptArguments(HUB, { image: 'a', timeout_s: 1.5 }, hub), { image: 'a', clocks: { run_ms: 1500 } })
  const both = { image: 'a', timeout_s: 1, clocks: { run_ms: 5 } }
  assert.deepEqual(acceptArguments(HUB, both, hub), both)
})

test('a branch becomes a ref, unless a ref is given', () => {
  const github = { fields: new Set(['repo_url', 'ref']), required: new Set(['repo_url']) }
  const name = 'p2p_taskqueue_submit_docker_github'
  assert.deepEqual(acceptArguments(name, { repo_url: 'a/b', branch: 'main' }, github), { repo_url: 'a/b', ref: 'main' })
  const both = { repo_url: 'a/b', ref: 'v1', branch: 'main' }
  assert.deepEqual(acceptArguments(name, both, github), both)
})

test('a peer id is an aim in most calls, the caller’s own name in a claim, and a field where the operation has one', () => {
  const none = { fields: new Set<string>(), required: new Set<string>() }
  assert.deepEqual(accept('p2p_taskqueue_status', { peer_id: 'x', remote_multiaddr: '/ip4/192.0.2.1' }, none), {
    args: {},
    target: { peerId: 'x', multiaddr: '/ip4/192.0.2.1' },
  })
  assert.throws(() => accept('p2p_taskqueue_status', { remote_peer_id: 7 }, none), { code: 'bad_request' })
  for (const [name, args, asks] of [
    ['p2p_taskqueue_status', { peer_id: 'x' }, true],
    ['p2p_taskqueue_status', { remote_multiaddr: '' }, false],
    ['p2p_taskqueue_claim_next', { peer_id: 'x' }, false],
    ['p2p_taskqueue_heartbeat', { peer_id: 'x' }, false],
    ['p2p_taskqueue_claim_next', { remote_peer_id: 'x' }, true],
  ] as const) {
    assert.equal(asksAnotherPeer(name, args), asks, `${name} ${JSON.stringify(args)}`)
  }
  assert.deepEqual(acceptArguments('p2p_taskqueue_claim_next', { peer_id: 'x', clock: { a: 1 } }, none), {})
  const own = { fields: new Set(['peer_id']), required: new Set(['peer_id']) }
  assert.deepEqual(acceptArguments('p2p_taskqueue_heartbeat', { peer_id: 'x' }, own), { peer_id: 'x' })
})

test('a field that names the prototype is a field like any other, for the schema to refuse', () => {
  const given = JSON.parse('{"image":"a","__proto__":{"command":"x"}}') as unknown
  const accepted = acceptArguments(HUB, given, hub)
  assert.ok(Object.hasOwn(accepted, '__proto__'))
  assert.equal(accepted['command'], undefined)
})

test('what is not an object is refused with what to send', () => {
  for (const given of ['x', 1, true, [1]]) {
    assert.throws(() => acceptArguments(HUB, given, hub), { code: 'bad_request', message: /JSON object/ })
  }
})

test('whatever is sent, a known field with a value passes unchanged, and every fault is one of ours', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(fc.constantFrom('image', 'command', 'peer_id', 'volumes'), fc.string()), fc.jsonValue()),
      (given) => {
        try {
          const accepted = acceptArguments(HUB, given, hub)
          for (const name of hub.fields) {
            if (name !== 'clocks' && Object.hasOwn(accepted, name)) assert.deepEqual(accepted[name], given[name])
          }
        } catch (thrown) {
          if (!(thrown instanceof RunnerMeshError)) throw thrown
        }
      },
    ),
  )
})
