/**
 * Ends of attempts on their way to one home, many in one call. The first goes out at once; those that come while a call is
 * under way go together with the next, so that a busy worker pays for a message once and an idle one waits for nothing.
 */
import { RunnerMeshError } from '../../core/errors.ts'
import type { RawInput } from '../../core/operations/catalog.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { AttemptEnd } from '../../core/ports/work-journal.ts'

type End = RawInput<'p2p_taskqueue_settle'>['ends'][number]

interface Report {
  readonly end: End
  readonly characters: number
  readonly resolve: (outcome: string) => void
  readonly reject: (error: unknown) => void
}

/** One call stays well inside a frame of 1 MiB, in which an end with the longest log tail takes a tenth. */
const CALL = { ends: 128, characters: 400_000 } as const
const MAX_ERROR_CHARACTERS = 16_000

export class SettlementReports {
  readonly #link: OperationsLink
  readonly #signal: AbortSignal
  readonly #waiting: Report[] = []
  #sending = false
  /** A home of a version that knows no call for many. */
  #oneByOne = false

  constructor(link: OperationsLink, signal: AbortSignal) {
    this.#link = link
    this.#signal = signal
  }

  /** @returns what the home made of it, once that is durable. @throws RunnerMeshError what the home refused, or `peer_unreachable` */
  report(grant: GrantView, attempt: AttemptEnd): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = toEnd(grant, attempt)
      this.#waiting.push({ end, characters: JSON.stringify(end).length, resolve, reject })
      void this.#send()
    })
  }

  async #send(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    // What is reported in the same turn goes with it.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const reports = this.#next()
      try {
        const outcomes = await this.#call(reports.map(({ end }) => end))
        reports.forEach(({ resolve, reject }, index) => {
          const outcome = outcomes[index]
          if (outcome === undefined) reject(missingAnswer())
          else resolve(outcome)
        })
      } catch (error) {
        if (reports.length === 1 || isPassing(error)) for (const { reject } of reports) reject(error)
        // One of them was refused, and it is not known which: each is told alone.
        else for (const report of reports) await this.#sendAlone(report)
      }
    }
    this.#sending = false
  }

  async #sendAlone({ end, resolve, reject }: Report): Promise<void> {
    try {
      const [outcome] = await this.#call([end])
      if (outcome === undefined) reject(missingAnswer())
      else resolve(outcome)
    } catch (error) {
      reject(error)
    }
  }

  #next(): readonly Report[] {
    let [count, characters] = [0, 0]
    for (const report of this.#waiting) {
      characters += report.characters
      if (count > 0 && (count === CALL.ends || characters > CALL.characters)) break
      count += 1
    }
    return this.#waiting.splice(0, this.#oneByOne ? 1 : count)
  }

  async #call(ends: readonly End[]): Promise<readonly string[]> {
    if (!this.#oneByOne) {
      try {
        const answer = await this.#link.call('p2p_taskqueue_settle', { ends: [...ends] }, { signal: this.#signal })
        return answer.outcomes.map(({ outcome }) => outcome)
      } catch (error) {
        if (!(error instanceof RunnerMeshError) || error.code !== 'unknown_operation') throw error
        this.#oneByOne = true
      }
    }
    const outcomes: string[] = []
    for (const end of ends) {
      const { outcome } = await this.#link.call('p2p_taskqueue_complete_task', end, { signal: this.#signal })
      outcomes.push(outcome)
    }
    return outcomes
  }
}

function toEnd({ task_id, fence }: GrantView, { status, reason, exitCode, result, error, hostFault }: AttemptEnd): End {
  return {
    task_id,
    fence,
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(exitCode === undefined ? {} : { exit_code: exitCode }),
    ...(result === undefined ? {} : { result: result as Record<string, never> }),
    ...(error === undefined ? {} : { error: error.slice(0, MAX_ERROR_CHARACTERS) }),
    ...(hostFault === undefined ? {} : { host_fault: hostFault }),
  }
}

/** Nothing is wrong with what was reported; it is worth telling again as it is. */
function isPassing(error: unknown): boolean {
  return !(error instanceof RunnerMeshError) || error.retryable
}

function missingAnswer(): RunnerMeshError {
  return new RunnerMeshError(
    'protocol_mismatch',
    'The home answered fewer outcomes than were asked for. Upgrade the older of the two.',
  )
}
