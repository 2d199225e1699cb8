/** One home as a test uses it: short calls for what most tests do, and the two clocks in hand. */
import assert from 'node:assert/strict'
import type { Fence, PeerId, TaskId } from '../../../src/core/ids.ts'
import type {
  ClaimRequest,
  Grant,
  NewTask,
  RenewalVerdict,
  Settled,
  Settlement,
  StoreEvent,
  Submitted,
  Sweep,
  TaskStore,
} from '../../../src/core/ports/task-store.ts'
import type { Requirements, Task } from '../../../src/core/task.ts'
import { ANY_NEEDS, sampleTask } from '../../support/sample-task.ts'
import type { MakeStore, StoreUnderTest } from './store-under-test.ts'

export const LEASE_MS = 30_000
export const ALICE = 'alice' as PeerId
export const BOB = 'bob' as PeerId

export async function openDesk(make: MakeStore): Promise<Desk> {
  return new Desk(await make())
}

export class Desk {
  readonly #under: StoreUnderTest
  #now = 1_800_000_000_000
  #requests = 0

  constructor(under: StoreUnderTest) {
    this.#under = under
  }

  get store(): TaskStore {
    return this.#under.store
  }

  get lostGraceMs(): number {
    return this.#under.lostGraceMs
  }

  /** How much of a lease or grace is left after a restart, when `usedMs` of it had passed. */
  leftAfterRestart(wholeMs: number, usedMs: number): number {
    return this.#under.leasesOutliveRestart === true ? wholeMs - usedMs : wholeMs
  }

  get now(): number {
    return this.#now
  }

  restart(): Promise<void> {
    return this.#under.restart()
  }

  /** Time passes for everybody. */
  async pass(ms: number): Promise<void> {
    this.#now += ms
    await this.#under.passLeaseTime(ms)
  }

  /** Somebody sets the wall clock, or much time passes that no lease is to notice. */
  setClock(byMs: number): void {
    this.#now += byMs
  }

  async submitted(changes: Partial<NewTask> = {}): Promise<Submitted> {
    const [submitted] = await this.store.submit([sampleTask(changes)], this.#now)
    assert(submitted !== undefined)
    return submitted
  }

  async submit(changes: Partial<NewTask> = {}): Promise<TaskId> {
    return (await this.submitted(changes)).id
  }

  async claims(max: number, changes: Partial<ClaimRequest> = {}): Promise<readonly Grant[]> {
    this.#requests += 1
    const request = { worker: ALICE, requestId: `request-${String(this.#requests)}`, leaseMs: LEASE_MS }
    return this.store.claim({ ...request, max, fits: () => true, policyDigest: 'open', ...changes }, this.#now)
  }

  async claimAny(changes: Partial<ClaimRequest> = {}): Promise<Grant | undefined> {
    return (await this.claims(1, changes))[0]
  }

  /** The next task, which there must be. */
  async claim(changes: Partial<ClaimRequest> = {}): Promise<Grant> {
    const grant = await this.claimAny(changes)
    assert(grant !== undefined, 'nothing was granted')
    return grant
  }

  /** Submits a task and takes it. */
  async run(changes: Partial<NewTask> = {}, request: Partial<ClaimRequest> = {}): Promise<Grant> {
    const id = await this.submit(changes)
    const grant = await this.claim(request)
    assert.equal(grant.task.id, id)
    return grant
  }

  async settle(grant: Grant, changes: Partial<Settlement> = {}): Promise<Settled> {
    const settlement = { taskId: grant.task.id, fence: grant.fence, status: 'completed' as const, ...changes }
    const [settled] = await this.store.settle([settlement], this.#now)
    assert(settled !== undefined)
    return settled
  }

  fail(grant: Grant, changes: Partial<Settlement> = {}): Promise<Settled> {
    return this.settle(grant, { status: 'failed', reason: 'exit', exitCode: 1, ...changes })
  }

  async renew(grant: Grant, worker: PeerId = ALICE): Promise<RenewalVerdict | undefined> {
    const verdicts = await this.store.renew([{ taskId: grant.task.id, fence: grant.fence }], worker, this.#now)
    return verdicts[0]
  }

  release(grant: Grant): Promise<boolean> {
    return this.store.release(grant.task.id, grant.fence, this.#now)
  }

  sweep(): Promise<Sweep> {
    return this.store.sweep(this.#now)
  }

  async find(id: TaskId): Promise<Task> {
    const task = await this.store.find(id)
    assert(task !== undefined, `task ${id} is not there`)
    return task
  }

  /** Status, phase and reason in one word, such as `queued/ready` or `failed/worker_lost`. */
  async state(id: TaskId): Promise<string> {
    const { status, phase, reason } = await this.find(id)
    return [status, phase ?? reason].filter((word) => word !== undefined).join('/')
  }

  /** What listeners hear while `work` runs. */
  async heard(work: () => Promise<unknown>): Promise<readonly StoreEvent[]> {
    const events: StoreEvent[] = []
    const unsubscribe = this.store.subscribe((event) => events.push(event))
    await work()
    unsubscribe()
    return events
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#under[Symbol.asyncDispose]()
  }
}

export function needing(changes: Partial<Requirements>): Requirements {
  return { ...ANY_NEEDS, ...changes }
}

/** The fence after: no grant has it. */
export function nextFence(fence: Fence): Fence {
  return (fence + 1) as Fence
}
