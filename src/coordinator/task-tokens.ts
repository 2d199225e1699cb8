/** Makes and checks the tokens with which running tasks submit tasks. See core/task-token.ts. */
import type { Fence, PeerId, TaskId } from '../core/ids.ts'
import { findTaskIdParts } from '../core/ids.ts'
import type { Access, Caller } from '../core/operations/operation.ts'
import type { Signer } from '../core/ports/mesh.ts'
import type { TaskStore } from '../core/ports/task-store.ts'
import { TASK_TOKEN_PREFIX, taskTokenContent, type TaskTokenContent } from '../core/task-token.ts'

/** A task may hand in work and look after what it handed in. */
const TASK_ACCESS: ReadonlySet<Access> = new Set<Access>(['tasks:read', 'tasks:submit', 'tasks:cancel'])

export async function sealTaskToken(signer: Signer, taskId: TaskId, fence: Fence): Promise<string> {
  const content: TaskTokenContent = { task_id: taskId, fence }
  const sealed = await signer.seal('task_token', new TextEncoder().encode(JSON.stringify(content)))
  return `${TASK_TOKEN_PREFIX}${sealed}`
}

export interface TaskTokenDeps {
  readonly signer: Pick<Signer, 'open'>
  readonly store: Pick<TaskStore, 'find'>
}

/** @returns undefined for whatever does not come from the attempt that runs now */
export async function findTaskCaller({ signer, store }: TaskTokenDeps, token: string): Promise<Caller | undefined> {
  const signed = await openToken(signer, token)
  if (signed === undefined || findTaskIdParts(signed.content.task_id) === undefined) return undefined
  const task = await store.find(signed.content.task_id as TaskId)
  const runsThere = task?.status === 'running' && task.worker === signed.peer && task.fence === signed.content.fence
  if (!runsThere) return undefined
  return { principal: `task:${task.id}`, door: 'mcp', access: TASK_ACCESS, depth: task.depth + 1 }
}

async function openToken(
  signer: Pick<Signer, 'open'>,
  token: string,
): Promise<{ readonly peer: PeerId; readonly content: TaskTokenContent } | undefined> {
  if (!token.startsWith(TASK_TOKEN_PREFIX)) return undefined
  try {
    const { peer, payload } = await signer.open('task_token', token.slice(TASK_TOKEN_PREFIX.length))
    return { peer, content: taskTokenContent.parse(JSON.parse(new TextDecoder().decode(payload))) }
  } catch {
    // Not signed by any key, or not of this form: no token of ours.
    return undefined
  }
}
