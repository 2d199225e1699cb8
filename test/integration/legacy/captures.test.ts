/** Every message captured of the predecessor's service is accepted by a peer of ours and answered as captured. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import { DEVIATIONS, Names, type Deviation } from '../../support/legacy-captures.ts'
import { callLegacy, framesOf, line, session } from '../../support/legacy-client.ts'
import { startLegacyPeer, TOKEN, type LegacyPeer } from '../../support/legacy-peer.ts'
import { replayLines, replaySessions, THEIR_SERVICE, withToken, withTokenInside } from '../../support/legacy-replay.ts'
import { readVectors } from '../../support/vectors.ts'

describe('captured messages', () => {
  const cleanUps: (() => Promise<void>)[] = []
  const used = new Set<Deviation>()
  let peer: LegacyPeer
  let names: Names

  before(async () => {
    peer = await startLegacyPeer({ after: (step) => cleanUps.push(step as () => Promise<void>) })
    names = new Names([[peer.id, THEIR_SERVICE]])
  })
  after(async () => {
    for (const step of cleanUps) await step()
  })

  test('requests in lines, in the order in which they were captured', async () => {
    assert.deepEqual(await replayLines({ address: peer.address, names, token: TOKEN, used }), [])
  })

  test('sessions in frames', async () => {
    assert.deepEqual(await replaySessions({ address: peer.address, names, token: TOKEN, used }), [])
  })

  test('every deviation in the table is one', () => {
    assert.deepEqual(
      DEVIATIONS.filter((one) => !used.has(one)).map(({ capture, path }) => `${capture}: ${path}`),
      [],
    )
  })

  const requests = readVectors('python_client_requests', z.array(z.record(z.string(), z.string())))

  test('every line its Python client sent is a request we know', async () => {
    const lines = requests.flatMap(({ proto, bytes }) => (proto === 'ndjson' && bytes !== undefined ? [bytes] : []))
    assert.equal(lines.length, 12)
    for (const asked of lines) {
      const { bytes } = await callLegacy(peer.address, line(withToken(asked, TOKEN)))
      assertKnown(z.record(z.string(), z.json()).parse(JSON.parse(bytes.toString())), asked)
    }
  })

  test('every session its Python client opened is answered, the repeated id among them', async () => {
    const frames = requests.flatMap(({ proto, bytes }) =>
      proto === 'mcp' && bytes !== undefined ? [z.record(z.string(), z.json()).parse(JSON.parse(bytes))] : [],
    )
    assert.equal(frames.length, 24)
    for (let at = 0; at < frames.length; at += 2) {
      const [opening = {}, call = {}] = frames.slice(at, at + 2)
      assert.deepEqual([opening['id'], call['id']], [1, 1])
      const { bytes } = await callLegacy(peer.address, session([opening, withTokenInside(call, TOKEN)], 2))
      const answer = z
        .object({ id: z.literal(1), result: z.object({ content: z.record(z.string(), z.json()) }) })
        .parse(framesOf(bytes)[1])
      assertKnown(answer.result.content, JSON.stringify(call))
    }
  })

  function assertKnown(answer: Readonly<Record<string, unknown>>, asked: string): void {
    assert.equal(answer['peer_id'], peer.id, asked)
    assert.equal(typeof answer['ok'], 'boolean', asked)
    const transportFaults = ['invalid_json', 'invalid_message', 'unauthorized', 'unknown_op', 'internal_error']
    assert.ok(!transportFaults.includes(String(answer['error'])), `${asked} was answered ${JSON.stringify(answer)}`)
  }
})
