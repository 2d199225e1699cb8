import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId } from '../../../src/core/ids.ts'
import { askReach, ReachAnswerer, type Seen } from '../../../src/mesh/relays/reach-questions.ts'
import { FAR } from '../../../src/mesh/relays/reachability.ts'
import { createChannelPair } from '../../support/channel-pair.ts'
import { ManualClock, settle } from '../../support/manual-clock.ts'

const OBSERVED = '/ip4/45.12.0.7/tcp/40000'

function setUp({ observed = OBSERVED }: { observed?: string | undefined } = {}) {
  const clock = new ManualClock()
  const dialled: string[] = []
  const answerer = new ReachAnswerer({
    observed: () => (observed === '' ? undefined : observed),
    relays: () => FAR.internet,
    addresses: () => ['/ip4/45.12.0.1/tcp/9720/p2p/answerer', '/ip4/45.12.0.66/tcp/9720/p2p/somebody-else'],
    dialBack: (peer: PeerId, at, port) => {
      dialled.push(`${peer} ${at} ${String(port)}`)
      return Promise.resolve(port === 9720)
    },
    clock,
  })
  const ask = async (ports: readonly number[]) => {
    const [asker, answering] = createChannelPair('asker', 'answerer')
    answerer.answer(answering)
    let seen: Seen | undefined
    const reached = await askReach(asker, ports, { clock, onSeen: (what) => (seen = what) })
    return { reached, seen }
  }
  return { clock, dialled, answerer, ask }
}

test('the asker learns where it is seen, what the other is, and at which of its ports it was reached', async () => {
  const { ask, dialled } = setUp()
  const { reached, seen } = await ask([9720, 9999])
  assert.deepEqual(reached, [9720])
  assert.deepEqual(dialled, [`asker ${OBSERVED} 9720`, `asker ${OBSERVED} 9999`])
  assert.deepEqual(seen, {
    observed: OBSERVED,
    relays: FAR.internet,
    addresses: ['/ip4/45.12.0.1/tcp/9720/p2p/answerer'],
  })
})

test('nothing is dialled for a question without ports, for a relayed asker, or again within two seconds', async () => {
  const { ask, dialled, clock } = setUp()
  assert.equal((await ask([])).reached, undefined)
  assert.equal(dialled.length, 0)
  await ask([9720])
  assert.equal((await ask([9720])).reached, undefined)
  await clock.advance(2000)
  assert.deepEqual((await ask([9720])).reached, [9720])
  const relayed = setUp({ observed: '' })
  const { reached, seen } = await relayed.ask([9720])
  assert.deepEqual([reached, seen?.observed, relayed.dialled.length], [undefined, undefined, 0])
})

test('a question that is none, or asks for too much, ends its stream and nothing is dialled', async () => {
  for (const question of ['hello', '{}', '{"ports":[1,2,3,4,5]}', '{"ports":[0]}', '{"ports":["22"]}']) {
    const { answerer, dialled } = setUp()
    const [asker, answering] = createChannelPair('asker', 'answerer')
    answerer.answer(answering)
    await asker.send(Buffer.from(question))
    await settle()
    assert.equal(asker.isOpen, false, question)
    assert.deepEqual(dialled, [])
  }
})

test('an answer that is none is told as that, and a silent answerer is not waited for for ever', async () => {
  const clock = new ManualClock()
  const [asker, answering] = createChannelPair('asker', 'answerer')
  answering.onFrame(() => void answering.send(Buffer.from('{"relays":"moon"}')))
  await assert.rejects(askReach(asker, [], { clock, onSeen: () => undefined }), { code: 'protocol_mismatch' })
  const [again] = createChannelPair('asker', 'answerer')
  const waiting = assert.rejects(askReach(again, [], { clock, onSeen: () => undefined }), /no answer came/)
  await clock.advance(15_000)
  await waiting
})
