/**
 * Many steps, one fsync. Steps asked for within one turn of the event loop, or while the log of the group before them is
 * brought onto the disk, share one transaction; each promise settles only after its COMMIT and that sync. A step that throws takes back its own rows and its own notes in memory, never its neighbours' (R26).
 * Few steps throw, and savepoints cost a third of the time of those that do not: so a group runs without them first, and
 * begins again with a savepoint around each step when one has thrown. A step may therefore run twice; what it noted is
 * taken back in between. Between two groups the loop turns, so that sockets and timers get their share.
 *
 * When SQLite gives up in the middle (disk full, I/O error) it may have rolled back by itself, so `isTransaction` is asked
 * before ROLLBACK (R27). Then everything in memory is taken back too, and each step is tried once more: with the others
 * when room could be made, else alone, so that one that is too large does not stop the rest.
 *
 * A sync that fails leaves open what of the group the disk has, and asking again would not tell: nothing is accepted from
 * then on, until the file is opened anew.
 * @see https://wiki.postgresql.org/wiki/Fsync_Errors
 */
import type { DatabaseSync } from 'node:sqlite'
import { errorText } from '../../core/errors.ts'
import type { TaskId } from '../../core/ids.ts'
import type { StoreEvent } from '../../core/ports/task-store.ts'
import type { Requirements } from '../../core/task.ts'
import { storeClosed } from '../closed.ts'
import { isStorageFault, wrapSqliteError } from './sqlite-error.ts'

/** What one step did beside its rows: how to take its notes in memory back, and what to tell once it is durable. */
export class Change {
  readonly #undo: (() => void)[] = []
  readonly changed: TaskId[] = []
  readonly ready: Requirements[] = []

  /** Called in reverse order when the step does not become durable. */
  onUndo(undo: () => void): void {
    this.#undo.push(undo)
  }

  undo(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo()
  }
}

export interface GroupCommitDeps {
  readonly db: DatabaseSync
  readonly mono: () => number
  readonly maxSteps: number
  readonly maxMs: number
  /** Resolves when all that was committed before the call is on the disk. */
  readonly sync: () => Promise<void>
  /** Writes what the whole group shares, such as the last log number, just before COMMIT. */
  readonly beforeCommit: () => void
  /** A group was taken back as a whole. @returns whether room was made on a full disk, so that it is worth another try */
  readonly onRollback: (fault: unknown) => boolean
  readonly emit: (event: StoreEvent) => void
}

interface Step {
  readonly work: (change: Change) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (thrown: unknown) => void
}

interface Done {
  readonly step: Step
  readonly change: Change
  readonly value: unknown
}

interface Failed {
  readonly step: Step
  readonly thrown: unknown
}

interface Committed {
  readonly done: readonly Done[]
  readonly failed: readonly Failed[]
}

/** A fault of the disk or the file, or a step that threw where steps have no savepoints. */
type Stopped = { readonly fault: unknown; readonly roomMade: boolean } | 'refused'

export class GroupCommit {
  readonly #deps: GroupCommitDeps
  readonly #begin
  readonly #commit
  readonly #rollback
  readonly #savepoint
  readonly #release
  readonly #rollbackTo
  readonly #totalChanges
  #waiting: Step[] = []
  /** Committed, and answered once the log is on the disk. */
  #committed: Committed[] = []
  #syncing: Promise<void> | undefined
  #broken: Error | undefined
  #scheduled = false
  #closed = false
  #onIdle: (() => void) | undefined

  constructor(deps: GroupCommitDeps) {
    this.#deps = deps
    this.#begin = deps.db.prepare('BEGIN IMMEDIATE')
    this.#commit = deps.db.prepare('COMMIT')
    this.#rollback = deps.db.prepare('ROLLBACK')
    this.#savepoint = deps.db.prepare('SAVEPOINT step')
    this.#release = deps.db.prepare('RELEASE step')
    this.#rollbackTo = deps.db.prepare('ROLLBACK TO step')
    this.#totalChanges = deps.db.prepare('SELECT total_changes() AS n')
  }

  /** @returns what `work` returned, once that is durable. @throws what it threw, or `storage_failed`, `stopping` */
  run<T>(work: (change: Change) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(storeClosed())
        return
      }
      if (this.#broken !== undefined) {
        reject(this.#broken)
        return
      }
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
      this.#schedule()
    })
  }

  /** Resolves when all that can be read now is durable. @throws RunnerMeshError storage_failed */
  async durable(): Promise<void> {
    await this.#syncing
    if (this.#broken !== undefined) throw this.#broken
  }

  /** Resolves when everything asked for so far is durable; nothing is accepted from now on. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#waiting.length === 0) return this.#syncing
    return new Promise((resolve) => {
      this.#onIdle = resolve
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#syncing !== undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      const before = this.#changes()
      this.#flush()
      const committed = this.#committed
      this.#committed = []
      if (this.#changes() === before) {
        this.#answer(committed)
        this.#goOn()
      } else {
        this.#syncing = this.#sync(committed)
      }
    })
  }

  async #sync(committed: readonly Committed[]): Promise<void> {
    try {
      await this.#deps.sync()
    } catch (fault) {
      this.#broken = fault instanceof Error ? fault : new Error(errorText(fault))
    }
    this.#syncing = undefined
    if (this.#broken === undefined) this.#answer(committed)
    else {
      const lost = [...committed.flatMap(({ done }) => done.map(({ step }) => step)), ...this.#waiting]
      this.#waiting = []
      for (const step of lost) step.reject(this.#broken)
    }
    this.#goOn()
  }

  #answer(committed: readonly Committed[]): void {
    for (const { done, failed } of committed) {
      for (const { step, thrown } of failed) step.reject(wrapSqliteError(thrown))
      for (const { step, value } of done) step.resolve(value)
      this.#tell(done.map(({ change }) => change))
    }
  }

  #goOn(): void {
    if (this.#waiting.length > 0) this.#schedule()
    else this.#onIdle?.()
  }

  #changes(): number {
    return (this.#totalChanges.get() as { n: number }).n
  }

  #flush(): void {
    const { maxSteps, maxMs, mono } = this.#deps
    const startedAt = mono()
    const taken: Step[] = []
    const more = () => {
      if (taken.length === maxSteps || (taken.length > 0 && mono() - startedAt > maxMs)) return undefined
      const step = this.#waiting[taken.length]
      if (step !== undefined) taken.push(step)
      return step
    }
    let stopped = this.#commitTogether(more, 'bare')
    this.#waiting = this.#waiting.slice(taken.length)
    if (stopped === 'refused') stopped = this.#commitTogether(oneByOne(taken), 'savepoints')
    if (stopped === undefined) return
    if (hasRoom(stopped) && this.#commitTogether(oneByOne(taken), 'savepoints') === undefined) return
    for (const step of taken) this.#commitAlone(step)
  }

  #commitAlone(step: Step): void {
    let stopped = this.#commitTogether(oneByOne([step]), 'savepoints')
    if (hasRoom(stopped)) stopped = this.#commitTogether(oneByOne([step]), 'savepoints')
    if (stopped !== undefined && stopped !== 'refused') step.reject(wrapSqliteError(stopped.fault))
  }

  /** @returns what stopped the whole group; then nothing of it happened and no promise is settled */
  #commitTogether(next: () => Step | undefined, how: 'bare' | 'savepoints'): Stopped | undefined {
    const done: Done[] = []
    const failed: Failed[] = []
    const careful = how === 'savepoints'
    try {
      this.#begin.run()
      for (let step = next(); step !== undefined; step = next()) {
        const change = new Change()
        try {
          if (careful) this.#savepoint.run()
          const value = step.work(change)
          if (careful) this.#release.run()
          done.push({ step, change, value })
        } catch (thrown) {
          change.undo()
          if (isStorageFault(thrown) || !this.#deps.db.isTransaction) throw thrown
          if (!careful) return this.#takeBack(done)
          this.#rollbackTo.run()
          this.#release.run()
          failed.push({ step, thrown })
        }
      }
      this.#deps.beforeCommit()
      this.#commit.run()
    } catch (fault) {
      this.#takeBack(done)
      return { fault, roomMade: this.#deps.onRollback(fault) }
    }
    this.#committed.push({ done, failed })
    return undefined
  }

  #takeBack(done: readonly Done[]): 'refused' {
    for (const { change } of done.toReversed()) change.undo()
    if (this.#deps.db.isTransaction) this.#rollback.run()
    return 'refused'
  }

  /** Once per fit class and task, however many steps of the group touched it. */
  #tell(changes: readonly Change[]): void {
    const ready = new Set<Requirements>()
    const changed = new Set<TaskId>()
    for (const change of changes) {
      for (const needs of change.ready) ready.add(needs)
      for (const taskId of change.changed) changed.add(taskId)
    }
    for (const needs of ready) this.#deps.emit({ kind: 'ready', needs })
    for (const taskId of changed) this.#deps.emit({ kind: 'changed', taskId })
  }
}

function hasRoom(stopped: Stopped | undefined): boolean {
  return stopped !== undefined && stopped !== 'refused' && stopped.roomMade
}

function oneByOne(steps: readonly Step[]): () => Step | undefined {
  const left = steps.values()
  return () => left.next().value
}
