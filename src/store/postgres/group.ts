/**
 * Changes to a shared home, many to a transaction. Steps that are asked for while a transaction is under way go together in
 * the next: one round of BEGIN, COMMIT and the database's sync for all. A step that throws takes nothing of its neighbours
 * with it: the transaction is begun again with a savepoint around each.
 *
 * Other peers work on the same rows. Whoever collides with them is tried again; when the connection is lost the whole
 * group is, for a while, unless it was lost while committing, for then nobody knows what became of it and the callers are
 * told so. Every operation may be repeated: submits have keys, claims request ids, reports fences.
 */
import type pg from 'pg'
import type { Clock } from '../../core/ports/clock.ts'
import { storeClosed } from '../closed.ts'
import { isCollision, isDisconnect } from './connect.ts'
import { Sql, type Change } from './transaction.ts'

export interface GroupDeps {
  readonly connect: () => Promise<pg.Client>
  readonly clock: Clock
  readonly maxSteps: number
  /** How long a group waits for the database to come back, milliseconds. */
  readonly patienceMs: number
  /** Writes what others are told with the commit. */
  readonly beforeCommit: (sql: Sql, changes: readonly Change[]) => Promise<void>
  readonly afterCommit: (changes: readonly Change[]) => Promise<void>
  readonly wrap: (thrown: unknown) => unknown
  readonly lost: (thrown: unknown) => void
}

/** Done for many callers in one call: one result for each item, in order. */
export interface Shared<I, O> {
  /** Callers of one kind go together. */
  readonly kind: string
  readonly items: readonly I[]
  readonly work: (sql: Sql, change: Change, items: readonly I[]) => Promise<readonly O[]>
}

interface Step {
  readonly work: (sql: Sql, change: Change) => Promise<unknown>
  readonly shared?: Shared<unknown, unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (thrown: unknown) => void
}

interface Outcome {
  readonly step: Step
  readonly change: Change
  readonly value?: unknown
  readonly thrown?: unknown
}

const COLLISIONS = 8
const RECONNECT_MS = { first: 100, longest: 2_000 } as const

export class Group {
  readonly #deps: GroupDeps
  #waiting: Step[] = []
  #running: Promise<void> | undefined
  #client: pg.Client | undefined
  #closed = false

  constructor(deps: GroupDeps) {
    this.#deps = deps
  }

  /** @returns what `work` returned, once that is durable. `work` may run more than once. */
  run<T>(work: (sql: Sql, change: Change) => Promise<T>): Promise<T> {
    return this.#ask({ work }) as Promise<T>
  }

  /** As `run`, in as few statements for all callers of its kind as for one. */
  runShared<I, O>(shared: Shared<I, O>): Promise<readonly O[]> {
    const work = (sql: Sql, change: Change): Promise<readonly O[]> => shared.work(sql, change, shared.items)
    return this.#ask({ work, shared: shared as Shared<unknown, unknown> }) as Promise<readonly O[]>
  }

  #ask(step: Pick<Step, 'work' | 'shared'>): Promise<unknown> {
    if (this.#closed) return Promise.reject(storeClosed())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...step, resolve, reject })
      this.#running ??= this.#runAll()
    })
  }

  /** What was asked for is done first. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
    await this.#client?.end().catch(() => undefined)
    this.#client = undefined
  }

  async #runAll(): Promise<void> {
    // What is asked for in the same turn goes together.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const steps = this.#waiting.splice(0, this.#deps.maxSteps)
      try {
        const outcomes = await this.#commit(steps)
        await this.#deps.afterCommit(outcomes.filter(({ thrown }) => thrown === undefined).map(({ change }) => change))
        for (const { step, value, thrown } of outcomes) {
          if (thrown === undefined) step.resolve(value)
          else step.reject(this.#deps.wrap(thrown))
        }
      } catch (thrown) {
        for (const step of steps) step.reject(this.#deps.wrap(thrown))
      }
    }
    // In the same turn as the last look: whoever asks after it starts the next run.
    this.#running = undefined
  }

  async #commit(steps: readonly Step[]): Promise<readonly Outcome[]> {
    const giveUpAt = this.#deps.clock.mono() + this.#deps.patienceMs
    let pauseMs: number = RECONNECT_MS.first
    let careful = false
    for (let collisions = 0; ;) {
      const attempt = { committing: false }
      try {
        this.#client ??= await this.#deps.connect()
        return await this.#transact(this.#client, steps, careful, attempt)
      } catch (thrown) {
        if (isDisconnect(thrown)) {
          this.#drop(thrown)
          if (attempt.committing || this.#deps.clock.mono() + pauseMs > giveUpAt) throw thrown
          await this.#deps.clock.sleep(pauseMs)
          pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.longest)
        } else if (isCollision(thrown) && collisions < COLLISIONS) {
          collisions += 1
        } else if (!careful && steps.length > 1) {
          careful = true
        } else {
          throw thrown
        }
      }
    }
  }

  async #transact(
    client: pg.Client,
    steps: readonly Step[],
    careful: boolean,
    attempt: { committing: boolean },
  ): Promise<readonly Outcome[]> {
    const sql = new Sql(client)
    const outcomes: Outcome[] = []
    await client.query('BEGIN')
    try {
      for (const together of careful ? steps.map((step) => [step]) : inKinds(steps)) {
        outcomes.push(...(await this.#try(sql, together, careful)))
      }
      const changes = outcomes.filter(({ thrown }) => thrown === undefined).map(({ change }) => change)
      await this.#deps.beforeCommit(sql, changes)
    } catch (thrown) {
      if (!isDisconnect(thrown)) await client.query('ROLLBACK')
      throw thrown
    }
    attempt.committing = true
    await client.query('COMMIT')
    return outcomes
  }

  /** @param steps of one kind; a single one when a step may fail alone */
  async #try(sql: Sql, steps: readonly Step[], careful: boolean): Promise<readonly Outcome[]> {
    const [step] = steps
    if (step === undefined) return []
    const change: Change = { changed: [], ready: [] }
    if (!careful) {
      if (steps.length === 1) return [{ step, change, value: await step.work(sql, change) }]
      return doTogether(sql, steps, change)
    }
    await sql.run('SAVEPOINT step')
    try {
      const value = await step.work(sql, change)
      await sql.run('RELEASE SAVEPOINT step')
      return [{ step, change, value }]
    } catch (thrown) {
      if (isDisconnect(thrown) || isCollision(thrown)) throw thrown
      await sql.run('ROLLBACK TO SAVEPOINT step')
      return [{ step, change, thrown }]
    }
  }

  #drop(thrown: unknown): void {
    const client = this.#client
    this.#client = undefined
    client?.end().catch(() => undefined)
    this.#deps.lost(thrown)
  }
}

/** In the order in which the first of each kind was asked for; nobody waits for a step that goes in the same transaction. */
function inKinds(steps: readonly Step[]): readonly (readonly Step[])[] {
  return [...Map.groupBy(steps, (step) => step.shared?.kind ?? step).values()]
}

async function doTogether(sql: Sql, steps: readonly Step[], change: Change): Promise<readonly Outcome[]> {
  const [first] = steps
  const results = await first?.shared?.work(
    sql,
    change,
    steps.flatMap(({ shared }) => shared?.items ?? []),
  )
  let from = 0
  return steps.map((step, index) => {
    const value = results?.slice(from, (from += step.shared?.items.length ?? 0))
    return { step, value, change: index === 0 ? change : { changed: [], ready: [] } }
  })
}
