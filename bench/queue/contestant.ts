/** A queue under test, and how it is driven: callers in a loop of submit, take and settle, of tasks that do nothing. */

export interface Load {
  /** Loops under way at a time. */
  readonly callers: number
  /** Tasks that one loop submits, takes and settles at a time. */
  readonly batch: number
  readonly ms: number
}

export interface Cycle {
  readonly tasks: number
  readonly seconds: number
  /** One per turn of a loop: from its submit until the settlement of its last task was answered, milliseconds. */
  readonly turnsMs: readonly number[]
  /** What this process spent, user and system; a server's share is not in it. */
  readonly cpuSeconds: number
}

export interface Contestant {
  readonly name: string
  /** When it answers, and so what a loss of power may take. */
  readonly durability: string
  readonly batches: boolean
  /** Waits, too, for what is under way when the time is up. */
  cycle(load: Load): Promise<Cycle>
}

/** A peer that could not be had, and why. */
export interface Missing {
  readonly name: string
  readonly missing: string
}

/** @param turn submits, takes and settles one batch */
export async function drive({ callers, batch, ms }: Load, turn: () => Promise<unknown>): Promise<Cycle> {
  const turnsMs: number[] = []
  const cpu = process.cpuUsage()
  const from = performance.now()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let at = performance.now(); at - from < ms;) {
        await turn()
        const now = performance.now()
        turnsMs.push(now - at)
        at = now
      }
    }),
  )
  const seconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { tasks: turnsMs.length * batch, seconds, turnsMs, cpuSeconds: (user + system) / 1e6 }
}

/** Batches on their way through a queue whose workers are called back task by task. */
export class Batches {
  readonly #open = new Map<number, { left: number; readonly done: () => void }>()
  #last = 0

  /** @param submit is handed the batch's number, which every task of it carries. @returns once all of it has settled */
  async run(size: number, submit: (batch: number) => Promise<unknown>): Promise<void> {
    this.#last += 1
    const batch = this.#last
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#open.set(batch, { left: size, done: () => resolve(undefined) })
    await Promise.all([submit(batch), promise])
  }

  settled(batch: number): void {
    const open = this.#open.get(batch)
    if (open === undefined) return
    open.left -= 1
    if (open.left > 0) return
    this.#open.delete(batch)
    open.done()
  }
}
