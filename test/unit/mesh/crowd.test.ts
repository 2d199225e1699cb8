import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Crowd, hostOf } from '../../../src/mesh/crowd.ts'
import { HostFaults } from '../../../src/mesh/host-faults.ts'
import { ManualClock } from '../../support/manual-clock.ts'

test('when there are too many, the oldest of the most crowded host goes, and a newcomer from elsewhere stays', () => {
  const gone: string[] = []
  const crowd = new Crowd({ most: 4, onTurnedAway: () => undefined })
  const enter = (host: string, name: string) => crowd.enter(host, () => gone.push(name))
  for (const name of ['a1', 'a2', 'a3']) enter('a', name)
  enter('b', 'b1')
  enter('c', 'c1')
  assert.deepEqual(gone, ['a1'])
  enter('a', 'a4')
  assert.deepEqual(gone, ['a1', 'a2'])
  assert.equal(crowd.size, 4)
})

test('who has left makes room, once, and is turned away no more', () => {
  const gone: string[] = []
  const crowd = new Crowd({ most: 1, onTurnedAway: () => undefined })
  const leave = crowd.enter('a', () => gone.push('a'))
  leave()
  leave()
  crowd.enter('b', () => gone.push('b'))
  assert.deepEqual([gone, crowd.size], [[], 1])
})

test('an IPv4 host is its address, an IPv6 host its /64, and who comes by a relay is the relay', () => {
  assert.equal(hostOf('/ip4/192.0.2.1/tcp/4001'), '192.0.2.1')
  assert.equal(hostOf('/ip6/2001:db8::1/tcp/4001'), hostOf('/ip6/2001:db8:0:0:ffff::2/tcp/1'))
  assert.notEqual(hostOf('/ip6/2001:db8::1/tcp/1'), hostOf('/ip6/2001:db8:0:1::1/tcp/1'))
  assert.equal(hostOf('/ip4/192.0.2.1/tcp/1/p2p/relay/p2p-circuit/p2p/peer'), '192.0.2.1')
})

test('a host that used up its faults is refused until time has given some back, and others are not', async () => {
  const clock = new ManualClock()
  const faults = new HostFaults({ clock, burst: 3, perSecond: 1 })
  for (let fault = 0; fault < 5; fault += 1) faults.fault('a')
  assert.deepEqual([faults.isSpent('a'), faults.isSpent('b')], [true, false])
  await clock.advance(999)
  assert.equal(faults.isSpent('a'), true)
  await clock.advance(1)
  assert.equal(faults.isSpent('a'), false)
  faults.fault('a')
  assert.equal(faults.isSpent('a'), true)
})
