/**
 * The HELLO, on both sides, against somebody without the mesh key who has overheard one and may answer with what was just
 * said: `$nonce` and `$proof` in an input stand for the newest ones of this side.
 */
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import { answerGreeting, greet, HelloBusy, type HelloParty, type HelloStream } from '../../../src/mesh/hello.ts'
import { newMeshKey, parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { Broken, hold, linesOf, refusal, type FuzzTarget } from '../engine/target.ts'

const ALICE = '12D3KooWKKecaxb1crCMkAqqcY1NBCnWSav8HESsqBJXfMkXxEyJ' as PeerId
const BOB = '12D3KooWBgKXM4ukigLAPGv1iGHrHLo1s3QN1nDUCnv5suckcAgC' as PeerId

const random = new SeededRandom(5)
const KEY = parseMeshKey(newMeshKey(random))

function party(self: PeerId, remote: PeerId): HelloParty {
  const hello = { homes: [], features: ['work'], runnerName: 'runner' }
  return { self, remote, keys: [KEY], hello, addresses: [], random, clock: { mono: () => 0 } }
}

class OverAtEnd extends Error {}

/** Says the lines of an input one after another. */
class Scripted implements HelloStream {
  readonly #lines: Buffer[]
  readonly said: string[] = []

  constructor(input: Uint8Array) {
    this.#lines = linesOf(input)
  }

  send(frame: Uint8Array): Promise<void> {
    this.said.push(Buffer.from(frame).toString())
    return Promise.resolve()
  }

  next(): Promise<Uint8Array> {
    const line = this.#lines.shift()
    if (line === undefined) return Promise.reject(new OverAtEnd())
    const newest = (field: string) => new RegExp(`"${field}":"([^"]*)"`).exec(this.said.at(-1) ?? '')?.[1] ?? ''
    const text = line.toString('latin1').replaceAll('$nonce', newest('nonce')).replaceAll('$proof', newest('proof'))
    return Promise.resolve(Buffer.from(text, 'latin1'))
  }
}

/** One that went well, as whoever listened would have it. */
async function overhear(): Promise<readonly [dialer: string[], listener: string[]]> {
  const queues: [Uint8Array[], Uint8Array[]] = [[], []]
  const waiting: (((frame: Uint8Array) => void) | undefined)[] = []
  const said: [string[], string[]] = [[], []]
  const end = (own: 0 | 1): HelloStream => ({
    send: (frame) => {
      const other = own === 0 ? 1 : 0
      said[own].push(Buffer.from(frame).toString())
      const take = waiting[other]
      waiting[other] = undefined
      if (take === undefined) queues[other].push(frame)
      else take(frame)
      return Promise.resolve()
    },
    next: () => {
      const frame = queues[own].shift()
      return frame === undefined ? new Promise((resolve) => (waiting[own] = resolve)) : Promise.resolve(frame)
    },
  })
  await Promise.all([greet(end(0), party(ALICE, BOB)), answerGreeting(end(1), party(BOB, ALICE), () => false)])
  return said
}

export async function openHello(): Promise<FuzzTarget> {
  const [dialer, listener] = await overhear()
  const [hello = '', prove = ''] = dialer
  const [answer = '', admitted = ''] = listener
  return {
    name: 'hello',
    form: 'json-lines',
    seeds: [
      `${hello}\n${prove}`,
      `${hello}\n{"jsonrpc":"2.0","id":2,"method":"hello.prove","params":{"proof":"$proof"}}`,
      `${answer}\n${admitted}`,
      `${answer.replace(/"nonce":"[^"]*"/, '"nonce":"$nonce"')}\n${admitted}`,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no","data":{"code":"busy"}}}',
      `${hello.replace('"versions"', '"crit":["moon"],"versions"')}\n${prove}`,
    ],
    words: ['$nonce', '$proof', 'hello.prove', 'crit', 'also', 'capabilities', KEY.meshId, ALICE, BOB, 'busy'],
    attempt: async (input) => {
      const outcomes = await Promise.all([
        outcomeOf(answerGreeting(new Scripted(input), party(BOB, ALICE), () => false)),
        outcomeOf(greet(new Scripted(input), party(ALICE, BOB))),
      ])
      return outcomes.join(' / ')
    },
  }
}

async function outcomeOf(greeting: Promise<unknown>): Promise<string> {
  try {
    await greeting
  } catch (thrown) {
    if (thrown instanceof OverAtEnd) return 'no more was said'
    if (thrown instanceof HelloBusy) return 'busy'
    hold(thrown instanceof RunnerMeshError, `what a stranger says is told in our errors: ${String(thrown)}`)
    return refusal(thrown, 'not_admitted', 'protocol_mismatch', 'peer_not_allowed')
  }
  throw new Broken('nobody is admitted without the mesh key')
}
