/** Commands about tasks. Each asks the peer of this machine. */
import { cleanLine } from '../../core/clean-text.ts'
import type { TaskView } from '../../core/operations/views.ts'
import { table } from '../output.ts'
import { withPeer } from '../peer-link.ts'
import type { CommandContext } from '../run-command.ts'
import { describeTask, fitLines, TASK_COLUMNS, taskRow } from '../task-lines.ts'

export async function get(context: CommandContext, taskId: string, tailLines: number): Promise<number> {
  return withPeer(context, async (link) => {
    const answer = await link.call(
      'p2p_taskqueue_get_task',
      { task_id: taskId, log_tail_lines: tailLines },
      { signal: context.signal },
    )
    context.output.result(answer, () => describeTask(answer.task, answer.log_tail))
    return 0
  })
}

export async function list(
  context: CommandContext,
  flags: { readonly status?: TaskView['status']; readonly limit?: number },
): Promise<number> {
  return withPeer(context, async (link) => {
    const page = await link.call('p2p_taskqueue_list_tasks', { ...flags }, { signal: context.signal })
    context.output.result(page, () => table([TASK_COLUMNS, ...page.tasks.map(taskRow)]))
    return 0
  })
}

export async function cancel(context: CommandContext, taskId: string): Promise<number> {
  return withPeer(context, async (link) => {
    const answer = await link.call('p2p_taskqueue_cancel', { task_id: taskId }, { signal: context.signal })
    context.output.result(answer, () =>
      answer.outcome === 'cancelled'
        ? 'cancelled'
        : answer.outcome === 'requested'
          ? 'cancel requested; it is reported cancelled once its container is gone'
          : `too late: the task is ${answer.status}`,
    )
    return 0
  })
}

export async function explain(context: CommandContext, taskId: string): Promise<number> {
  return withPeer(context, async (link) => {
    const answer = await link.call('p2p_taskqueue_explain', { task_id: taskId }, { signal: context.signal })
    context.output.result(answer, () => [answer.summary, ...fitLines(answer.peers)].join('\n'))
    return 0
  })
}

export async function status(context: CommandContext): Promise<number> {
  return withPeer(context, async (link) => {
    const answer = await link.call('p2p_taskqueue_status', { detail: true }, { signal: context.signal })
    context.output.result(answer, () =>
      [
        `queued ${String(answer.queued)}  running ${String(answer.running)}  completed ${String(answer.completed)}  failed ${String(answer.failed)}  cancelled ${String(answer.cancelled)}`,
        `peers ${String(answer.connected_peers)}  waiting claims ${String(answer.parked_claims)}`,
        ...(answer.executor === undefined ? [] : [`executor ${cleanLine(JSON.stringify(answer.executor), 300)}`]),
        ...(answer.discovery ?? []).map(({ source, found, problem = '' }) =>
          `finds by ${source}: ${String(found)} ${cleanLine(problem, 200)}`.trimEnd(),
        ),
        ...Object.entries(answer.rejected ?? {}).map(([kind, count]) => `turned away: ${kind} ${String(count)}`),
      ].join('\n'),
    )
    return 0
  })
}
