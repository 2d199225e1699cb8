/** GitHub's part: signed deliveries of one secret, at a pace or with a fixed number under way. */
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { signBody } from '../../src/webhook/signatures.ts'
import { REPOSITORY, SECRET, type Receiver } from './contestants.ts'

/** As long as a push with a few commits. */
const BODY_BYTES = 8_192
export const PER_SECOND = 200
export const AT_A_TIME = 64

const shared = { repository: { full_name: REPOSITORY }, fill: '' }
const body = JSON.stringify({ ...shared, fill: 'x'.repeat(BODY_BYTES - JSON.stringify(shared).length) })
const signature = await signBody([SECRET], body)

export interface Run {
  readonly waitsMs: readonly number[]
  readonly perSecond: number
}

export async function deliverAtPace(receiver: Receiver, count: number): Promise<Run> {
  using agent = disposable()
  const waits: Promise<number>[] = []
  const from = performance.now()
  for (let n = 0; n < count; n += 1) {
    waits.push(deliver(receiver, agent))
    const aheadMs = ((n + 1) * 1_000) / PER_SECOND - (performance.now() - from)
    if (aheadMs > 0) await systemClock.sleep(aheadMs)
  }
  const waitsMs = await Promise.all(waits)
  return { waitsMs, perSecond: (count * 1_000) / (performance.now() - from) }
}

export async function deliverFlatOut(receiver: Receiver, count: number): Promise<Run> {
  using agent = disposable()
  const waitsMs: number[] = []
  const from = performance.now()
  let left = count
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      waitsMs.push(await deliver(receiver, agent))
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, one))
  return { waitsMs, perSecond: (count * 1_000) / (performance.now() - from) }
}

/** A receiver that takes what is not signed with its secret has another task than ours. */
export async function refusesForgery(receiver: Receiver): Promise<boolean> {
  using agent = disposable()
  const forged = `sha256=${'0'.repeat(64)}`
  return (await statusOf(receiver, agent, forged)) !== receiver.status
}

/** @returns how long its answer took, milliseconds @throws Error when it is not the one that acknowledges */
async function deliver(receiver: Receiver, agent: Agent): Promise<number> {
  const from = performance.now()
  const status = await statusOf(receiver, agent, signature)
  if (status !== receiver.status) throw new Error(`${receiver.name} answered a delivery with ${String(status)}`)
  return performance.now() - from
}

async function statusOf({ url }: Receiver, agent: Agent, signed: string): Promise<number | undefined> {
  const sending = request(url, {
    agent,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-github-delivery': systemRandom.uuid(),
      'x-github-event': 'push',
      'x-hub-signature-256': signed,
    },
  })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return answer.statusCode
}

function disposable(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME })
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}
