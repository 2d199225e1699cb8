/**
 * A claim that waits at a home says what this worker had to give when it was made. Once there is more (a task has ended, the
 * policy allows other things, the engine is back), it is made again under the same request id: the home puts it in the place
 * of the one that waits, which it answers with nothing. It is never broken off from here, because a grant may be on its way.
 */
import type { Offer } from '../../core/fit.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { WakeUps } from './wake-ups.ts'

export interface StandingClaimDeps {
  readonly clock: Pick<Clock, 'sleep'>
  /** What one more task could have now. */
  readonly offer: () => Offer
  /** Woken whenever that may have changed. */
  readonly changes: WakeUps
  /** Makes the claim, or makes it again; resolves when it is answered. */
  readonly ask: (offer: Offer) => Promise<void>
}

/** Room that comes and goes by the hundred in a second is told this often. */
const PACE_MS = 100
/** A home of an older build answers the one that waits only when its time is up. */
const MOST_WAITING = 2

/** Resolves when the claim that was made last is answered. @throws what it throws */
export async function standClaim(
  { clock, offer, changes, ask }: StandingClaimDeps,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  let waiting = 0
  const begin = (said: Offer): Promise<'answered'> => {
    waiting += 1
    return ask(said)
      .finally(() => {
        waiting -= 1
      })
      .then(() => 'answered' as const)
  }
  const untilMore = async (said: Offer): Promise<'more'> => {
    while (waiting >= MOST_WAITING || !offersMore(offer(), said)) await changes.next(either)
    return 'more'
  }
  try {
    let said = offer()
    let asked = begin(said)
    for (;;) {
      const more = untilMore(said)
      more.catch(() => undefined)
      if ((await Promise.race([asked, more])) === 'answered') return
      // What became of it is told by the one that takes its place.
      asked.catch(() => undefined)
      said = offer()
      asked = begin(said)
      await Promise.race([asked, clock.sleep(PACE_MS, either).catch(() => undefined)])
    }
  } finally {
    over.abort(new Error('answered'))
  }
}

/** Whether something may fit the one that did not fit the other. */
function offersMore(now: Offer, said: Offer): boolean {
  return (
    now.policy.digest !== said.policy.digest ||
    now.cpus > said.cpus ||
    now.memoryBytes > said.memoryBytes ||
    now.diskBytes > said.diskBytes ||
    now.gpus > said.gpus ||
    now.taskTypes.some((type) => !said.taskTypes.includes(type))
  )
}
