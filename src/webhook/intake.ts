/**
 * Works off the inbox: a delivery's tasks are settled on and kept, submitted under a key of delivery and rule, and then the
 * delivery is closed. A step that is interrupted is taken again with the same keys, so that each task is made once.
 */
import { errorText, RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Call, Caller } from '../core/operations/operation.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../core/lease.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { DeliveryInbox, PendingDelivery, PlannedTask, TrackedTask } from '../core/ports/delivery-inbox.ts'
import type { RepositoryDesk } from '../core/ports/repository-desk.ts'
import { replyToCommand } from './command-reply.ts'
import { readFacts, type EventFacts } from './event-facts.ts'
import { planTasks } from './rules/plan.ts'
import { asksForPaths, whyNoMatch } from './rules/match.ts'
import type { Rule, Rules } from './rules/rules-schema.ts'
import { whyUntrusted, type Permission } from './trust.ts'

export interface IntakeDeps {
  readonly inbox: DeliveryInbox
  readonly operations: Operations
  /** Unset without a token for GitHub. */
  readonly desk: RepositoryDesk | undefined
  /** The rules that count for an event; undefined where there are none. @throws RunnerMeshError */
  readonly rulesOf: (repository: string, ref: string | undefined, signal: AbortSignal) => Promise<Rules | undefined>
  readonly clock: Clock
  readonly log: Logger
  readonly onSubmitted: () => void
}

const AT_A_TIME = 16
const RETRY = { firstMs: 2 * SECOND, mostMs: 10 * MINUTE, forMs: 3 * DAY } as const
const KEPT_MS = 8 * DAY

export class Intake implements Startable {
  readonly #deps: IntakeDeps
  readonly #working = new Map<string, Promise<void>>()
  #stopping = new AbortController()
  #stopTimer: () => void = () => undefined
  #running = false

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#running = true
    this.#stopping = new AbortController()
    this.wake()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#stopTimer()
    this.#stopping.abort(new RunnerMeshError('stopping', 'This peer is stopping.'))
    await Promise.all(this.#working.values())
  }

  /** Looks what is due. */
  wake(): void {
    if (!this.#running) return
    const { inbox, clock } = this.#deps
    const room = AT_A_TIME - this.#working.size
    const due = room > 0 ? inbox.due(clock.now(), AT_A_TIME * 2) : []
    for (const delivery of due.filter(({ id }) => !this.#working.has(id)).slice(0, room)) {
      const work = this.#work(delivery).finally(() => {
        this.#working.delete(delivery.id)
        this.wake()
      })
      this.#working.set(delivery.id, work)
    }
    this.#stopTimer()
    if (this.#working.size >= AT_A_TIME) return
    const nextAt = inbox.nextDueAt()
    const waitMs = nextAt === undefined ? HOUR : Math.min(HOUR, nextAt - clock.now())
    // What is due now is being worked on, and its end wakes this again.
    this.#stopTimer = clock.after(waitMs > 0 ? waitMs : SECOND, () => {
      void inbox.prune(clock.now() - KEPT_MS).catch(() => 0)
      this.wake()
    })
  }

  async #work(delivery: PendingDelivery): Promise<void> {
    const { inbox, clock, log } = this.#deps
    const { id, event, repository, receivedAt, tries } = delivery
    try {
      const note = await this.#process(delivery)
      await inbox.close(id, 'done', note)
      log.debug('webhook.worked_off', { delivery: id, event, repository, note })
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return
      const error = toRunnerMeshError(thrown)
      const why = error.code === 'internal' ? errorText(thrown) : error.message
      const line = { delivery: id, event, repository, code: error.code, error: why }
      if (!error.retryable || clock.now() - receivedAt > RETRY.forMs) {
        log.warn('webhook.given_up', line)
        await this.#explain(delivery, error.message)
        await inbox.close(id, 'refused', why).catch(() => undefined)
        return
      }
      const waitMs = error.retryAfterMs ?? Math.min(RETRY.mostMs, RETRY.firstMs * 2 ** Math.min(tries, 12))
      log.warn('webhook.postponed', { ...line, waitMs })
      await inbox.postpone(id, clock.now() + waitMs, why).catch(() => undefined)
    }
  }

  /** @returns what was done, in words */
  async #process(delivery: PendingDelivery): Promise<string> {
    const { inbox } = this.#deps
    if (!delivery.planned) {
      const { tasks, note } = await this.#plan(delivery)
      if (tasks.length === 0) return note
      await inbox.plan(delivery.id, tasks)
    }
    const made = await this.#submitAll(delivery)
    this.#deps.onSubmitted()
    return `made ${String(made)} tasks`
  }

  async #plan(delivery: PendingDelivery): Promise<{ readonly tasks: readonly PlannedTask[]; readonly note: string }> {
    const { rulesOf, inbox } = this.#deps
    const json: unknown = JSON.parse(delivery.body)
    const again = rerequested(inbox, delivery, json)
    if (again !== undefined) return { tasks: [again], note: 'asked for again' }
    const read = readFacts(delivery.event, json)
    if (read === undefined) return { tasks: [], note: 'no rule can name it' }
    if (read.barred !== undefined) return { tasks: [], note: read.barred }
    // A push of someone with write access brings its own rules; anything else is judged by the default branch.
    const ref = read.kind === 'push' ? read.sha : undefined
    const rules = await rulesOf(delivery.repository, ref, this.#stopping.signal)
    if (rules === undefined) return { tasks: [], note: 'no rules' }
    const facts = await this.#withPaths(read, rules)
    const isWanted = Object.values(rules.rules).some((rule) => whyNoMatch(rule, facts) === undefined)
    if (!isWanted) return { tasks: [], note: 'no rule fits' }
    const open = inbox.countOpen(delivery.repository)
    if (open >= rules.limits['open-tasks']) {
      const message = `${String(open)} tasks of ${delivery.repository} are open; open-tasks allows no more.`
      throw new RunnerMeshError('queue_full', message)
    }
    const permission = await this.#permission(facts)
    const { tasks, skipped } = planTasks({
      ...{ rules, facts, delivery: delivery.id, receivedAt: delivery.receivedAt },
      whyUntrusted: (rule) => whyUntrusted(rule, facts, permission),
    })
    const note = skipped
      .map(({ rule, why }) => `${rule}: ${why}`)
      .join('; ')
      .slice(0, 1_000)
    return { tasks, note }
  }

  /** A pull request does not tell what it changes: GitHub is asked where a rule of ours wants to know. */
  async #withPaths(facts: EventFacts, { rules }: Rules): Promise<EventFacts> {
    const { desk } = this.#deps
    const { kind, issue, repository } = facts
    if (kind !== 'pull_request' || issue === undefined || desk === undefined) return facts
    const fits = ({ on }: Rule): boolean => on.pull_request !== undefined && asksForPaths(on.pull_request)
    const isAsked = Object.values(rules).some((rule) => fits(rule) && whyNoMatch(rule, facts) === undefined)
    return isAsked ? { ...facts, paths: await desk.changedPaths(repository, issue, this.#stopping.signal) } : facts
  }

  /** Without a way to ask, nobody has any. */
  async #permission({ needsWriteAccess, sender, repository }: EventFacts): Promise<Permission> {
    const { desk } = this.#deps
    if (needsWriteAccess || sender.login === '' || sender.isBot || desk === undefined) return 'none'
    return desk.permissionOf(repository, sender.login, this.#stopping.signal)
  }

  async #submitAll({ id, tries }: PendingDelivery): Promise<number> {
    const { inbox } = this.#deps
    const tasks = inbox.tasksOf(id)
    const ids = new Map<string, string>()
    for (const task of tasks) {
      if (task.taskId === undefined && (await this.#isSuperseded(task))) continue
      const needs = task.needs.map((key) => ids.get(key))
      if (needs.includes(undefined)) {
        await inbox.told(id, task.key, { superseded: true }, undefined)
        continue
      }
      const taskId = task.taskId ?? (await this.#submit(task, needs as string[]))
      ids.set(task.key, taskId)
      if (task.taskId === undefined) await inbox.submitted(id, task.key, taskId)
      if (task.supersedes !== undefined) await this.#cancelOlder(task, task.supersedes)
    }
    if (tries > 0) this.#deps.log.info('webhook.resumed', { delivery: id })
    return ids.size
  }

  async #submit({ repository, delivery, key, submit }: TrackedTask, needs: readonly string[]): Promise<string> {
    const input = { ...submit, needs, idempotency_key: `${delivery}/${key}` }
    const answer = await this.#deps.operations.call('p2p_taskqueue_submit', input, this.#call(repository))
    return answer.task_id
  }

  /** Events arrive in any order: one that is older than what runs in its group has had its time. */
  async #isSuperseded({ delivery, key, repository, supersedes, eventAt }: TrackedTask): Promise<boolean> {
    if (supersedes === undefined) return false
    const { inbox } = this.#deps
    const isOlder = inbox
      .tasksOfGroup(repository, supersedes)
      .some((other) => other.delivery !== delivery && other.taskId !== undefined && other.eventAt > eventAt)
    if (isOlder) await inbox.told(delivery, key, { superseded: true }, undefined)
    return isOlder
  }

  async #cancelOlder(task: TrackedTask, group: string): Promise<void> {
    const { inbox, operations, log } = this.#deps
    for (const older of inbox.tasksOfGroup(task.repository, group)) {
      if (older.taskId === undefined || older.delivery === task.delivery || older.eventAt > task.eventAt) continue
      const input = { task_id: older.taskId }
      await operations.call('p2p_taskqueue_cancel', input, this.#call(task.repository)).catch((error: unknown) => {
        log.warn('webhook.not_cancelled', { taskId: older.taskId, error: errorText(error) })
      })
    }
  }

  /** A command that is refused is answered, if who wrote it is somebody here. */
  async #explain(delivery: PendingDelivery, message: string): Promise<void> {
    const { desk, log } = this.#deps
    const facts = readFacts(delivery.event, JSON.parse(delivery.body))
    if (desk === undefined || facts === undefined) return
    await replyToCommand(desk, facts, message, this.#stopping.signal).catch((error: unknown) => {
      log.warn('webhook.not_answered', { delivery: delivery.id, error: errorText(error) })
    })
  }

  #call(repository: string): Call {
    return { caller: webhookCaller(repository), signal: this.#stopping.signal, progress: () => undefined }
  }
}

export function webhookCaller(repository: string): Caller {
  return {
    principal: `webhook:${repository.toLowerCase()}`,
    door: 'webhook',
    access: new Set(['tasks:submit', 'tasks:cancel', 'tasks:read']),
  }
}

/** A check of ours that somebody with write access asks for again: the same task, for this delivery. */
function rerequested(
  inbox: DeliveryInbox,
  { event, repository }: PendingDelivery,
  json: unknown,
): PlannedTask | undefined {
  if (event !== 'check_run') return undefined
  const { action, check_run: run } = json as { action?: unknown; check_run?: { external_id?: unknown } }
  if (action !== 'rerequested' || typeof run?.external_id !== 'string') return undefined
  const [delivery = '', key] = run.external_id.split('/')
  const before = inbox.tasksOf(delivery).find((task) => task.key === key && task.repository === repository)
  if (before === undefined) return undefined
  const { submit, eventAt, report } = before
  return { key: before.key, submit, eventAt, report, needs: [] }
}
