import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import { OwnInterfaces } from '../../../src/mesh/own-interfaces.ts'
import { EVIDENCE_MS, FAR, Reachability } from '../../../src/mesh/relays/reachability.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const [ONE, TWO] = ['one' as PeerId, 'two' as PeerId]
const PUBLIC = '/ip4/45.12.0.1/tcp/5000'
const PRIVATE = '/ip4/10.9.0.1/tcp/5000'
const NEIGHBOUR = '/ip4/192.168.1.7/tcp/5000'

function setUp() {
  const clock = new ManualClock()
  return { clock, reachability: new Reachability(clock, (ip) => ip.startsWith('192.168.1.')) }
}

test('before anybody has tried nothing is claimed, and neighbours are no witnesses', () => {
  const { reachability } = setUp()
  assert.equal(reachability.verdict(), 'unknown')
  reachability.connected(ONE, NEIGHBOUR)
  reachability.dialled(TWO, NEIGHBOUR, ['/ip4/192.168.1.2/tcp/1'])
  assert.deepEqual([reachability.verdict(), reachability.far(), reachability.addresses()], ['unknown', 0, []])
})

test('how far away the farthest witness is decides', () => {
  const { reachability } = setUp()
  reachability.connected(ONE, PRIVATE)
  assert.deepEqual([reachability.verdict(), reachability.far()], ['networks', FAR.networks])
  reachability.connected(TWO, PUBLIC)
  assert.deepEqual([reachability.verdict(), reachability.far()], ['internet', FAR.internet])
})

test('who was asked and could not says no, unless another could', () => {
  const { reachability } = setUp()
  reachability.dialled(ONE, PUBLIC, [])
  assert.equal(reachability.verdict(), 'no')
  reachability.dialled(TWO, PUBLIC, ['/ip4/45.12.0.9/tcp/9720'])
  assert.deepEqual([reachability.verdict(), reachability.addresses()], ['internet', ['/ip4/45.12.0.9/tcp/9720']])
  reachability.dialled(TWO, PUBLIC, [])
  assert.deepEqual([reachability.verdict(), reachability.addresses()], ['no', []])
})

test('a connection does not wipe out the addresses that its peer has proven', () => {
  const { reachability } = setUp()
  reachability.dialled(ONE, PUBLIC, ['/ip4/45.12.0.9/tcp/9720'])
  reachability.connected(ONE, PUBLIC)
  assert.deepEqual(reachability.addresses(), ['/ip4/45.12.0.9/tcp/9720'])
})

test('what was seen holds for half an hour, and not where the machine is somewhere else', async () => {
  const { clock, reachability } = setUp()
  reachability.connected(ONE, PUBLIC)
  await clock.advance(EVIDENCE_MS - 1)
  assert.equal(reachability.verdict(), 'internet')
  assert.equal(reachability.ageOf(FAR.internet), EVIDENCE_MS - 1)
  await clock.advance(1)
  assert.equal(reachability.verdict(), 'unknown')
  reachability.connected(ONE, PUBLIC)
  reachability.forget()
  assert.equal(reachability.verdict(), 'unknown')
  assert.equal(reachability.ageOf(FAR.internet), Infinity)
})

test('on this machine loopback is a neighbour, and an address of the internet is none', () => {
  const [clock, interfaces] = [new ManualClock(), new OwnInterfaces(new ManualClock())]
  const reachability = new Reachability(clock, (ip) => interfaces.isNeighbour(ip))
  assert.equal(reachability.farOf('/ip4/127.0.0.1/tcp/1'), FAR.neighbour)
  assert.equal(reachability.farOf('/ip6/::1/tcp/1'), FAR.neighbour)
  assert.equal(reachability.farOf('/ip4/45.12.0.1/tcp/1'), FAR.internet)
})
