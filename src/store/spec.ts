/** What of a submitted task is written down as it was asked for, and by what it is recognised and found again. */
import { createHash } from 'node:crypto'
import { withoutPin } from '../core/container-task.ts'
import type { NewTask } from '../core/ports/task-store.ts'
import type { Json } from '../core/task.ts'
import type { Spec } from './rows.ts'

/** What of a new task is kept as it was asked for; the rest is in the lane and in columns. */
export function specOf(task: NewTask): Spec {
  return {
    type: task.type,
    modelName: task.modelName,
    payload: task.payload,
    ...(task.envelope === undefined ? {} : { envelope: task.envelope }),
    clocks: task.clocks,
    idempotent: task.idempotent,
    retryOn: task.retryOn,
    maxFailures: task.maxFailures,
    maxLost: task.maxLost,
    needs: task.needs,
    depth: task.depth,
    ...(task.idempotencyKey === undefined ? {} : { idempotencyKey: task.idempotencyKey }),
    ...(task.alias === undefined ? {} : { alias: task.alias }),
    ...(task.workflowId === undefined ? {} : { workflowId: task.workflowId }),
    tags: task.tags,
  }
}

/** What must be equal for two submits to be the same one: type, model and payload, whatever the order of their fields. A pin is not what was asked. */
export function contentDigest(task: Pick<NewTask, 'type' | 'modelName' | 'payload'>): Uint8Array {
  const content = JSON.stringify([task.type, task.modelName, sorted(withoutPin(task.type, task.payload))])
  return createHash('sha256').update(content).digest().subarray(0, 16)
}

/** The names under which a task is found by its workflow and its tags. */
export function marksOf({ workflowId, tags }: Pick<Spec, 'workflowId' | 'tags'>): readonly string[] {
  return [...(workflowId === undefined ? [] : [`workflow ${workflowId}`]), ...tags.map((tag) => `tag ${tag}`)]
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted)
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value as { readonly [key: string]: Json })
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]))
}
