/**
 * How a task submits tasks: with a token that the worker signs for the attempt and delivers as a secret. It says only which
 * attempt its bearer is; the task's home looks up the rest in its own records, so nobody can make a chain of tasks look
 * shorter than it is. It counts for as long as that worker runs that attempt, and no longer.
 */
import { z } from 'zod'

/** The name that stands for it among the secrets of a task; the host policy has to name it like any other. */
export const TASK_TOKEN = 'RUNNER_MESH_TASK_TOKEN'

/** By which a door tells it from other bearer tokens. */
export const TASK_TOKEN_PREFIX = 'rmtask_'

export const taskTokenContent = z.object({ task_id: z.string().max(64), fence: z.int().min(1) })
export type TaskTokenContent = z.output<typeof taskTokenContent>
