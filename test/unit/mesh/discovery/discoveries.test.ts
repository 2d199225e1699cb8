import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Announcement } from '../../../../src/core/announcement.ts'
import type { PeerId } from '../../../../src/core/ids.ts'
import type { Discovery, FoundPeer } from '../../../../src/core/ports/discovery.ts'
import {
  ADDRESS_CHECK_MS,
  ADDRESS_SETTLE_MS,
  createDiscoveries,
  REANNOUNCE_MS,
} from '../../../../src/mesh/discovery/discoveries.ts'
import { createKnownAddresses, parseBootstrapPeers } from '../../../../src/mesh/discovery/known-addresses.ts'
import { ManualClock, settle } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'

class Source implements Discovery {
  readonly source: string
  readonly announced: Announcement[] = []
  tell: (peers: readonly FoundPeer[]) => void = () => undefined
  fails = false
  started = 0

  constructor(source: string) {
    this.source = source
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.tell = found
  }

  problem(): string | undefined {
    return this.fails ? 'broken' : undefined
  }

  announce(self: Announcement): Promise<void> {
    if (this.fails) return Promise.reject(new Error('cannot announce'))
    this.announced.push(self)
    return Promise.resolve()
  }

  start(): Promise<void> {
    this.started += 1
    return this.fails ? Promise.reject(new Error('cannot start')) : Promise.resolve()
  }

  stop(): Promise<void> {
    this.started -= 1
    return Promise.resolve()
  }
}

function setUp(...sources: Discovery[]) {
  const clock = new ManualClock()
  const log = new RecordingLog()
  const targets = new Map<string, string>()
  const own = { addresses: ['/ip4/192.0.2.1/tcp/1/p2p/me'], changed: (): void => undefined }
  const discoveries = createDiscoveries({
    mesh: {
      self: 'me' as PeerId,
      addresses: () => own.addresses,
      onAddresses: (changed) => (own.changed = changed),
      addTarget: (address, source) => {
        if (!targets.has(address)) targets.set(address, source)
      },
      removeTarget: (address) => targets.delete(address),
    },
    discoveries: sources,
    hello: () => ({ homes: [], features: ['home'], runnerName: 'me' }),
    clock,
    log,
  })
  return { clock, log, targets, own, discoveries }
}

test('what a source knows becomes a target, and what it no longer knows ceases to be one', async () => {
  const one = new Source('one')
  const { targets, discoveries } = setUp(one)
  await discoveries.start()
  one.tell([{ addresses: ['/a', '/b'] }, { addresses: ['/c'] }])
  assert.deepEqual([...targets.keys()], ['/a', '/b', '/c'])
  one.tell([{ addresses: ['/b'] }])
  assert.deepEqual([...targets], [['/b', 'one']])
})

test('an address that two sources know stays until both have lost it', async () => {
  const [one, two] = [new Source('one'), new Source('two')]
  const { targets, discoveries } = setUp(one, two)
  await discoveries.start()
  one.tell([{ addresses: ['/a'] }])
  two.tell([{ addresses: ['/a'] }])
  one.tell([])
  assert.deepEqual([...targets.keys()], ['/a'])
  two.tell([])
  assert.deepEqual([...targets.keys()], [])
})

test('this peer is announced at the start, when its addresses change, and again before others forget it', async () => {
  const one = new Source('one')
  const { clock, own, discoveries } = setUp(one)
  await discoveries.start()
  await settle()
  assert.equal(one.announced.length, 1)
  await clock.advance(ADDRESS_CHECK_MS)
  assert.equal(one.announced.length, 1, 'nothing has changed')
  own.addresses = ['/ip4/192.0.2.9/tcp/1/p2p/me']
  own.changed()
  own.changed()
  await clock.advance(ADDRESS_SETTLE_MS)
  assert.deepEqual(one.announced[1]?.addresses, own.addresses)
  await clock.advance(REANNOUNCE_MS + ADDRESS_CHECK_MS)
  assert.equal(one.announced.length, 3)
  const numbers = one.announced.map(({ seq }) => seq)
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'each announcement outranks those before',
  )
  assert.ok(one.announced.every(({ issuedAt, expiresAt }) => expiresAt - issuedAt >= 2 * REANNOUNCE_MS))
  await discoveries.stop()
  assert.equal(clock.pending, 0)
})

test('a source that fails is reported and keeps no other from working', async () => {
  const [broken, works] = [new Source('broken'), new Source('works')]
  broken.fails = true
  const { targets, log, discoveries } = setUp(broken, works)
  await discoveries.start()
  works.tell([{ addresses: ['/a'] }])
  await settle()
  assert.deepEqual([[...targets.keys()], works.announced.length], [['/a'], 1])
  assert.deepEqual(discoveries.list(), [
    { source: 'broken', found: 0, problem: 'broken' },
    { source: 'works', found: 1 },
  ])
  assert.deepEqual(
    log.lines
      .filter(({ level }) => level === 'warn')
      .map(({ fields }) => [fields['source'], fields['what']])
      .sort(),
    [
      ['broken', 'announce'],
      ['broken', 'start'],
    ],
  )
  await discoveries.stop()
})

test('start and stop may be called twice', async () => {
  const one = new Source('one')
  const { discoveries } = setUp(one)
  await discoveries.stop()
  await discoveries.start()
  await discoveries.start()
  assert.equal(one.started, 1)
  await discoveries.stop()
  await discoveries.stop()
  assert.equal(one.started, 0)
})

test('addresses that somebody wrote down are targets from the start', async () => {
  const text = ' /ip4/192.0.2.1/tcp/1/p2p/a , ,/dns4/x.example/tcp/2\n'
  const { targets, discoveries } = setUp(createKnownAddresses('bootstrap', parseBootstrapPeers(text)))
  await discoveries.start()
  assert.deepEqual(
    [...targets],
    [
      ['/ip4/192.0.2.1/tcp/1/p2p/a', 'bootstrap'],
      ['/dns4/x.example/tcp/2', 'bootstrap'],
    ],
  )
  await discoveries.stop()
})
