/**
 * What admitted peers ask each other about how they can be reached, on `/runner-mesh/reach/1.0.0`, one question a stream:
 *
 *   asker                               answerer
 *     {ports: [9720]} ─▶
 *     ◀─ {observed, relays, addresses}    where it sees the asker, how far its own relay is reached from, its addresses
 *     ◀─ {reached: [9720]}                at which of those ports of the observed address the asker itself answered
 *
 * The second answer comes only when there was something to dial. Only the address that the asker comes from is dialled, so
 * nobody is made to knock at others' doors, and a peer is dialled back for one question at a time.
 */
import { z } from 'zod'
import { RunnerMeshError } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Channel } from '../../core/ports/mesh.ts'
import { FAR, type Far } from './reachability.ts'

export const REACH_PROTOCOL = '/runner-mesh/reach/1.0.0'

const MOST_PORTS = 4
const ANSWER_MS = 15 * SECOND
/** Between two questions of one peer that have something dialled. */
const DIAL_BACK_PAUSE_MS = 2 * SECOND

const WORDS = ['neighbour', 'networks', 'internet'] as const

const question = z.object({ ports: z.array(z.int().min(1).max(65_535)).max(MOST_PORTS) })
const seen = z.object({
  observed: z.string().max(512).optional(),
  relays: z.enum(WORDS),
  addresses: z.array(z.string().max(512)).max(16),
})
const dialled = z.object({ reached: z.array(z.int()).max(MOST_PORTS) })

export interface Seen {
  /** Where the answerer sees the asker; unset when it sees only a relay. */
  readonly observed?: string
  /** How far away those are that reach the answerer's relay; `neighbour` says that it relays for nobody. */
  readonly relays: Far
  readonly addresses: readonly string[]
}

export interface ReachAnswererDeps {
  /** @returns the address of the direct connection with that peer */
  readonly observed: (peer: PeerId) => string | undefined
  readonly relays: () => Far
  readonly addresses: () => readonly string[]
  /** Whether a new connection to that port, at the address the peer comes from, ends at that peer. */
  readonly dialBack: (peer: PeerId, observed: string, port: number) => Promise<boolean>
  readonly clock: Clock
}

export class ReachAnswerer {
  readonly #deps: ReachAnswererDeps
  readonly #dialledAt = new Map<PeerId, number>()

  constructor(deps: ReachAnswererDeps) {
    this.#deps = deps
  }

  answer(channel: Channel): void {
    channel.onFrame((frame) => {
      this.#answer(channel, frame).catch((cause: unknown) => channel.abort(cause as Error))
    })
    const cancel = this.#deps.clock.after(ANSWER_MS, () => channel.abort(new Error('no question came')))
    channel.onClose(cancel)
  }

  async #answer(channel: Channel, frame: Uint8Array): Promise<void> {
    const { observed, relays, addresses } = this.#deps
    const { ports } = question.parse(JSON.parse(Buffer.from(frame).toString()))
    const from = observed(channel.remote)
    await send(channel, {
      ...(from === undefined ? {} : { observed: from }),
      relays: WORDS[relays()],
      addresses: addresses().slice(0, 16),
    })
    if (from !== undefined && ports.length > 0 && this.#mayDial(channel.remote)) {
      const answers = await Promise.all(
        [...new Set(ports)].map(async (port) =>
          (await this.#deps.dialBack(channel.remote, from, port)) ? [port] : [],
        ),
      )
      await send(channel, { reached: answers.flat() })
    }
    await channel.close()
  }

  #mayDial(peer: PeerId): boolean {
    const now = this.#deps.clock.mono()
    for (const [other, at] of this.#dialledAt) if (now - at >= DIAL_BACK_PAUSE_MS) this.#dialledAt.delete(other)
    if (this.#dialledAt.has(peer)) return false
    this.#dialledAt.set(peer, now)
    return true
  }
}

/**
 * @param ports to be dialled back; empty: only asks what the peer sees and is
 * @param onSeen called with the first answer
 * @returns the ports that were reached, or undefined when the peer did not try
 * @throws RunnerMeshError peer_unreachable, protocol_mismatch
 */
export async function askReach(
  channel: Channel,
  ports: readonly number[],
  { clock, onSeen }: { readonly clock: Clock; readonly onSeen: (seen: Seen) => void },
): Promise<readonly number[] | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly number[] | undefined>()
  // It may end before it is waited for; then the question itself fails as well.
  promise.catch(() => undefined)
  let first = true
  channel.onFrame((frame) => {
    try {
      const message: unknown = JSON.parse(Buffer.from(frame).toString())
      if (first) {
        const { observed, relays, addresses } = seen.parse(message)
        onSeen({
          ...(observed === undefined ? {} : { observed }),
          relays: Object.values(FAR)[WORDS.indexOf(relays)] ?? FAR.neighbour,
          addresses: addresses.filter((address) => address.endsWith(`/p2p/${channel.remote}`)),
        })
      } else {
        resolve(dialled.parse(message).reached.filter((port) => ports.includes(port)))
      }
      first = false
    } catch (cause) {
      const text = `Peer ${channel.remote} did not answer on ${REACH_PROTOCOL} as agreed.`
      reject(new RunnerMeshError('protocol_mismatch', text, { cause }))
    }
  })
  channel.onClose((cause) => (cause === undefined ? resolve(undefined) : reject(cause)))
  const cancel = clock.after(ANSWER_MS, () => channel.abort(new Error('no answer came')))
  try {
    await send(channel, { ports: ports.slice(0, MOST_PORTS) })
    return await promise
  } finally {
    cancel()
    await channel.close()
  }
}

function send(channel: Channel, message: object): Promise<void> {
  return channel.send(Buffer.from(JSON.stringify(message)))
}
