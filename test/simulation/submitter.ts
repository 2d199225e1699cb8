/**
 * A client of the simulated world. It submits what it was told to under a key of its own until it is acknowledged, waits
 * for the end, cancels some, and holds what it is told against what it was told before.
 */
import type { PeerId, TaskId } from '../../src/core/ids.ts'
import type { OperationName, Output, RawInput } from '../../src/core/operations/catalog.ts'
import type { Caller } from '../../src/core/operations/operation.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import type { Random } from '../../src/core/ports/clock.ts'
import { isTerminal } from '../../src/core/task.ts'
import { TASK_TYPE } from './containers.ts'
import type { HomeNode } from './home-node.ts'
import type { Machine, Process } from './machine.ts'
import type { Network } from './network.ts'
import type { Trace } from './trace.ts'

/** A call that is not answered for so long is made again. */
const PATIENCE_MS = 6_000

export interface Wish {
  readonly key: string
  readonly home: HomeNode
  readonly afterMs: number
  readonly options: Partial<RawInput<'p2p_taskqueue_submit'>>
  readonly workMs: number
  /** How likely an attempt fails. */
  readonly fails: number
  /** Keys of earlier wishes at the same home that it needs. */
  readonly needs: readonly string[]
  readonly cancelAfterMs: number | undefined
}

export interface Acknowledged {
  readonly home: HomeNode
  readonly taskId: TaskId
  readonly key: string
}

export interface SubmitterDeps {
  readonly machine: Machine
  readonly network: Network
  readonly homes: readonly HomeNode[]
  readonly random: Random
  readonly trace: Trace
}

export class Submitter {
  readonly acknowledged = new Map<string, Acknowledged>()
  readonly #deps: SubmitterDeps
  readonly #process: Process
  readonly #links = new Map<HomeNode, OperationsLink>()
  #open = 0

  constructor(deps: SubmitterDeps) {
    this.#deps = deps
    this.#process = deps.machine.process()
    const peer = `12D3KooWClient${deps.machine.name}`.padEnd(52, 'C') as PeerId
    const caller: Caller = {
      principal: `peer:${peer}`,
      door: 'peers',
      access: new Set(['tasks:read', 'tasks:submit', 'tasks:cancel']),
      peer,
    }
    for (const home of deps.homes) {
      const onLink = (link: OperationsLink) => void this.#links.set(home, link)
      deps.network.dial({ machine: deps.machine, process: this.#process, caller, onLink }, home)
    }
  }

  /** Wishes whose end it has not seen yet. */
  get open(): number {
    return this.#open
  }

  async wish(wish: Wish): Promise<void> {
    this.#open += 1
    await this.#process.sleep(wish.afterMs)
    const { key, home, options, workMs, fails } = wish
    const needs = wish.needs.map((need) => this.acknowledged.get(need)?.taskId).filter((id) => id !== undefined)
    const answer = await this.#untilAnswered(home, 'p2p_taskqueue_submit', {
      task_type: TASK_TYPE,
      payload: { key, work_ms: workMs, fails },
      idempotency_key: key,
      ...options,
      needs,
    })
    const taskId = answer.task_id as TaskId
    this.#deps.trace.line('acknowledged', key, taskId, answer.created)
    this.acknowledged.set(key, { home, taskId, key })
    if (wish.cancelAfterMs !== undefined) void this.#cancel(home, taskId, wish.cancelAfterMs)
    await this.#follow(home, taskId)
    this.#open -= 1
  }

  /** Waits for the end, and then asks once more. */
  async #follow(home: HomeNode, taskId: TaskId): Promise<void> {
    for (;;) {
      const waited = await this.#untilAnswered(home, 'p2p_taskqueue_wait_task', { task_id: taskId, timeout_s: 5 })
      if (!isTerminal(waited.task.status)) continue
      await this.#process.sleep(this.#deps.random.unit() * 5_000)
      const { task } = await this.#untilAnswered(home, 'p2p_taskqueue_get_task', { task_id: taskId })
      const [first, second] = [waited.task, task].map(({ status, reason, result }) =>
        JSON.stringify({ status, reason, result }),
      )
      if (first !== second) this.#deps.trace.violation(`${taskId} ended as ${String(first)}, then as ${String(second)}`)
      return
    }
  }

  async #cancel(home: HomeNode, taskId: TaskId, afterMs: number): Promise<void> {
    await this.#process.sleep(afterMs)
    const { outcome } = await this.#untilAnswered(home, 'p2p_taskqueue_cancel', { task_id: taskId })
    this.#deps.trace.line('cancel', taskId, outcome)
  }

  async #untilAnswered<N extends OperationName>(home: HomeNode, name: N, input: RawInput<N>): Promise<Output<N>> {
    const { random, trace } = this.#deps
    for (;;) {
      const patience = new AbortController()
      const stopTimer = this.#process.after(PATIENCE_MS, () => {
        patience.abort(new Error('no answer'))
      })
      try {
        const link = this.#links.get(home)
        if (link !== undefined) return await link.call(name, input, { signal: patience.signal })
      } catch (error) {
        const code = (error as { code?: unknown }).code
        if (code === 'task_not_found') trace.violation(`${name} ${JSON.stringify(input)}: ${String(error)}`)
      } finally {
        stopTimer()
      }
      await this.#process.sleep(200 + random.unit() * 1_500)
    }
  }

  close(): void {
    this.#process.kill()
  }
}
