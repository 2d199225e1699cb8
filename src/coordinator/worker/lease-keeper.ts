/**
 * Keeps the leases of one worker, per home in one batched renewal that also carries progress.
 *
 * A renewal goes out every `renewEveryMs` (± jitter), or soon after there is progress to tell or the home asks for it. Each answer moves the local
 * deadline to: moment the request was sent + lease − margin, on the monotonic clock. An attempt whose deadline passes, or
 * whose home says `lost`, is stopped with `lease_lost`; one the home says `cancel` for, with `cancelled`.
 */
import { errorText } from '../../core/errors.ts'
import type { HomeId } from '../../core/ids.ts'
import { SECOND, type LeaseSettings } from '../../core/lease.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Input } from '../../core/operations/catalog.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import type { StopCause } from '../../core/ports/executor.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import type { Links } from '../links.ts'

export type ProgressInput = NonNullable<Input<'p2p_taskqueue_renew'>['leases'][number]['progress']>

export interface LeaseKeeperDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly lease: LeaseSettings
  readonly links: Pick<Links, 'findByHome' | 'putLast'>
}

/** Progress is told at most this often. */
const PROGRESS_EVERY_MS = 500
/** What a home asks for at once is one renewal. */
const PROMPT_MS = 20
/** A home that does not answer a renewal is asked again after this long. */
const RETRY_MS = SECOND

export interface KeptLease {
  progress(progress: ProgressInput): void
  /** The attempt is over: no more renewals. */
  end(): void
}

interface Entry {
  readonly grant: GrantView
  readonly stop: (cause: StopCause) => void
  deadline: number
  progress: ProgressInput | undefined
}

interface HomeBatch {
  readonly entries: Map<string, Entry>
  /** Monotonic moment of the next renewal. */
  dueAt: number
  cancelTimer: () => void
  sending: boolean
  /** The home has asked for a renewal since the one under way began. */
  wanted: boolean
}

export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps
  readonly #batches = new Map<HomeId, HomeBatch>()

  constructor(deps: LeaseKeeperDeps) {
    this.#deps = deps
  }

  keep(home: HomeId, grant: GrantView, stop: (cause: StopCause) => void): KeptLease {
    const { clock, lease } = this.#deps
    const batch = this.#batches.get(home) ?? {
      entries: new Map<string, Entry>(),
      dueAt: Infinity,
      cancelTimer: () => undefined,
      sending: false,
      wanted: false,
    }
    this.#batches.set(home, batch)
    const key = `${grant.task_id} ${String(grant.fence)}`
    const entry: Entry = { grant, stop, deadline: clock.mono() + grant.lease_ms - lease.marginMs, progress: undefined }
    batch.entries.set(key, entry)
    // The first renewal is early: it makes the local deadline exact, which a parked claim cannot know.
    this.#due(home, batch, SECOND)
    return {
      progress: (progress) => {
        entry.progress = progress
        this.#due(home, batch, PROGRESS_EVERY_MS)
      },
      end: () => {
        batch.entries.delete(key)
        if (batch.entries.size === 0) {
          batch.cancelTimer()
          this.#batches.delete(home)
        }
      },
    }
  }

  /** The home has something to say of one of its leases. */
  renewSoon(home: HomeId): void {
    const batch = this.#batches.get(home)
    if (batch === undefined) return
    batch.wanted = true
    this.#due(home, batch, PROMPT_MS)
  }

  #due(home: HomeId, batch: HomeBatch, ms: number): void {
    const at = this.#deps.clock.mono() + ms
    if (batch.sending || batch.dueAt <= at) return
    batch.cancelTimer()
    batch.dueAt = at
    batch.cancelTimer = this.#deps.clock.after(ms, () => {
      void this.#renew(home, batch)
    })
  }

  async #renew(home: HomeId, batch: HomeBatch): Promise<void> {
    const { clock, lease, log, random } = this.#deps
    batch.sending = true
    batch.wanted = false
    let nextMs = lease.renewEveryMs * (1 + lease.renewJitter * (2 * random.unit() - 1))
    const entries = [...batch.entries.values()]
    const told = entries.map((entry) => entry.progress)
    const sentAt = clock.mono()
    const link = this.#deps.links.findByHome(home)
    try {
      if (link === undefined) throw new Error(`no link to home ${home}`)
      using limit = new TimeLimit(clock, lease.renewEveryMs, 'no answer')
      const leases = entries.map(({ grant, progress }) => ({
        task_id: grant.task_id,
        fence: grant.fence,
        ...(progress === undefined ? {} : { progress }),
      }))
      const answer = await link.call('p2p_taskqueue_renew', { leases }, { signal: limit.signal })
      entries.forEach((entry, index) => {
        const verdict = answer.verdicts[index]?.verdict ?? 'lost'
        if (verdict === 'lost') entry.stop('lease_lost')
        else entry.deadline = sentAt + answer.lease_ms - lease.marginMs
        if (verdict === 'cancel') entry.stop('cancelled')
        if (entry.progress === told[index]) entry.progress = undefined
      })
    } catch (error) {
      log.warn('lease.renewal_failed', { home, leases: entries.length, error: errorText(error) })
      nextMs = RETRY_MS
      if (link !== undefined) this.#deps.links.putLast(link)
    }
    const now = clock.mono()
    for (const entry of batch.entries.values()) {
      if (entry.deadline <= now) entry.stop('lease_lost')
      else nextMs = Math.min(nextMs, entry.deadline - now)
      if (entry.progress !== undefined) nextMs = Math.min(nextMs, PROGRESS_EVERY_MS)
    }
    if (isWanted(batch)) nextMs = Math.min(nextMs, PROMPT_MS)
    batch.sending = false
    batch.dueAt = Infinity
    if (batch.entries.size > 0) this.#due(home, batch, nextMs)
  }
}

/** Changes while a renewal is under way. */
function isWanted({ wanted }: HomeBatch): boolean {
  return wanted
}
