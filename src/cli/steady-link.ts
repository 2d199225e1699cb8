/**
 * A link that outlives its peer: when the peer goes away, it is looked for again with growing pauses, and the call that was
 * cut off is made again, unless its repeat could change something twice.
 */
import { RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { LinkCallOptions, OperationsLink } from '../core/ports/link.ts'
import type { OperationName, Output, RawInput } from '../core/operations/catalog.ts'

export type ClosableLink = OperationsLink & { close(): Promise<void> }

export interface SteadyOptions {
  readonly open: () => Promise<ClosableLink>
  readonly clock: Pick<Clock, 'mono' | 'sleep'>
  readonly signal: AbortSignal
  /** Tells people who wait; nothing where a first look finds the peer. */
  readonly status: (line: string) => void
  /** How long the peer may be away before it is given up; milliseconds. */
  readonly patienceMs?: number
}

export interface SteadyCallOptions<N extends OperationName> extends LinkCallOptions {
  /**
   * What is asked when the call was cut off `elapsedMs` after it was first made; undefined gives it up with
   * `peer_unreachable`. By default the same is asked.
   */
  readonly again?: (elapsedMs: number) => RawInput<N> | undefined
}

const PAUSE_MS = { first: 100, most: 2 * SECOND } as const

export class SteadyLink {
  readonly #options: SteadyOptions
  #current: Promise<ClosableLink> | undefined

  constructor(options: SteadyOptions, first?: ClosableLink) {
    this.#options = options
    this.#current = first === undefined ? undefined : Promise.resolve(first)
  }

  /** @throws RunnerMeshError what the other side refused; `peer_unreachable` when the peer stays away for too long */
  async call<N extends OperationName>(
    name: N,
    input: RawInput<N>,
    { again = () => input, ...options }: SteadyCallOptions<N> = {},
  ): Promise<Output<N>> {
    const { clock } = this.#options
    const begun = clock.mono()
    for (let asked = input; ;) {
      this.#current ??= this.#reopen()
      const opening = this.#current
      const link = await opening.catch((thrown: unknown) => {
        // Whoever calls next looks for the peer once more.
        if (this.#current === opening) this.#current = undefined
        throw thrown
      })
      try {
        return await link.call(name, asked, options)
      } catch (thrown) {
        const { code } = toRunnerMeshError(thrown)
        if (options.signal?.aborted === true || (code !== 'peer_unreachable' && code !== 'stopping')) throw thrown
        // Several calls may have been cut off by the same loss: the first lets go of the link.
        if (this.#current === opening) {
          this.#current = undefined
          await link.close().catch(() => undefined)
        }
        const next = again(clock.mono() - begun)
        if (next === undefined) throw thrown
        asked = next
      }
    }
  }

  async close(): Promise<void> {
    const opening = this.#current
    this.#current = undefined
    const link = await opening?.catch(() => undefined)
    await link?.close()
  }

  async #reopen(): Promise<ClosableLink> {
    const { open, clock, signal, status, patienceMs = 10 * MINUTE } = this.#options
    const begun = clock.mono()
    let isMissed = false
    for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(PAUSE_MS.most, pauseMs * 2)) {
      await clock.sleep(pauseMs, signal)
      try {
        const link = await open()
        if (isMissed) status('The peer is back.')
        return link
      } catch (thrown) {
        const { code, message } = toRunnerMeshError(thrown)
        if (code !== 'peer_unreachable') throw thrown
        // One that answers at once was never away: only the way to it has ended, as with another command that shared its own.
        if (!isMissed) status('The peer is away; waiting for it.')
        isMissed = true
        if (clock.mono() - begun > patienceMs) {
          const minutes = String(Math.round(patienceMs / MINUTE))
          throw new RunnerMeshError('peer_unreachable', `The peer stayed away for ${minutes} min. ${message}`)
        }
      }
    }
  }
}
