/** `runner-mesh retry`: a failed or cancelled task is queued again under its id. */
import type { Command } from 'commander'
import type { RunCommand } from '../run-command.ts'

export function addRetryCommand(program: Command, run: RunCommand): void {
  const retry = program.command('retry').description('Queue a failed or cancelled task again.').argument('<task>')
  run(retry, async ({ link, output, signal }, taskId = '') => {
    const answer = await link.call('p2p_taskqueue_resubmit', { task_id: taskId }, { signal })
    output.result(answer, () => `${answer.task.task_id}  ${answer.task.status}/${answer.task.phase ?? '-'}`)
    return 0
  })
}
