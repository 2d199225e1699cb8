/** The exit code that a task's end becomes where somebody waited for it: the task's own when it ran. */
import { EXIT } from './errors.ts'
import type { TaskView } from './operations/views.ts'

export function exitCodeOf(task: Pick<TaskView, 'status' | 'reason' | 'exit_code'>): number {
  if (task.exit_code !== undefined && (task.reason === undefined || task.reason === 'exit')) return task.exit_code
  if (task.status === 'completed') return 0
  if (task.status === 'cancelled') return EXIT.cancelled
  if (task.reason === 'policy') return EXIT.policy
  if (task.reason?.startsWith('timeout_') === true) return EXIT.timeout
  return EXIT.infrastructure
}
