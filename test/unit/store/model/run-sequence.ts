/** Runs one sequence against a real store and the model side by side, and compares all that can be seen after each command. */
import assert from 'node:assert/strict'
import type { PeerId, TaskId } from '../../../../src/core/ids.ts'
import type { ClaimRequest, Grant, NewTask, Submitted, TaskStore } from '../../../../src/core/ports/task-store.ts'
import { isTerminal, type Task } from '../../../../src/core/task.ts'
import type { ManualClock } from '../../../support/manual-clock.ts'
import { offered, outcome, pick, workerOf, type Granted, type Outcome, type Pair } from './both-sides.ts'
import type { Command, Step, Wish } from './commands.ts'
import { Ledger } from './ledger.ts'

export interface Sides {
  readonly clock: ManualClock
  readonly real: TaskStore
  readonly model: TaskStore
  /** Both homes end and begin again. */
  restart(): Promise<Pick<Sides, 'real' | 'model'>>
  /** What happened, for the test that proves that the sequences reach the rare cases. */
  readonly happened: Set<string>
}

export async function runSequence(sides: Sides, commands: readonly Command[]): Promise<void> {
  const run = new Run(sides)
  for (const command of commands) {
    await run.command(command)
    await run.compare(command)
  }
  await run.drain()
}

class Run {
  readonly #sides: Sides
  readonly #ledger = new Ledger()
  readonly #tasks: Pair<TaskId>[] = []
  readonly #grants: Granted[] = []
  #real: TaskStore
  #model: TaskStore
  #skew = 0
  #furthestSkew = 0

  constructor(sides: Sides) {
    this.#sides = sides
    this.#real = sides.real
    this.#model = sides.model
  }

  get #now(): number {
    return this.#sides.clock.now() + this.#skew
  }

  get #mono(): number {
    return this.#sides.clock.mono()
  }

  async command(command: Command): Promise<void> {
    switch (command.do) {
      case 'together':
        return this.#together(command.steps)
      case 'renew':
        return this.#renew(command)
      case 'sweep':
        return this.#sweep()
      case 'pass':
        return this.#sides.clock.advance(command.ms)
      case 'setClock':
        this.#skew += command.ms
        this.#furthestSkew = Math.max(this.#furthestSkew, this.#skew)
        return
      case 'restart':
        return this.#restart()
      default:
        return this.#step(command, Promise.resolve())
    }
  }

  async #together(steps: readonly Step[]): Promise<void> {
    let turn = Promise.resolve()
    const turns = steps.map((step) => (turn = this.#step(step, turn)))
    for (const ended of await Promise.allSettled(turns)) if (ended.status === 'rejected') throw ended.reason
  }

  /** Asks both sides at once, and looks at their answers when the steps before have been looked at. */
  #step(step: Step, turn: Promise<void>): Promise<void> {
    switch (step.do) {
      case 'submit':
        return this.#submit(step.wishes, turn)
      case 'claim':
        return this.#claim(step, turn)
      case 'settle':
        return this.#settle(step, turn)
      case 'release':
      case 'refuse':
        return this.#giveBack(step, turn)
      case 'cancel':
      case 'resubmit':
        return this.#ofTask(step, turn)
      case 'prune':
        return this.#same('prune', (store) => store.prune(this.#now, step.limit)).then(() => undefined)
    }
  }

  async #submit(wishes: readonly Wish[], turn: Promise<void>): Promise<void> {
    const now = this.#now
    const asked = (side: keyof Pair<TaskId>) => wishes.map((wish) => this.#taskOf(wish, side, now))
    const [forReal, forModel] = [asked('real'), asked('model')]
    const [real, model] = await Promise.all([
      outcome(this.#real.submit(forReal, now)),
      outcome(this.#model.submit(forModel, now)),
    ])
    await turn
    if (!('value' in real) || !('value' in model)) {
      assert.deepEqual(real, model, 'submit')
      this.#note('submit refused')
      return
    }
    assert.equal(real.value.length, model.value.length)
    for (const [at, submitted] of real.value.entries()) {
      const twin: Submitted | undefined = model.value[at]
      const task = forReal[at]
      assert(twin !== undefined && task !== undefined)
      assert.equal(submitted.created, twin.created, 'created')
      this.#ledger.submitted(task, submitted, await this.#real.find(submitted.id), now)
      if (submitted.created) this.#tasks.push({ real: submitted.id, model: twin.id })
      else this.#note('submit repeated')
    }
  }

  #taskOf({ task, delayMs, needs }: Wish, side: keyof Pair<TaskId>, now: number): NewTask {
    return {
      ...task,
      needs: needs.flatMap((index) => pick(this.#tasks, index)?.[side] ?? []),
      ...(delayMs === 0 ? {} : { notBefore: now + delayMs }),
    }
  }

  async #claim(step: Extract<Step, { do: 'claim' }>, turn: Promise<void>): Promise<void> {
    const request: ClaimRequest = {
      worker: workerOf(step.worker),
      requestId: `r${String(step.request)}`,
      max: step.max,
      leaseMs: step.leaseMs,
      fits: ({ taskType }) => step.types.includes(taskType),
      policyDigest: step.digest,
      ...(step.cap === undefined ? {} : { submitterCap: step.cap }),
    }
    const mono = this.#mono
    const [real, model] = await Promise.all([
      this.#real.claim(request, this.#now),
      this.#model.claim(request, this.#now),
    ])
    await turn
    const byFence = (a: Grant, b: Grant) => a.fence - b.fence
    const twins = [...model].sort(byFence)
    const pairs = [...real].sort(byFence).map((grant, at) => ({ grant, twin: twins[at] }))
    assert.equal(real.length, model.length, 'number of grants')
    this.#ledger.claimed(request, real, mono)
    for (const { grant, twin } of pairs) {
      assert.equal(this.#tasks.find((task) => task.real === grant.task.id)?.model, twin?.task.id, 'granted task')
      assert.deepEqual([grant.fence, grant.attempt, grant.leaseMs], [twin?.fence, twin?.attempt, twin?.leaseMs])
      if (this.#grants.some(({ fence }) => fence === grant.fence)) this.#note('claim repeated')
      else if (twin !== undefined) {
        const task = { real: grant.task.id, model: twin.task.id }
        this.#grants.push({ task, fence: grant.fence, leaseMs: grant.leaseMs })
      }
    }
  }

  async #settle(step: Extract<Step, { do: 'settle' }>, turn: Promise<void>): Promise<void> {
    const grant = pick(this.#grants, step.grant)
    if (grant === undefined) return turn
    const told = {
      fence: grant.fence,
      status: step.status,
      ...(step.status === 'failed' ? { reason: step.reason, exitCode: 1, error: 'it broke' } : {}),
      ...(step.status === 'completed' ? { result: { n: step.result } } : {}),
    }
    const [[real], [model]] = await Promise.all([
      this.#real.settle([{ ...told, taskId: grant.task.real }], this.#now),
      this.#model.settle([{ ...told, taskId: grant.task.model }], this.#now),
    ])
    await turn
    const before = this.#ledger.last(grant.task.real)
    assert.equal(real?.outcome, model?.outcome, 'settle')
    if (real?.outcome === 'settled') this.#ledger.ended(grant.task.real, grant.fence)
    this.#note(`settle ${String(real?.outcome)}`)
    if (real?.outcome === 'settled' && before?.status === 'queued') this.#note('late completion')
    if (real?.outcome === 'settled' && before?.phase === 'suspect') this.#note('suspect settled')
    if (real?.outcome === 'settled' && before?.cancelRequested === true)
      this.#note(`settled after cancel: ${step.status}`)
    if (real?.outcome === 'settled' && real.task?.status === 'queued') this.#note('retried')
  }

  async #giveBack(step: Extract<Step, { do: 'release' | 'refuse' }>, turn: Promise<void>): Promise<void> {
    const grant = pick(this.#grants, step.grant)
    if (grant === undefined) return turn
    const refusal = step.do === 'refuse' ? { worker: workerOf(0), policyDigest: step.digest, rule: 'no' } : undefined
    const given = await this.#same(step.do, (store, side) =>
      refusal === undefined
        ? store.release(grant.task[side], grant.fence, this.#now)
        : store.refuse(grant.task[side], grant.fence, refusal, this.#now),
    )
    await turn
    if (!('value' in given) || !given.value) return
    this.#ledger.ended(grant.task.real, grant.fence)
    this.#note(step.do)
  }

  async #ofTask(step: Extract<Step, { do: 'cancel' | 'resubmit' }>, turn: Promise<void>): Promise<void> {
    const task = pick(this.#tasks, step.task)
    if (task === undefined) return turn
    const answer = await this.#same<unknown>(step.do, (store, side) =>
      step.do === 'cancel' ? store.cancel(task[side], this.#now) : store.resubmit(task[side], this.#now),
    )
    await turn
    if (step.do === 'resubmit' && 'value' in answer && answer.value === true) this.#ledger.resubmitted(task.real)
    this.#note(`${step.do} ${'value' in answer ? String(answer.value) : answer.code}`)
  }

  async #renew({ grant: index, worker, progress }: Extract<Command, { do: 'renew' }>): Promise<void> {
    const grant = pick(this.#grants, index)
    if (grant === undefined) return
    const line = { phase: 'running' as const, message: 'working', logBytes: 1 }
    const before = await this.#real.find(grant.task.real)
    const verdict = await this.#same('renew', (store, side) =>
      store.renew(
        [{ taskId: grant.task[side], fence: grant.fence, ...(progress ? { progress: line } : {}) }],
        workerOf(worker),
        this.#now,
      ),
    )
    const [said] = 'value' in verdict ? verdict.value : []
    if (said !== 'lost') this.#ledger.renewed(grant.task.real, grant.leaseMs, this.#mono)
    this.#note(`renew ${String(said)}${before?.phase === 'suspect' && said !== 'lost' ? ' suspect' : ''}`)
  }

  async #sweep(): Promise<void> {
    const [real, model] = await Promise.all([this.#real.sweep(this.#now), this.#model.sweep(this.#now)])
    for (const list of ['ready', 'suspect', 'ended'] as const) {
      const twins = real[list].map((id) => this.#tasks.find((task) => task.real === id)?.model)
      assert.deepEqual(twins.sort(), [...model[list]].sort(), `sweep ${list}`)
      if (twins.length > 0) this.#note(`sweep ${list}`)
    }
    // It may be early, for what fell due and was settled in between; never late.
    assert((real.nextDueMs ?? Infinity) <= (model.nextDueMs ?? Infinity), 'sweep nextDueMs')
  }

  async #restart(): Promise<void> {
    const { real, model } = await this.#sides.restart()
    this.#real = real
    this.#model = model
    this.#ledger.restarted(
      this.#mono,
      (id, fence) => this.#grants.find((grant) => grant.task.real === id && grant.fence === fence)?.leaseMs ?? 0,
    )
  }

  async #same<T>(what: string, ask: (store: TaskStore, side: keyof Pair<T>) => Promise<T>): Promise<Outcome<T>> {
    const [real, model] = await Promise.all([outcome(ask(this.#real, 'real')), outcome(ask(this.#model, 'model'))])
    assert.deepEqual(real, model, what)
    return real
  }

  /** Every task, the counts and what is offered, on both sides; and the invariants. */
  async compare(after: Command): Promise<void> {
    for (const [at, pair] of [...this.#tasks].entries()) {
      const [real, model] = await Promise.all([this.#real.find(pair.real), this.#model.find(pair.model)])
      assert.deepEqual(this.#neutral(real, 'real'), this.#neutral(model, 'model'), `task ${String(at)}`)
      if (real === undefined) {
        if (!this.#ledger.ids.includes(pair.real)) continue
        assert(JSON.stringify(after).includes('"prune"'), 'I1: a task is gone')
        this.#ledger.pruned(pair.real)
        continue
      }
      this.#ledger.seen(real)
      for (const word of [real.phase, real.reason]) if (word !== undefined) this.#note(word)
      if (real.attempt > 0) await this.#compareAttempts(pair)
    }
    const [counts, expected] = await Promise.all([this.#real.counts(), this.#model.counts()])
    // Told from the head of a lane, where a task that was given back to its old place stands before older ones.
    const { oldestReadyAt: _real, ...told } = counts
    const { oldestReadyAt: _model, ...true_ } = expected
    assert.deepEqual(told, true_, 'counts')
    this.#ledger.balanced(counts)
    assert.equal(offered(this.#real), offered(this.#model), 'ready classes')
  }

  async #compareAttempts(pair: Pair<TaskId>): Promise<void> {
    const [real, model] = await Promise.all([this.#real.attempts(pair.real), this.#model.attempts(pair.model)])
    const plain = (attempts: typeof real) => attempts.map(({ error: _error, ...attempt }) => attempt)
    assert.deepEqual(plain(real), plain(model), 'attempts')
  }

  #neutral(task: Task | undefined, side: keyof Pair<TaskId>): unknown {
    if (task === undefined) return undefined
    const { id, needs, updatedAt: _updatedAt, error: _error, ...rest } = task
    const indexOf = (wanted: TaskId) => this.#tasks.findIndex((pair) => pair[side] === wanted)
    return { ...rest, id: indexOf(id), needs: needs.map(indexOf) }
  }

  /** Faults stop: the clock is set right, and whatever is still open comes to an end (I1). */
  async drain(): Promise<void> {
    this.#skew = this.#furthestSkew
    for (let round = 0; round < 60; round += 1) {
      const open = await this.#real.list({ statuses: ['queued', 'running'] }, 100)
      if (open.tasks.length === 0) return
      await this.#sides.clock.advance(30_000)
      await this.#real.sweep(this.#now)
      const request = { worker: 'drain' as PeerId, requestId: `drain ${String(round)}`, max: 100, leaseMs: 1_000_000 }
      const grants = await this.#real.claim({ ...request, fits: () => true, policyDigest: 'any' }, this.#now)
      const ends = grants.map(({ task, fence }) => ({ taskId: task.id, fence, status: 'completed' as const }))
      await this.#real.settle(ends, this.#now)
    }
    const stuck = await this.#real.list({ statuses: ['queued', 'running'] }, 100)
    assert.deepEqual(
      stuck.tasks.filter(({ status }) => !isTerminal(status)),
      [],
      'I1: every task comes to an end',
    )
  }

  #note(what: string): void {
    this.#sides.happened.add(what)
  }
}
