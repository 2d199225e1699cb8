/**
 * Lanes in memory: what tasks share that decides whether a claim may take them, with counts that every change of state
 * keeps up to date. Counts are read from the file once, at start; nothing ever counts a million rows afterwards.
 *
 * A task of a full concurrency group stays `ready` in the file; that it is *held* follows from its lane. So nothing has to
 * be moved when a slot is taken or freed, and no held task can be forgotten.
 */
import type { DatabaseSync } from 'node:sqlite'
import { fitClassKey } from '../../core/fit.ts'
import type { ConcurrencyGroup, Requirements } from '../../core/task.ts'
import type { Change } from './group-commit.ts'
import { ReadyHeads } from './ready-heads.ts'
import { STATE, STATE_COUNT, type State } from '../states.ts'

export interface FitClass {
  readonly id: number
  readonly key: string
  readonly needs: Requirements
  lanes: number
}

export interface Group {
  readonly key: string
  max: number
  running: number
  readonly lanes: Set<Lane>
}

export interface Submitter {
  readonly name: string
  running: number
  lanes: number
}

export interface Lane {
  readonly id: number
  readonly key: string
  readonly fitClass: FitClass
  readonly submitter: Submitter
  readonly priority: number
  readonly group: Group | undefined
  readonly counts: number[]
  readonly heads: ReadyHeads
}

export function isFull(group: Group | undefined): group is Group {
  return group !== undefined && group.running >= group.max
}

export class LaneTable {
  readonly #classes = new Map<string, FitClass>()
  readonly #groups = new Map<string, Group>()
  readonly #submitters = new Map<string, Submitter>()
  readonly #lanes = new Map<string, Lane>()
  readonly #byId = new Map<number, Lane>()
  readonly #ready = new Set<Lane>()
  readonly #totals = emptyCounts()
  readonly #sql
  #lastClass = 0
  #lastLane = 0

  constructor(db: DatabaseSync) {
    this.#sql = {
      readClasses: db.prepare('SELECT id, needs FROM fit_class'),
      readGroups: db.prepare('SELECT key, max FROM concurrency_group'),
      readLanes: db.prepare('SELECT id, fit_class, submitter, priority, group_key FROM lane'),
      readCounts: db.prepare('SELECT lane, state, count(*) AS tasks FROM task GROUP BY lane, state'),
      addClass: db.prepare('INSERT INTO fit_class(id, needs) VALUES (?, ?)'),
      addLane: db.prepare('INSERT INTO lane(id, fit_class, submitter, priority, group_key) VALUES (?, ?, ?, ?, ?)'),
      saveGroup: db.prepare(
        'INSERT INTO concurrency_group(key, max) VALUES (?, ?) ON CONFLICT DO UPDATE SET max = excluded.max',
      ),
      dropClass: db.prepare('DELETE FROM fit_class WHERE id = ?'),
      dropGroup: db.prepare('DELETE FROM concurrency_group WHERE key = ?'),
      dropLane: db.prepare('DELETE FROM lane WHERE id = ?'),
    }
    this.#load()
  }

  /** Lanes that hold tasks in state ready, held ones included. */
  get ready(): ReadonlySet<Lane> {
    return this.#ready
  }

  /** How many tasks are in each state. */
  get totals(): readonly number[] {
    return this.#totals
  }

  all(): IterableIterator<Lane> {
    return this.#byId.values()
  }

  get(id: number): Lane {
    const lane = this.#byId.get(id)
    if (lane === undefined) throw new Error(`lane ${String(id)} is not in memory`)
    return lane
  }

  /** The lane of a new task, made when it is the first of its kind. The newest `max` of a group is the one that counts. */
  intern(
    change: Change,
    needs: Requirements,
    submitterName: string,
    priority: number,
    wanted: ConcurrencyGroup | undefined,
  ): Lane {
    const classKey = fitClassKey(needs)
    const group = wanted === undefined ? undefined : this.#internGroup(change, wanted)
    const key = laneKey(classKey, submitterName, priority, group?.key)
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const fitClass = this.#internClass(change, classKey, needs)
    const id = this.#lastLane + 1
    this.#sql.addLane.run(id, fitClass.id, submitterName, priority, group?.key ?? null)
    this.#lastLane = id
    const lane = this.#addLane(id, key, fitClass, submitterName, priority, group)
    change.onUndo(() => this.#removeLane(lane))
    return lane
  }

  /** Notes that a task entered a state (`from` undefined: it is new) or is gone (`to` undefined). */
  move(change: Change, lane: Lane, from: State | undefined, to: State | undefined): void {
    this.#count(lane, from, to)
    change.onUndo(() => {
      this.#count(lane, to, from)
      lane.heads.forget()
    })
  }

  /** Drops a lane that holds no task any more, and what only it used. */
  dropIfEmpty(change: Change, lane: Lane): void {
    if (lane.counts.some((tasks) => tasks > 0)) return
    this.#sql.dropLane.run(lane.id)
    this.#removeLane(lane)
    change.onUndo(() => this.#restoreLane(lane))
    if (lane.fitClass.lanes === 0) {
      this.#sql.dropClass.run(lane.fitClass.id)
      this.#classes.delete(lane.fitClass.key)
      change.onUndo(() => this.#classes.set(lane.fitClass.key, lane.fitClass))
    }
    const { group } = lane
    if (group?.lanes.size !== 0) return
    this.#sql.dropGroup.run(group.key)
    this.#groups.delete(group.key)
    change.onUndo(() => this.#groups.set(group.key, group))
  }

  #internClass(change: Change, key: string, needs: Requirements): FitClass {
    const known = this.#classes.get(key)
    if (known !== undefined) return known
    const fitClass = { id: this.#lastClass + 1, key, needs, lanes: 0 }
    this.#sql.addClass.run(fitClass.id, JSON.stringify(needs))
    this.#lastClass = fitClass.id
    this.#classes.set(key, fitClass)
    change.onUndo(() => this.#classes.delete(key))
    return fitClass
  }

  #internGroup(change: Change, wanted: ConcurrencyGroup): Group {
    const known = this.#groups.get(wanted.key)
    if (known?.max === wanted.max) return known
    this.#sql.saveGroup.run(wanted.key, wanted.max)
    if (known !== undefined) {
      const before = known.max
      known.max = wanted.max
      change.onUndo(() => {
        known.max = before
      })
      return known
    }
    const group: Group = { ...wanted, running: 0, lanes: new Set() }
    this.#groups.set(group.key, group)
    change.onUndo(() => this.#groups.delete(group.key))
    return group
  }

  #addLane(
    id: number,
    key: string,
    fitClass: FitClass,
    submitterName: string,
    priority: number,
    group: Group | undefined,
  ): Lane {
    const submitter = this.#submitters.get(submitterName) ?? { name: submitterName, running: 0, lanes: 0 }
    const counts = emptyCounts()
    const lane = { id, key, fitClass, submitter, priority, group, counts, heads: new ReadyHeads(true) }
    this.#restoreLane(lane)
    return lane
  }

  #restoreLane(lane: Lane): void {
    this.#lanes.set(lane.key, lane)
    this.#byId.set(lane.id, lane)
    this.#submitters.set(lane.submitter.name, lane.submitter)
    lane.submitter.lanes += 1
    lane.fitClass.lanes += 1
    lane.group?.lanes.add(lane)
  }

  #removeLane(lane: Lane): void {
    this.#lanes.delete(lane.key)
    this.#byId.delete(lane.id)
    lane.submitter.lanes -= 1
    if (lane.submitter.lanes === 0) this.#submitters.delete(lane.submitter.name)
    lane.fitClass.lanes -= 1
    lane.group?.lanes.delete(lane)
  }

  #count(lane: Lane, from: State | undefined, to: State | undefined): void {
    if (from !== undefined) this.#add(lane, from, -1)
    if (to !== undefined) this.#add(lane, to, 1)
  }

  #add(lane: Lane, state: State, tasks: number): void {
    const now = (lane.counts[state] ?? 0) + tasks
    lane.counts[state] = now
    this.#totals[state] = (this.#totals[state] ?? 0) + tasks
    if (state === STATE.running) {
      lane.submitter.running += tasks
      if (lane.group !== undefined) lane.group.running += tasks
    }
    if (state !== STATE.ready) return
    if (now > 0) this.#ready.add(lane)
    else this.#ready.delete(lane)
  }

  #load(): void {
    const classes = new Map<number, FitClass>()
    for (const row of this.#sql.readClasses.all() as unknown as { id: number; needs: string }[]) {
      const needs = JSON.parse(row.needs) as Requirements
      const fitClass = { id: row.id, key: fitClassKey(needs), needs, lanes: 0 }
      classes.set(row.id, fitClass)
      this.#classes.set(fitClass.key, fitClass)
      this.#lastClass = Math.max(this.#lastClass, row.id)
    }
    for (const { key, max } of this.#sql.readGroups.all() as unknown as { key: string; max: number }[])
      this.#groups.set(key, { key, max, running: 0, lanes: new Set() })
    for (const row of this.#sql.readLanes.all() as unknown as LaneRow[]) {
      const fitClass = classes.get(row.fit_class)
      if (fitClass === undefined) throw new Error(`lane ${String(row.id)} names an unknown fit class`)
      const group = row.group_key === null ? undefined : this.#groups.get(row.group_key)
      const key = laneKey(fitClass.key, row.submitter, row.priority, group?.key)
      this.#addLane(row.id, key, fitClass, row.submitter, row.priority, group)
      this.#lastLane = Math.max(this.#lastLane, row.id)
    }
    for (const row of this.#sql.readCounts.all() as unknown as { lane: number; state: State; tasks: number }[]) {
      const lane = this.get(row.lane)
      this.#add(lane, row.state, row.tasks)
      lane.heads.forget()
    }
  }
}

interface LaneRow {
  readonly id: number
  readonly fit_class: number
  readonly submitter: string
  readonly priority: number
  readonly group_key: string | null
}

function laneKey(classKey: string, submitter: string, priority: number, group: string | undefined): string {
  const own = `${classKey}\n${String(priority)}\n${String(submitter.length)}\n${submitter}`
  return group === undefined ? own : `${own}\n${group}`
}

function emptyCounts(): number[] {
  return new Array<number>(STATE_COUNT).fill(0)
}
