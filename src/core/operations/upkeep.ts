/** Operations that look after tasks that have ended. */
import { z } from 'zod'
import { ADDS, defineOperation, ENDS } from './operation.ts'
import { taskIdField, taskView } from './views.ts'

export const resubmitTask = defineOperation({
  name: 'p2p_taskqueue_resubmit',
  title: 'Queue a failed task again',
  description: 'Queues a failed or cancelled task again under its id, with fresh budgets and time limits.',
  access: 'tasks:submit',
  hints: ADDS,
  input: z.strictObject({ task_id: taskIdField }),
  output: z.object({ task: taskView }),
})

export const pruneTasks = defineOperation({
  name: 'p2p_taskqueue_prune',
  title: 'Delete ended tasks past their retention',
  description: 'Deletes at once all ended tasks whose retention is over, instead of a few every second.',
  access: 'admin',
  hints: ENDS,
  input: z.strictObject({}),
  output: z.object({ pruned: z.int().min(0) }),
})
