/**
 * Tells GitHub how tasks of deliveries stand. It looks when something has changed and now and then besides, so that what a
 * restart or another peer of the same home kept from it is told too. Telling never touches the task; what GitHub refuses
 * for now is told again later.
 */
import { errorText, RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../core/lease.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { DeliveryInbox, TrackedTask } from '../core/ports/delivery-inbox.ts'
import type { RepositoryDesk } from '../core/ports/repository-desk.ts'
import { isTerminal, type JsonObject, type TaskStatus } from '../core/task.ts'
import { webhookCaller } from './intake.ts'
import { checkOf, commentOf, markerOf, statusOf, type Told } from './report-texts.ts'
import type { ReportWish } from './rules/plan.ts'

export interface ReporterDeps {
  readonly inbox: DeliveryInbox
  readonly operations: Operations
  readonly desk: RepositoryDesk | undefined
  readonly events: Events
  readonly clock: Clock
  readonly log: Logger
  /** Where people see a task. */
  readonly linkOf: (taskId: string) => string | undefined
}

/** What a task's row remembers of what GitHub was told. */
interface Memory {
  readonly status?: TaskStatus
  readonly check?: number
  readonly comment?: number
  readonly reacted?: boolean
  readonly dispatched?: boolean
}

const AT_A_TIME = 8
const LOG_LINES = 200
/** Between two looks at a task of which nothing was heard. */
const LOOK_MS = MINUTE
const RETRY = { firstMs: 2 * SECOND, mostMs: HOUR, most: 40 } as const

export class Reporter implements Startable {
  readonly #deps: ReporterDeps
  readonly #working = new Map<string, Promise<void>>()
  readonly #changed = new Set<string>()
  #stopping = new AbortController()
  #running = false
  #stopTimer: () => void = () => undefined
  #unlisten: () => void = () => undefined

  constructor(deps: ReporterDeps) {
    this.#deps = deps
  }

  start(): Promise<void> {
    this.#running = true
    this.#stopping = new AbortController()
    this.#unlisten = this.#deps.events.listen((event) => {
      if (event.name !== 'task.claimed' && event.name !== 'task.settled') return
      const task = this.#deps.inbox.findByTask(event.taskId)
      if (task === undefined) return
      this.#changed.add(keyOf(task))
      this.#look(task)
    })
    this.wake()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#unlisten()
    this.#stopTimer()
    this.#stopping.abort(new RunnerMeshError('stopping', 'This peer is stopping.'))
    await Promise.all(this.#working.values())
  }

  wake(): void {
    if (!this.#running) return
    const { inbox, clock } = this.#deps
    for (const task of inbox.dueReports(clock.now(), AT_A_TIME * 2)) this.#look(task)
    this.#stopTimer()
    const nextAt = inbox.nextReportAt()
    const waitMs = nextAt === undefined ? LOOK_MS : Math.min(LOOK_MS, Math.max(SECOND, nextAt - clock.now()))
    this.#stopTimer = clock.after(waitMs, () => {
      this.wake()
    })
  }

  #look(task: TrackedTask): void {
    const key = keyOf(task)
    if (!this.#running || this.#working.has(key) || this.#working.size >= AT_A_TIME) return
    this.#changed.delete(key)
    const work = this.#tell(task).finally(() => {
      this.#working.delete(key)
      if (this.#changed.has(key)) this.#lookAgain(task)
      else this.wake()
    })
    this.#working.set(key, work)
  }

  #lookAgain({ delivery, key }: TrackedTask): void {
    const fresh = this.#running ? this.#deps.inbox.tasksOf(delivery).find((task) => task.key === key) : undefined
    if (fresh !== undefined) this.#look(fresh)
  }

  async #tell(task: TrackedTask): Promise<void> {
    const { inbox, clock, log } = this.#deps
    const { delivery, key, tries } = task
    try {
      const { memory, isOver } = await this.#report(task)
      await inbox.told(delivery, key, memory as JsonObject, isOver ? undefined : clock.now() + LOOK_MS)
    } catch (thrown) {
      if (this.#stopping.signal.aborted) return
      const error = toRunnerMeshError(thrown)
      const line = { delivery, key, taskId: task.taskId, code: error.code, error: errorText(thrown) }
      const isHopeless = tries >= RETRY.most || (!error.retryable && tries >= 5)
      if (isHopeless) {
        log.warn('webhook.report_given_up', line)
        await inbox.told(delivery, key, task.told, undefined).catch(() => undefined)
        return
      }
      const waitMs = error.retryAfterMs ?? Math.min(RETRY.mostMs, RETRY.firstMs * 2 ** Math.min(tries, 12))
      log.warn('webhook.report_postponed', { ...line, waitMs })
      await inbox.tellAgain(delivery, key, clock.now() + waitMs).catch(() => undefined)
    }
  }

  async #report(task: TrackedTask): Promise<{ readonly memory: Memory; readonly isOver: boolean }> {
    const { operations, inbox, desk, linkOf } = this.#deps
    const signal = this.#stopping.signal
    const wish = task.report as unknown as ReportWish
    let memory = task.told as Memory
    const call = { caller: webhookCaller(task.repository), signal, progress: () => undefined }
    const input = { task_id: task.taskId, log_tail_lines: LOG_LINES }
    const found = await operations.call('p2p_taskqueue_get_task', input, call).catch((error: unknown) => {
      // Kept no longer than its retention: then there is nothing left to tell.
      if (toRunnerMeshError(error).code === 'task_not_found') return undefined
      throw error
    })
    if (found === undefined) return { memory, isOver: true }
    const isOver = isTerminal(found.task.status)
    if (desk === undefined) return { memory, isOver }
    const externalId = `${task.delivery}/${task.key}`
    const told: Told = {
      ...{ task: found.task, log: isOver ? found.log_tail : undefined, externalId },
      detailsUrl: linkOf(found.task.task_id),
    }
    const remember = async (more: Memory): Promise<void> => {
      memory = { ...memory, ...more }
      // At once: what is lost here would be told twice.
      await inbox.told(task.delivery, task.key, memory as JsonObject, 0)
    }
    if (memory.status !== found.task.status) {
      await tellStatus(desk, task, wish, told, memory, remember, signal)
      await remember({ status: found.task.status })
    }
    if (isOver && wish.dispatch !== undefined && memory.dispatched !== true) {
      await desk.dispatch(task.repository, wish.dispatch, summaryOf(told), signal)
      await remember({ dispatched: true })
    }
    return { memory, isOver }
  }
}

async function tellStatus(
  desk: RepositoryDesk,
  { repository, tries, eventAt }: TrackedTask,
  wish: ReportWish,
  told: Told,
  memory: Memory,
  remember: (more: Memory) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (wish.as === 'check') {
    const check = checkOf(wish, told)
    const known = memory.check ?? (tries > 0 ? await desk.findCheck(repository, check, signal) : undefined)
    if (known !== undefined) await desk.updateCheck(repository, known, check, signal)
    const id = known ?? (await desk.createCheck(repository, check, signal))
    if (memory.check === undefined) await remember({ check: id })
  }
  if (wish.as === 'status') await desk.setStatus(repository, statusOf(wish, told), signal)
  if (wish.as !== 'comment' || wish.issue === undefined) return
  if (wish.comment !== undefined && memory.reacted !== true) {
    await desk.react(repository, wish.comment, 'eyes', signal)
    await remember({ reacted: true })
  }
  const marker = markerOf(told.externalId)
  const text = commentOf(wish, told, marker)
  const wanted = { text: marker, since: eventAt - DAY }
  const known =
    memory.comment ?? (tries > 0 ? await desk.findComment(repository, wish.issue, wanted, signal) : undefined)
  if (known !== undefined) await desk.updateComment(repository, known, text, signal)
  const id = known ?? (await desk.createComment(repository, wish.issue, text, signal))
  if (memory.comment === undefined) await remember({ comment: id })
}

/** At most ten fields, as GitHub takes them. */
function summaryOf({ task, externalId }: Told): JsonObject {
  return {
    task_id: task.task_id,
    status: task.status,
    ...(task.reason === undefined ? {} : { reason: task.reason }),
    ...(task.exit_code === undefined ? {} : { exit_code: task.exit_code }),
    delivery: externalId,
  }
}

function keyOf({ delivery, key }: TrackedTask): string {
  return `${delivery}/${key}`
}
