import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import type { Way } from '../../../src/mesh/admitted-peers.ts'
import type { Random } from '../../../src/core/ports/clock.ts'
import { LONGEST_UPGRADE_PAUSE_MS, PointlessTarget, RECONNECT, Reconciler } from '../../../src/mesh/reconciler.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const PEER = 'peer-one' as PeerId

/** Chance that always lies in the middle: the jitter is nothing. */
const even: Random = { unit: () => 0.5, bytes: (length) => new Uint8Array(length), uuid: () => '' }

interface Dial {
  readonly address: string
  readonly at: number
  readonly signal: AbortSignal
  readonly connect: (peer?: PeerId) => Promise<void>
  readonly fail: (error: Error) => Promise<void>
}

function setUp({ random = even, parallelDials = 4, self = 'peer-self' } = {}) {
  const clock = new ManualClock()
  const dials: Dial[] = []
  const admitted = new Set<PeerId>()
  const way: { now: Way } = { now: 'direct' }
  const reconciler: Reconciler = new Reconciler({
    self: self as PeerId,
    dial: (address, _source, signal) =>
      new Promise((resolve, reject) => {
        dials.push({
          address,
          at: clock.mono(),
          signal,
          connect: (peer = PEER) => {
            admitted.add(peer)
            reconciler.joined(peer)
            resolve(peer)
            return settle()
          },
          fail: (error) => {
            reject(error)
            return settle()
          },
        })
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      }),
    wayTo: (peer) => (admitted.has(peer) ? way.now : undefined),
    clock,
    random,
    log: new RecordingLog(),
    parallelDials,
  })
  const leave = (peer: PeerId, cause?: Error) => {
    admitted.delete(peer)
    reconciler.left(peer, cause)
  }
  const last = () => {
    const dial = dials.at(-1)
    assert.ok(dial, 'nothing was dialled')
    return dial
  }
  return { clock, dials, admitted, way, reconciler, leave, last }
}

test('the pause after the n-th failure is half a second doubled n times, at most fifteen seconds', async () => {
  const { clock, dials, reconciler, last } = setUp()
  reconciler.add('/a', 'bootstrap')
  reconciler.start()
  const pauses: number[] = []
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await last().fail(new Error('no'))
    const [failedAt, before] = [clock.mono(), dials.length]
    while (dials.length === before) await clock.advance(250)
    pauses.push(last().at - failedAt)
  }
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
})

test('pauses are spread by half either way, so that a fleet does not dial in step', async () => {
  const { clock, dials, reconciler } = setUp({ random: new SeededRandom(3), parallelDials: 300 })
  for (let index = 0; index < 200; index += 1) reconciler.add(`/a/${String(index)}`, 'bootstrap')
  reconciler.start()
  await Promise.all(dials.map((dial) => dial.fail(new Error('no'))))
  await clock.advance(750)
  const again = dials.slice(200).map(({ at }) => at)
  assert.equal(again.length, 200)
  assert.ok(again.every((at) => at >= 250 && at <= 750))
  assert.ok(Math.min(...again) < 300 && Math.max(...again) > 700)
})

test('a lost peer is dialled again after the shortest pause, whatever failed before it was connected', async () => {
  const { clock, dials, reconciler, leave, last } = setUp()
  reconciler.add('/a', 'registry')
  reconciler.start()
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await last().fail(new Error('no'))
    await clock.advance(RECONNECT.longestMs)
  }
  await last().connect()
  assert.deepEqual(reconciler.list(), [{ address: '/a', source: 'registry', state: 'connected' }])
  const before = dials.length
  leave(PEER, new Error('the connection was lost'))
  assert.deepEqual(reconciler.list()[0], {
    address: '/a',
    source: 'registry',
    state: 'waiting',
    lastError: 'the connection was lost',
  })
  await clock.advance(500)
  assert.equal(dials.length, before + 1)
})

test('a peer that connected by itself is not dialled, at none of its addresses', async () => {
  const { clock, dials, reconciler, admitted } = setUp()
  admitted.add(PEER)
  reconciler.add('/a/p2p/peer-one', 'registry', PEER)
  reconciler.add('/b/p2p/peer-one', 'mdns', PEER)
  reconciler.start()
  await clock.advance(60_000)
  assert.equal(dials.length, 0)
  assert.deepEqual(
    reconciler.list().map(({ state }) => state),
    ['connected', 'connected'],
  )
})

test('a peer that connects while its address waits for the next try stops the tries', async () => {
  const { clock, dials, reconciler, admitted, last } = setUp()
  reconciler.add('/a/p2p/peer-one', 'registry', PEER)
  reconciler.start()
  await last().fail(new Error('no'))
  admitted.add(PEER)
  reconciler.joined(PEER)
  await clock.advance(60_000)
  assert.equal(dials.length, 1)
  assert.equal(clock.pending, 0)
})

test('an address that is this peer itself is tried once and never again', async () => {
  const { clock, dials, reconciler, last } = setUp()
  reconciler.add('/me', 'registry')
  reconciler.start()
  await last().fail(new PointlessTarget('/me is this peer itself.'))
  await clock.advance(600_000)
  assert.equal(dials.length, 1)
  assert.equal(reconciler.list()[0]?.lastError, '/me is this peer itself.')
})

test('no more dials than allowed are under way at once, and each target has its turn', async () => {
  const { dials, reconciler } = setUp({ parallelDials: 2 })
  for (const address of ['/a', '/b', '/c', '/d']) reconciler.add(address, 'registry')
  reconciler.start()
  assert.deepEqual(
    dials.map(({ address }) => address),
    ['/a', '/b'],
  )
  await dials[0]?.fail(new Error('no'))
  await dials[1]?.connect()
  assert.deepEqual(
    dials.map(({ address }) => address),
    ['/a', '/b', '/c', '/d'],
  )
})

test('of a fleet that hears of itself at once, one end of each pair dials it first, and each peer is that of some half', async () => {
  const fleet = Array.from({ length: 30 }, (_, index) => `peer${(index * 7919).toString(36)}` as PeerId)
  /** Its order among one that nobody else can dial tells whether it has precedence. */
  const isFirst = async (self: PeerId, peer: PeerId): Promise<boolean> => {
    const { dials, reconciler } = setUp({ self, parallelDials: 1 })
    reconciler.start()
    reconciler.add(`/a/p2p/${peer}`, 'registry', peer)
    reconciler.add('/unnamed', 'registry')
    await settle()
    const [dial] = dials
    await dial?.fail(new Error('no'))
    assert.equal(dials.length, 2, 'the other end is not waited for')
    await reconciler.stop()
    return dial?.address !== '/unnamed'
  }
  for (const self of fleet) {
    const others = fleet.filter((peer) => peer !== self)
    const own = await Promise.all(others.map((peer) => isFirst(self, peer)))
    const theirs = await Promise.all(others.map((peer) => isFirst(peer, self)))
    assert.deepEqual(
      own,
      theirs.map((first) => !first),
    )
    const share = own.filter(Boolean).length / others.length
    assert.ok(share > 0.2 && share < 0.8, `${self} dials ${String(share)} of the others`)
  }
})

test('a target that is removed while it is dialled is given up and not tried again', async () => {
  const { clock, dials, reconciler, last } = setUp()
  reconciler.add('/a', 'registry')
  reconciler.start()
  reconciler.remove('/a')
  assert.ok(last().signal.aborted)
  await clock.advance(60_000)
  assert.equal(dials.length, 1)
  assert.deepEqual(reconciler.list(), [])
})

test('a peer that is gone again before its dial has returned counts as lost, not as connected', async () => {
  const { clock, dials, reconciler, admitted, last } = setUp()
  reconciler.add('/a', 'registry')
  reconciler.start()
  const dial = last()
  const returned = dial.connect()
  admitted.delete(PEER)
  await returned
  assert.equal(reconciler.list()[0]?.state, 'waiting')
  await clock.advance(500)
  assert.equal(dials.length, 2)
})

const DIRECT = '/ip4/192.0.2.1/tcp/1/p2p/peer-one'
const RELAYED = '/ip4/192.0.2.9/tcp/1/p2p/relay/p2p-circuit/p2p/peer-one'

test('a way through a relay waits until a direct address of the peer has failed once', async () => {
  const { dials, reconciler, last } = setUp()
  reconciler.add(RELAYED, 'registry', PEER)
  reconciler.add(DIRECT, 'registry', PEER)
  reconciler.start()
  assert.deepEqual(
    dials.map(({ address }) => address),
    [DIRECT],
  )
  await last().fail(new Error('no'))
  assert.equal(last().address, RELAYED)
  await last().connect()
  assert.equal(dials.length, 2)
})

test('addresses of one peer are dialled one at a time', async () => {
  const { dials, reconciler, last } = setUp()
  reconciler.add(DIRECT, 'registry', PEER)
  reconciler.add('/ip4/192.0.2.2/tcp/1/p2p/peer-one', 'mdns', PEER)
  reconciler.start()
  assert.equal(dials.length, 1)
  await last().fail(new Error('no'))
  assert.equal(dials.length, 2)
})

test('while a peer is reached through a relay its direct address is tried on, ever more seldom', async () => {
  const { clock, dials, reconciler, way, last } = setUp()
  way.now = 'relayed'
  reconciler.add(RELAYED, 'registry', PEER)
  reconciler.start()
  await last().connect()
  reconciler.add(DIRECT, 'registry', PEER)
  await settle()
  assert.equal(last().address, DIRECT)
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const before = dials.length
    await last().fail(new Error('no'))
    await clock.advance(LONGEST_UPGRADE_PAUSE_MS)
    assert.equal(dials.length, before + 1)
  }
  const before = dials.length
  await last().fail(new Error('no'))
  await clock.advance(LONGEST_UPGRADE_PAUSE_MS - 1)
  assert.equal(dials.length, before)
})

test('a direct connection that replaces the relayed one is what all its targets are connected by', async () => {
  const { clock, dials, reconciler, way, leave, last } = setUp()
  way.now = 'relayed'
  reconciler.add(RELAYED, 'registry', PEER)
  reconciler.start()
  await last().connect()
  reconciler.add(DIRECT, 'registry', PEER)
  await settle()
  leave(PEER)
  way.now = 'direct'
  await last().connect()
  assert.deepEqual(
    reconciler.list().map(({ state }) => state),
    ['connected', 'connected'],
  )
  await clock.advance(600_000)
  assert.equal(dials.length, 2)
})

test('when the relay is lost the direct address is due again at once, however long it was to wait', async () => {
  const { clock, reconciler, way, leave, last } = setUp()
  way.now = 'relayed'
  reconciler.add(RELAYED, 'registry', PEER)
  reconciler.start()
  await last().connect()
  reconciler.add(DIRECT, 'registry', PEER)
  await settle()
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await last().fail(new Error('no'))
    await clock.advance(LONGEST_UPGRADE_PAUSE_MS)
  }
  await last().fail(new Error('no'))
  leave(PEER)
  await clock.advance(RECONNECT.firstMs)
  assert.equal(last().address, DIRECT)
})

test('stop gives up what is under way and leaves no timer', async () => {
  const { clock, dials, reconciler } = setUp({ parallelDials: 1 })
  reconciler.add('/a', 'registry')
  reconciler.add('/b', 'registry')
  reconciler.start()
  await dials[0]?.fail(new Error('no'))
  await reconciler.stop()
  await reconciler.stop()
  assert.ok(dials[1]?.signal.aborted)
  assert.equal(clock.pending, 0)
})
