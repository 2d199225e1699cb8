/** Names by which the store in memory knows a submit again. */
import { RunnerMeshError } from '../../src/core/errors.ts'
import type { TaskId } from '../../src/core/ids.ts'
import type { NewTask } from '../../src/core/ports/task-store.ts'
import { isTerminal } from '../../src/core/task.ts'
import type { Entry } from './memory-entry.ts'

const KEY_TTL_MS = 86_400_000

interface Known {
  readonly id: TaskId
  readonly content: string
}

export class MemoryNames {
  readonly #entries: () => readonly Entry[]
  #keys = new Map<string, Known & { readonly until: number }>()

  constructor(entries: () => readonly Entry[]) {
    this.#entries = entries
  }

  /** @returns a function that forgets everything remembered since */
  mark(): () => void {
    const before = new Map(this.#keys)
    return () => {
      this.#keys = before
    }
  }

  remember({ id, asked }: Entry, now: number): void {
    if (asked.idempotencyKey === undefined) return
    const key = `${asked.submitter} ${asked.idempotencyKey}`
    this.#keys.set(key, { id, content: contentOf(asked), until: now + KEY_TTL_MS })
  }

  /** @throws RunnerMeshError idempotency_conflict */
  find(task: NewTask, now: number): TaskId | undefined {
    const { submitter, idempotencyKey, alias, workflowId } = task
    const byKey = idempotencyKey === undefined ? undefined : this.keyed(submitter, idempotencyKey, now)
    const entry = alias === undefined ? undefined : this.aliased(submitter, workflowId, alias)
    const byAlias = entry === undefined ? undefined : { id: entry.id, content: contentOf(entry.asked) }
    const known = byKey ?? byAlias
    if (known === undefined) return undefined
    if (known.content !== contentOf(task) || (byKey ?? known).id !== (byAlias ?? known).id)
      throw new RunnerMeshError('idempotency_conflict', 'the name is taken by another task')
    return known.id
  }

  keyed(submitter: string, key: string, now: number): Known | undefined {
    const known = this.#keys.get(`${submitter} ${key}`)
    if (known === undefined || known.until > now) return known
    const entry = this.#entries().find(({ id }) => id === known.id)
    return entry === undefined || isTerminal(entry.status) ? undefined : known
  }

  aliased(submitter: string, workflowId: string | undefined, alias: string): Entry | undefined {
    return this.#entries().find(
      ({ asked }) =>
        asked.submitter === submitter && (asked.workflowId ?? '') === (workflowId ?? '') && asked.alias === alias,
    )
  }
}

function contentOf({ type, modelName, payload }: NewTask): string {
  return JSON.stringify([type, modelName, payload], (_key, value: unknown) =>
    value === null || typeof value !== 'object' || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  )
}
