/**
 * What GitHub delivered, kept until its tasks are made and told of. A delivery is on disk before it is acknowledged, and
 * its plan before the first task of it is submitted: so a process that dies anywhere in between goes on where it was, with
 * the same tasks under the same idempotency keys.
 */
import type { Json, JsonObject } from '../task.ts'
import type { Startable } from './clock.ts'

export interface Delivery {
  /** GitHub's id of it; a redelivery has the same. */
  readonly id: string
  readonly event: string
  /** `owner/name`. */
  readonly repository: string
  readonly receivedAt: number
  /** JSON, as it was signed. */
  readonly body: string
}

export interface PendingDelivery extends Delivery {
  /** How often it was tried without success. */
  readonly tries: number
  /** Set once its tasks are settled on. */
  readonly planned: boolean
}

/** A task that a delivery makes. */
export interface PlannedTask {
  /** Within the delivery: rule and place in its matrix. */
  readonly key: string
  /** As p2p_taskqueue_submit takes it, without needs and idempotency key. */
  readonly submit: JsonObject
  /** Keys of tasks of the same delivery. */
  readonly needs: readonly string[]
  /** Tasks of this group that came of older events are cancelled. */
  readonly supersedes?: string
  /** When what it stands for happened, epoch milliseconds. */
  readonly eventAt: number
  /** What is to be told to GitHub, in the words of the door. */
  readonly report: Json
}

/** A planned task with what has become of it. */
export interface TrackedTask extends PlannedTask {
  readonly delivery: string
  readonly repository: string
  readonly taskId?: string
  /** What GitHub was told, in the words of the door. */
  readonly told: JsonObject
  /** How often telling failed in a row. */
  readonly tries: number
}

export interface DeliveryInbox extends Startable {
  /** @returns false when it is known already. @throws RunnerMeshError storage_low, storage_failed, queue_full */
  accept(delivery: Delivery): Promise<boolean>
  knows(id: string): boolean
  /** Due ones, oldest first. */
  due(now: number, most: number): readonly PendingDelivery[]
  /** When the next falls due; undefined when none waits. */
  nextDueAt(): number | undefined
  /** Keeps the tasks of a delivery, once and for all. */
  plan(id: string, tasks: readonly PlannedTask[]): Promise<void>
  postpone(id: string, dueAt: number, why: string): Promise<void>
  /** Its body is forgotten, its id is not. */
  close(id: string, outcome: 'done' | 'refused', note: string): Promise<void>
  pendingCount(): number

  tasksOf(delivery: string): readonly TrackedTask[]
  /** Of a repository and group, those that are not over. */
  tasksOfGroup(repository: string, group: string): readonly TrackedTask[]
  /** Not over yet. */
  countOpen(repository: string): number
  findByTask(taskId: string): TrackedTask | undefined
  submitted(delivery: string, key: string, taskId: string): Promise<void>
  /** What GitHub has been told, and when to look again; undefined when there is nothing more to tell. */
  told(delivery: string, key: string, told: JsonObject, lookAgainAt: number | undefined): Promise<void>
  tellAgain(delivery: string, key: string, dueAt: number): Promise<void>
  /** Submitted, not over, and due. */
  dueReports(now: number, most: number): readonly TrackedTask[]
  nextReportAt(): number | undefined

  /** A small fact that survives a restart, such as when schedules were last looked at. */
  note(name: string): string | undefined
  keepNote(name: string, value: string): Promise<void>
  /** Forgets deliveries that were closed before `before` and whose tasks are over. */
  prune(before: number): Promise<number>
}
