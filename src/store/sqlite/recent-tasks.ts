/**
 * Rows that were written a moment ago and will be read again in the next: of a task just submitted, and of one that runs.
 * This process alone writes the file, so what is kept here is what stands there. Whoever changes a row otherwise forgets
 * it here; when a step is taken back, what it kept goes too.
 */
import type { Change } from './group-commit.ts'
import { parseSpec, type Spec, type TaskRow } from '../rows.ts'

/** Tasks kept at most, the newest; and the longest specification worth keeping, in characters. */
const MOST = 4_096
const LONGEST = 4_096

export interface RecentTask {
  readonly row: TaskRow
  /** Parsed from what was written, never the submitter's own objects. */
  readonly spec: Spec
}

interface Kept {
  readonly row: TaskRow
  readonly body: string
  spec: Spec | undefined
}

export class RecentTasks {
  readonly #kept = new Map<number, Kept>()

  keep(change: Change, row: TaskRow, body: string, spec?: Spec): void {
    this.#kept.delete(row.seq)
    if (body.length > LONGEST) return
    if (this.#kept.size >= MOST) this.#forgetOldest()
    this.#kept.set(row.seq, { row, body, spec })
    change.onUndo(() => this.forget(row.seq))
  }

  find(seq: number): (RecentTask & { readonly body: string }) | undefined {
    const kept = this.#kept.get(seq)
    if (kept === undefined) return undefined
    kept.spec ??= parseSpec(kept.body)
    return { row: kept.row, body: kept.body, spec: kept.spec }
  }

  forget(seq: number): void {
    this.#kept.delete(seq)
  }

  forgetAll(): void {
    this.#kept.clear()
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept.keys()
    if (oldest !== undefined) this.#kept.delete(oldest)
  }
}
