/** What a home says of its queue, from the counts in memory: its price does not grow with the number of tasks. */
import type { QueueCounts, ReadyClass } from '../../core/ports/task-store.ts'
import type { TaskStatus } from '../../core/task.ts'
import type { Home } from './home.ts'
import { isFull, type FitClass, type Group, type Lane } from './lanes.ts'
import type { Head } from './ready-heads.ts'
import { STATE, type State } from '../states.ts'

export function countQueue(home: Home): QueueCounts {
  const { totals } = home.lanes
  const of = (state: State) => totals[state] ?? 0
  const claimable = [...home.lanes.ready].filter((lane) => !isFull(lane.group))
  const held = of(STATE.ready) - sum(claimable, STATE.ready)
  const byStatus: Record<TaskStatus, number> = {
    queued: of(STATE.blocked) + of(STATE.delayed) + of(STATE.ready),
    running: of(STATE.running),
    completed: of(STATE.completed),
    failed: of(STATE.failed),
    cancelled: of(STATE.cancelled),
  }
  const oldest = oldestReadyAt(home, claimable)
  const top = claimable.reduce((highest, { priority }) => Math.max(highest, priority), 0)
  return {
    byStatus,
    queuedByPhase: { blocked: of(STATE.blocked), delayed: of(STATE.delayed), held, ready: of(STATE.ready) - held },
    suspect: home.leases.suspects,
    ...(oldest === undefined ? {} : { oldestReadyAt: oldest }),
    ...(claimable.length === 0 ? {} : { topPriority: top }),
    queuedByType: byType(home, [STATE.blocked, STATE.delayed, STATE.ready]),
    runningByType: byType(home, [STATE.running]),
  }
}

/**
 * Every fit class with claimable tasks, and how many of it could be claimed now: of a group no more than it has free slots.
 * Classes that share a group are each told the same slots, for whoever is free may fit only one of them.
 */
export function readyClasses(home: Home): readonly ReadyClass[] {
  const counts = new Map<FitClass, number>()
  const left = new Map<FitClass, Map<Group, number>>()
  for (const { fitClass, group, counts: tasks } of home.lanes.ready) {
    let claimable = tasks[STATE.ready] ?? 0
    if (group !== undefined) {
      const slots = left.get(fitClass) ?? new Map<Group, number>()
      const free = slots.get(group) ?? Math.max(0, group.max - group.running)
      claimable = Math.min(claimable, free)
      left.set(fitClass, slots.set(group, free - claimable))
    }
    if (claimable > 0) counts.set(fitClass, (counts.get(fitClass) ?? 0) + claimable)
  }
  return [...counts].map(([{ needs }, count]) => ({ needs, count }))
}

function sum(lanes: readonly Lane[], state: State): number {
  return lanes.reduce((tasks, lane) => tasks + (lane.counts[state] ?? 0), 0)
}

/** Within a lane the head has waited longest, but for tasks that were given back to their old place. */
function oldestReadyAt(home: Home, lanes: readonly Lane[]): number | undefined {
  let oldest: number | undefined
  for (const lane of lanes) {
    const head = lane.heads.first((limit) => home.sql.readHeads.all(lane.id, limit) as unknown as Head[])
    if (head !== undefined && (oldest === undefined || head.readyAt < oldest)) oldest = head.readyAt
  }
  return oldest
}

function byType(home: Home, states: readonly State[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const lane of home.lanes.all()) {
    const tasks = states.reduce<number>((total, state) => total + (lane.counts[state] ?? 0), 0)
    const type = lane.fitClass.needs.taskType
    if (tasks > 0) counts[type] = (counts[type] ?? 0) + tasks
  }
  return counts
}
