/** Every message captured of the predecessor's service is accepted by a peer of ours and answered as captured. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import {
  DEVIATIONS,
  differences,
  LINES,
  Names,
  SESSIONS,
  unexplained,
  type Deviation,
  type SessionCapture,
} from '../../support/legacy-captures.ts'
import { callLegacy, framesOf, line, session } from '../../support/legacy-client.ts'
import { startLegacyPeer, TOKEN, type LegacyPeer } from '../../support/legacy-peer.ts'
import { readVectors } from '../../support/vectors.ts'

const THEIR_SERVICE = '12D3KooWLayjrmvHu3zJ1d5ZfQctX6gDEXjicubxE1GSM3bhT8jM'
const THEIR_CLOCK = 'taskqueue-service'

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
    const faults: string[] = []
    for (const { note, request_bytes: request, response_bytes: captured, response } of LINES) {
      const asked = { ...line(names.toOurs(withToken(request))), halfClose: captured === '' }
      const { bytes, closed } = await callLegacy(peer.address, asked)
      assert.ok(closed, `${note}: the stream was left open`)
      const text = bytes.toString()
      if (captured === '') {
        assert.equal(text, '', note)
        continue
      }
      assert.match(text, /^\{.*\}\n$/, note)
      const raw = z.record(z.string(), z.json()).parse(JSON.parse(text))
      learn(names, raw, response)
      const ours: unknown = JSON.parse(names.toTheirs(text))
      const theirs: unknown = JSON.parse(names.withoutTransports(JSON.stringify(response)))
      faults.push(...unexplained(note, differences(ours, theirs), used))
    }
    assert.deepEqual(faults, [])
  })

  test('sessions in frames', async () => {
    const faults: string[] = []
    for (const capture of SESSIONS) {
      const { sent, wanted, isClosed } = toExchange(capture)
      const call = session(
        sent.map((one) => (typeof one === 'string' ? one : withTokenInside(one))),
        isClosed ? undefined : wanted.length,
      )
      const { bytes, closed } = await callLegacy(peer.address, call)
      assert.equal(closed, isClosed, `${capture.note}: ended by us`)
      const raw = framesOf(bytes)
      const last = raw.slice(-wanted.length)
      wanted.forEach((theirs, at) => {
        learn(names, last[at], theirs)
      })
      const ours: unknown = JSON.parse(names.toTheirs(JSON.stringify(last)))
      faults.push(...unexplained(capture.note, differences(ours, wanted), used))
    }
    assert.deepEqual(faults, [])
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
      const { bytes } = await callLegacy(peer.address, line(withToken(asked)))
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
      const { bytes } = await callLegacy(peer.address, session([opening, withTokenInside(call)], 2))
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

/** Our bridge asks for a token, which the captured service did not. */
function withToken(request: string): string {
  return request.replace(/^\{(?=")/, `{"token": ${JSON.stringify(TOKEN)}, `)
}

function withTokenInside(frame: Readonly<Record<string, unknown>>): object {
  const params = frame['params'] as { readonly name?: string; readonly arguments?: object } | undefined
  const asked = params?.arguments
  if (params?.name !== 'task_queue.rpc' || asked === undefined) return frame
  const told =
    'request' in asked ? { request: { ...(asked.request as object), token: TOKEN } } : { ...asked, token: TOKEN }
  return { ...frame, params: { ...params, arguments: told } }
}

/** Task ids, wherever both answers have one; and the clock's id, which is the home's here. */
function learn(names: Names, ours: unknown, theirs: unknown): void {
  if (typeof ours !== 'object' || ours === null || typeof theirs !== 'object' || theirs === null) return
  for (const [key, value] of Object.entries(theirs)) {
    const mine: unknown = (ours as Record<string, unknown>)[key]
    if (key === 'task_id' && /^[0-9a-f]{32}$/.test(String(value))) names.learn(mine, value)
    else if (key === 'node_id' && value === THEIR_CLOCK) names.learn(mine, value)
    else learn(names, mine, value)
  }
}

/** One capture is abridged: 129 frames, of which the last is one too many. */
function toExchange({ note, frames_sent: sent, frames_received: received }: SessionCapture) {
  const wanted = received.filter(
    (one): one is Exclude<typeof one, string | null> => typeof one === 'object' && one !== null,
  )
  const isClosed = received.includes('closed')
  if (!note.startsWith('129th frame')) return { sent, wanted, isClosed }
  const many = Array.from({ length: 128 }, (_, at) => ({ jsonrpc: '2.0', id: at + 2, method: 'tools/list' }))
  return { sent: [...sent.slice(0, 1), ...many], wanted, isClosed }
}
