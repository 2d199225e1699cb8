/**
 * What must hold of a home whatever happens, judged from its answers alone and not from any model of it. The numbers are
 * those of the invariants: I2 transitions and ends, I3 fences, I4 results, I5 groups, I6 held tasks, I7 names, I8 repeated
 * claims, I9 live leases, I11 budgets, I12 needs.
 */
import assert from 'node:assert/strict'
import type { Fence, TaskId } from '../../../../src/core/ids.ts'
import type { ClaimRequest, Grant, NewTask, QueueCounts, Submitted } from '../../../../src/core/ports/task-store.ts'
import { isTerminal, type Task } from '../../../../src/core/task.ts'

interface Known {
  readonly asked: NewTask
  last: Task
  /** The grant that nothing has ended yet, and the monotonic instant up to which it certainly lives. */
  live: { readonly fence: Fence; until: number } | undefined
  resubmitted: boolean
}

interface Named {
  readonly id: TaskId
  readonly until: number
}

const KEY_TTL_MS = 86_400_000

const NEXT: Readonly<Record<Task['status'], readonly Task['status'][]>> = {
  queued: ['queued', 'running', 'completed', 'failed', 'cancelled'],
  running: ['running', 'queued', 'completed', 'failed', 'cancelled'],
  completed: ['completed'],
  failed: ['failed'],
  cancelled: ['cancelled'],
}

export class Ledger {
  readonly #tasks = new Map<TaskId, Known>()
  readonly #named = new Map<string, Named>()
  readonly #everSeen = new Set<TaskId>()
  /** The largest maximum each group ever had: one lowered below what runs drains. */
  readonly #widest = new Map<string, number>()
  readonly #requests = new Map<string, ReadonlyMap<TaskId, Fence>>()
  #lastFence = 0

  /** @param task as it is found right after, unless it is gone already */
  submitted(asked: NewTask, { id, created }: Submitted, task: Task | undefined, now: number): void {
    for (const name of namesOf(asked)) {
      const known = this.#named.get(name)
      if (known !== undefined && this.#holds(name, known, now)) assert.equal(id, known.id, `I7: ${name} names one task`)
      if (created) this.#named.set(name, { id, until: now + KEY_TTL_MS })
    }
    assert.equal(created, !this.#everSeen.has(id), 'I7: a task is created once')
    this.#everSeen.add(id)
    if (!created || task === undefined) return
    this.#tasks.set(id, { asked, last: { ...task, status: 'queued' }, live: undefined, resubmitted: false })
    if (asked.group !== undefined) {
      const { key, max } = asked.group
      this.#widest.set(key, Math.max(max, this.#widest.get(key) ?? 0))
    }
  }

  /** A key holds for a day and while its task has not ended, an alias while its task is kept. */
  #holds(name: string, known: Named, now: number): boolean {
    const task = this.#tasks.get(known.id)
    if (name.startsWith('alias')) return task !== undefined
    return known.until > now || (task !== undefined && !isTerminal(task.last.status))
  }

  claimed(request: ClaimRequest, grants: readonly Grant[], mono: number): void {
    const key = `${request.worker} ${request.requestId}`
    const before = this.#requests.get(key) ?? new Map<TaskId, Fence>()
    const repeated = [...before].filter(([id, fence]) => this.#tasks.get(id)?.live?.fence === fence)
    if (repeated.length > 0) {
      const answered = grants.map(({ task, fence }) => [task.id, fence])
      assert.deepEqual(answered.sort(), repeated.sort(), 'I8: a repeated claim is answered with the same grants')
      return
    }
    for (const grant of grants) this.#granted(grant, mono)
    this.#requests.set(key, new Map(grants.map(({ task, fence }) => [task.id, fence])))
  }

  #granted({ task, fence, leaseMs }: Grant, mono: number): void {
    const known = this.#get(task.id)
    assert(fence > this.#lastFence, 'I3: fences grow over all tasks')
    this.#lastFence = fence
    assert(known.live === undefined || known.live.until <= mono, 'I9: nothing is granted while a lease lives')
    const over = isTerminal(known.last.status) && !known.resubmitted
    assert.equal(over, false, 'I9: nothing that has ended is granted')
    known.live = { fence, until: mono + leaseMs }
  }

  /** The grant was settled or given back. */
  ended(id: TaskId, fence: Fence): void {
    const known = this.#tasks.get(id)
    if (known?.live?.fence === fence) known.live = undefined
  }

  renewed(id: TaskId, leaseMs: number, mono: number): void {
    const { live } = this.#get(id)
    if (live !== undefined) live.until = mono + leaseMs
  }

  /** The home gives everybody a full fresh lease. */
  restarted(mono: number, leaseOf: (id: TaskId, fence: Fence) => number): void {
    for (const [id, { live }] of this.#tasks) if (live !== undefined) live.until = mono + leaseOf(id, live.fence)
  }

  resubmitted(id: TaskId): void {
    this.#get(id).resubmitted = true
  }

  pruned(id: TaskId): void {
    const { last } = this.#get(id)
    assert(isTerminal(last.status), 'I1: only what has ended is pruned')
    this.#tasks.delete(id)
  }

  get ids(): readonly TaskId[] {
    return [...this.#tasks.keys()]
  }

  /** As it was seen after the last command. */
  last(id: TaskId): Task | undefined {
    return this.#tasks.get(id)?.last
  }

  /** Looks at one task after a command. */
  seen(task: Task): void {
    const known = this.#get(task.id)
    const { last, asked } = known
    if (known.resubmitted) known.resubmitted = false
    else {
      assert(NEXT[last.status].includes(task.status), `I2: ${last.status} never becomes ${task.status}`)
      if (isTerminal(last.status)) assert.deepEqual(ownOf(task), ownOf(last), 'I4: an end never changes')
    }
    assert(task.attempt >= last.attempt, 'I11: attempts only grow')
    assert(task.failures <= asked.maxFailures, 'I11: failures stay within their budget')
    assert(task.lost <= asked.maxLost + 1, 'I11: losses stay within their budget')
    assert.equal(isLivePhase(task), task.status === 'running', 'I2: only what runs has a phase of running')
    if (task.status === 'running' && last.fence === undefined) {
      for (const need of task.needs) {
        const parent = this.#tasks.get(need)
        if (parent !== undefined) assert.equal(parent.last.status, 'completed', 'I12: what a task needs has completed')
      }
    }
    if (task.status !== 'running') known.live = undefined
    known.last = task
  }

  /** Looks at the home as a whole after a command. */
  balanced(counts: QueueCounts): void {
    const tasks = [...this.#tasks.values()].map(({ last }) => last)
    for (const [status, count] of Object.entries(counts.byStatus)) {
      assert.equal(tasks.filter((task) => task.status === status).length, count, `counts of ${status}`)
    }
    const groups = new Set(tasks.flatMap(({ group }) => group?.key ?? []))
    for (const key of groups) {
      const members = tasks.filter(({ group }) => group?.key === key)
      const running = members.filter(({ status }) => status === 'running').length
      const max = members[0]?.group?.max ?? 0
      assert(running <= (this.#widest.get(key) ?? 0), 'I5: no more of a group run than it ever allowed')
      if (members.some(({ phase }) => phase === 'held')) assert(running >= max, 'I6: held only while the group is full')
      if (members.some(({ phase }) => phase === 'ready'))
        assert(running < max, 'I6: ready only while the group has room')
    }
  }

  #get(id: TaskId): Known {
    const known = this.#tasks.get(id)
    assert(known !== undefined, `task ${id} was never submitted`)
    return known
  }
}

function isLivePhase({ phase }: Task): boolean {
  return phase === 'preparing' || phase === 'running' || phase === 'collecting' || phase === 'suspect'
}

/** Without the maximum of its group, which is the group's and may change. */
function ownOf({ group: _group, ...own }: Task): Omit<Task, 'group'> {
  return own
}

function namesOf({ submitter, idempotencyKey, alias, workflowId }: NewTask): readonly string[] {
  return [
    ...(idempotencyKey === undefined ? [] : [`key ${submitter} ${idempotencyKey}`]),
    ...(alias === undefined ? [] : [`alias ${submitter} ${workflowId ?? ''} ${alias}`]),
  ]
}
