/**
 * What a home answered, held against the guarantees. It knows nothing of how the store works: it sees the calls of the
 * store and their answers from outside, and keeps only what must be true whatever the store does.
 *
 * Of a lease it keeps the earliest instant at which it may end, on the home's own monotonic clock: the call that granted
 * or renewed it began then or later.
 */
import type { Fence, PeerId, TaskId } from '../../src/core/ids.ts'
import type { Grant, Settled, Settlement, TaskStore } from '../../src/core/ports/task-store.ts'
import { isTerminal, type Task } from '../../src/core/task.ts'
import type { Process } from './machine.ts'
import type { Trace } from './trace.ts'

interface Held {
  readonly fence: Fence
  readonly worker: PeerId
  readonly requestId: string
  readonly leaseMs: number
  readonly group: Task['group']
  /** Monotonic instant before which the lease does not end by itself. */
  until: number
  /** Its worker said that it has ended, or gave it back; whether the home got so far is not known. */
  givenUp: boolean
  /** The call of the store that granted it. */
  readonly call: number
}

interface End {
  readonly status: Task['status']
  readonly reason: Task['reason']
  readonly result: string
}

interface Known {
  /** Every grant that was answered, newest last. */
  readonly grants: Held[]
  needs: readonly TaskId[]
  end: End | undefined
}

export interface HistoryDeps {
  readonly trace: Trace
  readonly graceMs: number
  readonly isRunning: (taskId: TaskId, fence: Fence) => boolean
}

export class History {
  readonly #deps: HistoryDeps
  readonly #tasks = new Map<TaskId, Known>()
  /** Claims that were asked for and not answered yet, or never. */
  readonly #unanswered = new Set<string>()
  #lastFence = 0
  #calls = 0

  constructor(deps: HistoryDeps) {
    this.#deps = deps
  }

  /** What the home answers from now on is looked at, until its process is killed. */
  observe(store: TaskStore, process: Process): TaskStore {
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'claim') return this.#claim(target, process)
        if (name === 'renew') return this.#renew(target, process)
        if (name === 'settle') return this.#settle(target, process)
        if (name === 'release' || name === 'refuse') return this.#giveBack(target, name)
        if (name === 'find') return this.#find(target, process)
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  /** The process that held the leases is gone at `goneAt`, another begins at `mono`: what lived then lives a full lease. */
  restarted(goneAt: number, mono: number): void {
    for (const { grants, end } of this.#tasks.values()) {
      const last = grants.at(-1)
      if (last !== undefined && end === undefined && !last.givenUp && last.until > goneAt) {
        last.until = mono + last.leaseMs
      }
    }
  }

  /** Once all is over. */
  verify(): void {
    for (const [taskId, { grants, needs }] of this.#tasks) {
      if (grants.length === 0) continue
      for (const need of needs) {
        const status = this.#tasks.get(need)?.end?.status
        if (status !== 'completed') {
          this.#violation(`${taskId} was granted though ${need}, which it needs, is ${status ?? 'not ended'}`)
        }
      }
    }
  }

  #claim(store: TaskStore, process: Process): TaskStore['claim'] {
    return async (request, now) => {
      const [began, fenceBefore] = [process.mono(), this.#lastFence]
      const call = (this.#calls += 1)
      const key = `${request.worker} ${request.requestId}`
      const isRepeat = this.#unanswered.has(key)
      this.#unanswered.add(key)
      const grants = await store.claim(request, now)
      if (!process.alive) return grants
      this.#unanswered.delete(key)
      // A process that is gone may have granted it and told nobody: its fence is as old as that.
      const claimed = { began, fenceBefore: isRepeat ? 0 : fenceBefore, call, now: process.mono() }
      for (const grant of grants) this.#granted(grant, request, claimed)
      return grants
    }
  }

  #granted(
    { task, fence, leaseMs }: Grant,
    { worker, requestId }: { worker: PeerId; requestId: string },
    { began, fenceBefore, call, now }: { began: number; fenceBefore: number; call: number; now: number },
  ): void {
    this.#deps.trace.line('granted', task.id, fence, worker)
    const known = this.#get(task.id)
    known.needs = task.needs
    const same = known.grants.find((held) => held.fence === fence)
    if (same !== undefined) {
      if (same.worker !== worker || same.requestId !== requestId)
        this.#violation(`fence ${String(fence)} of ${task.id} was given to ${same.worker} and to ${worker}`)
      return
    }
    if (fence <= fenceBefore)
      this.#violation(`fence ${String(fence)} of ${task.id} is not above ${String(fenceBefore)}, given out before`)
    if (known.end !== undefined) this.#violation(`${task.id} was granted after it had ended ${known.end.status}`)
    const last = known.grants.at(-1)
    if (last !== undefined && fence <= last.fence) {
      this.#violation(`fence ${String(fence)} of ${task.id} is not above its own before, ${String(last.fence)}`)
    }
    if (last !== undefined && !last.givenUp) this.#checkAgain(task, last, now)
    this.#checkGroup(task, now)
    this.#checkRequest(worker, requestId, call, now)
    this.#lastFence = Math.max(this.#lastFence, fence)
    const held = { fence, worker, requestId, leaseMs, group: task.group, until: began + leaseMs, givenUp: false, call }
    known.grants.push(held)
  }

  /** A task is granted again of which nobody said that the attempt before has ended. */
  #checkAgain({ id, idempotent, retryOn }: Task, last: Held, now: number): void {
    if (now < last.until) this.#violation(`${id} was granted while the lease of ${last.worker} was alive`)
    if (idempotent) return
    if (!retryOn.includes('worker_lost') && !retryOn.includes('any'))
      this.#violation(`${id} is not idempotent and was granted again after its worker was lost`)
    else if (now < last.until + this.#deps.graceMs)
      this.#violation(`${id} is not idempotent and was granted again within its grace`)
  }

  #checkGroup({ id, group }: Task, now: number): void {
    if (group === undefined) return
    let running = 0
    for (const { grants, end } of this.#tasks.values()) {
      const last = grants.at(-1)
      const lives = end === undefined && last?.givenUp === false && now < last.until
      if (lives && last.group?.key === group.key) running += 1
    }
    if (running >= group.max) this.#violation(`${id} was granted though its group had ${String(running)} running`)
  }

  /** A claim that is repeated is answered with what it was given. */
  #checkRequest(worker: PeerId, requestId: string, call: number, now: number): void {
    for (const [taskId, { grants, end }] of this.#tasks) {
      const last = grants.at(-1)
      if (last?.worker !== worker || last.requestId !== requestId || last.call === call) continue
      if (end === undefined && !last.givenUp && now < last.until)
        this.#violation(`a repeated claim of ${worker}, which holds ${taskId} by it, was given another task`)
    }
  }

  #renew(store: TaskStore, process: Process): TaskStore['renew'] {
    return async (renewals, worker, now) => {
      const began = process.mono()
      const verdicts = await store.renew(renewals, worker, now)
      if (!process.alive) return verdicts
      renewals.forEach(({ taskId, fence }, index) => {
        const held = this.#get(taskId).grants.find((grant) => grant.fence === fence)
        if (verdicts[index] === 'lost' || held === undefined) return
        if (this.#get(taskId).grants.at(-1) !== held)
          this.#violation(`${worker} renewed ${taskId} with fence ${String(fence)}, which is not its latest`)
        held.until = Math.max(held.until, began + held.leaseMs)
      })
      return verdicts
    }
  }

  #settle(store: TaskStore, process: Process): TaskStore['settle'] {
    return async (settlements, now) => {
      const before = settlements.map(({ taskId, fence }) => {
        const known = this.#get(taskId)
        const held = known.grants.find((grant) => grant.fence === fence)
        if (held !== undefined) held.givenUp = true
        return { end: known.end, latest: known.grants.at(-1)?.fence ?? 0 }
      })
      const settled = await store.settle(settlements, now)
      if (!process.alive) return settled
      settlements.forEach((settlement, index) => {
        const answer = settled[index]
        const then = before[index]
        if (answer !== undefined && then !== undefined) this.#settled(settlement, answer, then.latest, then.end)
      })
      return settled
    }
  }

  #settled(settlement: Settlement, { outcome, task }: Settled, latest: number, ended: End | undefined): void {
    const { taskId, fence, status } = settlement
    this.#deps.trace.line('settle', taskId, fence, status, outcome)
    if (outcome === 'unknown') this.#violation(`${taskId} is unknown to the home that granted it`)
    if (outcome === 'fenced' && status === 'completed' && task?.fence === fence && !isTerminal(task.status))
      this.#violation(`the completion of ${taskId} with its latest fence was refused`)
    if (outcome !== 'settled') return
    if (fence < latest)
      this.#violation(`${taskId} was settled with fence ${String(fence)} after ${String(latest)} had been granted`)
    if (ended !== undefined) this.#violation(`${taskId} was settled again after it had ended ${ended.status}`)
    if (task?.status === 'cancelled' && this.#deps.isRunning(taskId, fence))
      this.#violation(`${taskId} is reported cancelled while its run goes on`)
    if (task !== undefined && isTerminal(task.status)) this.#note(task, ended)
  }

  #giveBack(store: TaskStore, name: 'release' | 'refuse'): TaskStore['release'] {
    return (taskId, fence, ...rest: unknown[]) => {
      const held = this.#get(taskId).grants.find((grant) => grant.fence === fence)
      if (held !== undefined) held.givenUp = true
      return (store[name] as (...call: unknown[]) => Promise<boolean>).call(store, taskId, fence, ...rest)
    }
  }

  #find(store: TaskStore, process: Process): TaskStore['find'] {
    return async (taskId) => {
      const before = this.#get(taskId).end
      const task = await store.find(taskId)
      if (process.alive && task !== undefined) this.#note(task, before)
      return task
    }
  }

  /** @param before the end that was known when this was asked for */
  #note(task: Task, before: End | undefined): void {
    const known = this.#get(task.id)
    known.needs = task.needs
    if (!isTerminal(task.status)) {
      if (before !== undefined) this.#violation(`${task.id} had ended ${before.status} and is ${task.status} again`)
      return
    }
    const end = { status: task.status, reason: task.reason, result: JSON.stringify(task.result ?? null) }
    if (known.end === undefined) {
      this.#deps.trace.line('ended', task.id, end.status, end.reason ?? '', end.result)
      known.end = end
    } else if (JSON.stringify(known.end) !== JSON.stringify(end)) {
      this.#violation(`the end of ${task.id} changed from ${JSON.stringify(known.end)} to ${JSON.stringify(end)}`)
    }
  }

  #get(taskId: TaskId): Known {
    const known = this.#tasks.get(taskId) ?? { grants: [], needs: [], end: undefined }
    this.#tasks.set(taskId, known)
    return known
  }

  #violation(what: string): void {
    this.#deps.trace.violation(what)
  }
}
