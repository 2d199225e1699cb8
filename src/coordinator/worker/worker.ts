/**
 * The worker: parks claims at the homes it reaches and begins what it is granted.
 *
 * The way of one grant: check (signature, form, host policy) → room → journal → attempt.
 * A grant that is turned down goes back to its home with the rule; nothing is run twice for one (task, fence).
 */
import { errorText, RunnerMeshError, toRunnerMeshError } from '../../core/errors.ts'
import { findMisfit, type Offer } from '../../core/fit.ts'
import type { HomeId, PeerId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Startable } from '../../core/ports/clock.ts'
import type { OperationsLink, ReadyNotice } from '../../core/ports/link.ts'
import type { CheckedGrant, TaskRunner } from '../../core/ports/task-runner.ts'
import { Attempts } from './attempts.ts'
import { Capacity } from './capacity.ts'
import { ClaimGate } from './claim-gate.ts'
import { CutOffClaims } from './cut-off-claims.ts'
import { LeftClaims } from './left-claims.ts'
import { offerOf, toOfferInput } from './offer-input.ts'
import { Parking } from './parking.ts'
import { REFUSALS } from './refusals.ts'
import { standClaim } from './standing-claim.ts'
import type { RunAttempt, WorkerDeps } from './worker-deps.ts'

const PAUSE_MS = { first: SECOND / 4, longest: 15 * SECOND } as const
const STOP_GRACE_MS = 5 * SECOND

/** Refusals that leave open what became of the claim. */
const NO_ANSWER: ReadonlySet<string> = new Set(['peer_unreachable', 'storage_failed', 'stopping', 'internal'])

/** What a grant takes before it is known what it needs. */
const SLOT_ONLY = { cpus: 0, memoryBytes: 0, diskBytes: 0, gpus: 0 }

interface ClaimRequest {
  readonly id: string
  readonly waitS: number
  /** Fences of its grants: a claim that is made again may be answered with the same. */
  readonly seen: Set<number>
}

export class Worker implements Startable {
  readonly capacity: Capacity
  readonly gate: ClaimGate
  readonly #deps: WorkerDeps
  readonly #attempts: Attempts
  readonly #parking: Parking
  readonly #stopping = new AbortController()
  readonly #cutOff: CutOffClaims
  readonly #left: LeftClaims
  readonly #accepting = new Set<Promise<void>>()
  readonly #loops = new Set<Promise<void>>()
  /** Digest of the policy whose rules a home has heard from us. */
  readonly #toldPolicy = new WeakMap<OperationsLink, string>()
  #unsubscribe: () => void = () => undefined
  #paused = false

  constructor(deps: WorkerDeps) {
    this.#deps = deps
    this.capacity = new Capacity(deps.capacity)
    this.gate = new ClaimGate(deps.clock)
    this.#attempts = new Attempts(deps)
    this.#parking = new Parking(deps)
    this.#left = new LeftClaims(deps)
    const { clock, links, lease } = deps
    const patience = { leaseMs: lease.leaseMs, patienceMs: lease.lostGraceMs }
    this.#cutOff = new CutOffClaims({ clock, links, signal: this.#stopping.signal, ...patience })
  }

  /** Delivers what a former process left in the outbox, then claims at every home there is. */
  async start(): Promise<void> {
    await this.#attempts.deliverLeft()
    const serve = (link: OperationsLink): void => {
      if (link.homes.length === 0) return
      const leave = this.#parking.join(link)
      const loop = this.#serve(link).finally(() => {
        leave()
        this.#loops.delete(loop)
      })
      this.#loops.add(loop)
    }
    this.#unsubscribe = this.#deps.links.onAdded(serve)
    for (const link of this.#deps.links.all()) serve(link)
  }

  /** No more claims; attempts under way are stopped, their containers proven gone, and given back. */
  async stop(): Promise<void> {
    this.#paused = true
    this.#unsubscribe()
    // Claims that wait are given up first: what is given back below would be granted to them again.
    this.#stopping.abort(new Error('stopping'))
    await Promise.all(this.#loops)
    await this.#cutOff.settled()
    await Promise.all(this.#accepting)
    await this.#left.giveBack(this.offer(), STOP_GRACE_MS, (link, grant) => this.#giveBack(link, grant))
    await this.#attempts.stop(STOP_GRACE_MS)
  }

  /** A home says how full its queue is. */
  heard(link: OperationsLink, notice: ReadyNotice): void {
    this.#parking.heard(link, notice)
  }

  /** Homes hear of it now, and what is allowed anew is taken. */
  async policyChanged(): Promise<void> {
    this.capacity.more.wake()
    const offer = this.offer()
    if (this.gate.isClosed || this.capacity.free.slots === 0 || offer.taskTypes.length === 0) return
    const homes = this.#deps.links.all().filter((link) => link.homes.length > 0)
    // One that does not answer hears of it with the next claim.
    await Promise.allSettled(homes.map((link) => this.#take(link, offer, this.#request(0), this.#stopping.signal)))
  }

  /** Something of ours waits for its worker at that home, such as a cancel: it is looked for now. */
  leasesWanted(homes: readonly HomeId[]): void {
    for (const home of homes) this.#attempts.renewSoon(home)
  }

  get running(): number {
    return this.#attempts.count
  }

  /** What one more task could have, as it travels with a claim. */
  offer(): Offer {
    return offerOf(this.#deps, this.capacity.free)
  }

  /** Works on a grant that this worker checked and journalled in a former process. */
  resume(checked: CheckedGrant, run: RunAttempt): void {
    this.#attempts.begin(checked, this.capacity.take(checked.needs) ?? (() => undefined), run)
  }

  /** Ends for its home an attempt of a former process that left nothing to take up. */
  giveUp(grant: GrantView, error: string): Promise<void> {
    return this.#attempts.giveUp(grant, error)
  }

  async #serve(link: OperationsLink): Promise<void> {
    const { clock, log, random } = this.#deps
    const signal = AbortSignal.any([link.closed, this.#stopping.signal])
    const isOver = (): boolean => signal.aborted
    let pauseMs: number = PAUSE_MS.first
    while (!isOver()) {
      try {
        await this.gate.whenOpen(signal)
        await this.#parking.whenBest(link, signal)
        await this.capacity.whenFree(signal)
        if (this.gate.isClosed) continue
        await this.#claim(link, signal)
        pauseMs = PAUSE_MS.first
      } catch (error) {
        if (isOver()) return
        log.warn('claim.failed', { peer: link.peer, error: errorText(error) })
        this.#parking.foundBarren(link)
        await clock.sleep(pauseMs * (0.5 + random.unit()), signal).catch(() => undefined)
        pauseMs = Math.min(pauseMs * 2, PAUSE_MS.longest)
      }
    }
  }

  async #claim(link: OperationsLink, signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#deps
    if (this.offer().taskTypes.length === 0) {
      await clock.sleep(PAUSE_MS.longest / 15, signal)
      return
    }
    const answered = this.#parking.waits(link)
    const request = this.#request(settings.parkMs / SECOND)
    const ask = async (offer: Offer): Promise<void> => {
      await this.#take(link, offer, request, signal)
    }
    const offer = (): Offer => this.offer()
    try {
      await standClaim({ clock, offer, changes: this.capacity.more, ask }, signal)
    } catch (thrown) {
      // Not the refusal of a home: nobody knows whether it granted something.
      if (NO_ANSWER.has(toRunnerMeshError(thrown).code) || link.closed.aborted) this.#askAgain(link, request)
      throw thrown
    } finally {
      answered()
    }
  }

  #askAgain({ homes }: OperationsLink, request: ClaimRequest): void {
    const [home] = homes
    if (home === undefined || this.#stopping.signal.aborted) return
    this.#cutOff.add(home, (link, time) =>
      // What it would grant anew is only asked for with room for it.
      time > 0 && this.capacity.free.slots === 0
        ? Promise.resolve(0)
        : this.#take(link, this.offer(), { ...request, waitS: 0 }, this.#stopping.signal),
    )
  }

  #request(waitS: number): ClaimRequest {
    return { id: this.#deps.random.uuid(), waitS, seen: new Set() }
  }

  /** @returns how many grants it brought that were not known before */
  async #take(
    link: OperationsLink,
    offer: Offer,
    { id, waitS, seen }: ClaimRequest,
    signal: AbortSignal,
  ): Promise<number> {
    const asked = {
      request_id: id,
      offer: toOfferInput(offer, this.#toldPolicy.get(link) !== offer.policy.digest),
      max_tasks: Math.max(1, Math.min(this.#deps.settings.claimBatch, this.capacity.free.slots)),
      wait_s: waitS,
    }
    const { grants } = await link.call('p2p_taskqueue_claim_next', asked, { signal }).catch((thrown: unknown) => {
      if (this.#stopping.signal.aborted) this.#left.add(link, id, seen)
      throw thrown
    })
    this.#toldPolicy.set(link, offer.policy.digest)
    const fresh = grants.filter(({ fence }) => !seen.has(fence))
    for (const grant of fresh) {
      seen.add(grant.fence)
      const accepting = this.#accept(link, grant)
        .catch((error: unknown) => {
          this.#deps.log.warn('grant.give_back_failed', { taskId: grant.task_id, error: errorText(error) })
        })
        .finally(() => this.#accepting.delete(accepting))
      this.#accepting.add(accepting)
    }
    return fresh.length
  }

  /** From a grant to work begun, or given back with the rule that turned it down. */
  async #accept(link: OperationsLink, grant: GrantView): Promise<void> {
    // A claim that waits when the gate closes is not torn down, because a grant may be on its way.
    if (this.#paused || !this.gate.enter()) {
      await this.#giveBack(link, grant)
      return
    }
    let begun = false
    try {
      begun = await this.#beginOrGiveBack(link, grant)
    } finally {
      if (!begun) this.gate.leave()
    }
  }

  /** @returns whether it was begun */
  async #beginOrGiveBack(link: OperationsLink, grant: GrantView): Promise<boolean> {
    const runner = this.#runnerOf(grant)
    // A slot is held from the start, so that the next claim does not count on it.
    const slot = this.capacity.take(SLOT_ONLY)
    if (slot === undefined || runner === undefined) {
      slot?.()
      await this.#giveBack(link, grant)
      return false
    }
    let place: (() => void) | undefined = slot
    try {
      const checked = await this.#check(runner, grant, link.peer)
      slot()
      place = this.capacity.take(checked.needs)
      if (place === undefined) {
        await this.#giveBack(link, grant)
        return false
      }
      // Not waited for: a container that the journal does not know yet is an orphan after a crash, and is removed.
      this.#deps.journal.begin(checked.grant).catch((error: unknown) => {
        this.#deps.log.error('journal.begin_failed', { taskId: grant.task_id, error: errorText(error) })
      })
      this.#attempts.begin(checked, place, (...call) => runner.run(...call))
      return true
    } catch (error) {
      place?.()
      const { code, message } = toRunnerMeshError(error)
      this.#deps.log.warn('grant.refused', { taskId: grant.task_id, code, error: message })
      await this.#giveBack(link, grant, REFUSALS.has(code) ? `${code}: ${message}` : undefined)
      return false
    }
  }

  /** @throws RunnerMeshError policy_refused when this host can never run it, and whatever the runner finds */
  async #check(runner: TaskRunner, grant: GrantView, from: PeerId | undefined): Promise<CheckedGrant> {
    const checked = await runner.check(grant, from)
    const { cpus, memoryBytes, diskBytes, gpus } = this.capacity.total
    const host = { ...this.offer(), cpus, memoryBytes, diskBytes, gpus }
    const misfit = findMisfit({ ...checked.needs, labels: [], peers: [] }, host)
    if (misfit !== undefined) throw new RunnerMeshError('policy_refused', misfit.message)
    return checked
  }

  async #giveBack(link: OperationsLink, grant: GrantView, rule?: string): Promise<void> {
    await link.call('p2p_taskqueue_release', {
      task_id: grant.task_id,
      fence: grant.fence,
      ...(rule === undefined
        ? {}
        : { refused: { policy_digest: this.#deps.settings.policy.digest, rule: rule.slice(0, 500) } }),
    })
  }

  #runnerOf(grant: GrantView): TaskRunner | undefined {
    return this.#deps.runners.find((runner) => runner.types().includes(grant.task_type))
  }
}
