/** A task as lines for people. */
import { cleanLine, cleanText } from '../core/clean-text.ts'
import type { FitView, TaskView } from '../core/operations/views.ts'

export function describeTask(task: TaskView, logTail: string | undefined): string {
  const ended = task.reason === undefined ? task.status : `${task.status} (${task.reason})`
  return [
    `${task.task_id}  ${task.phase === undefined ? ended : `${task.status}/${task.phase}`}`,
    ...(task.worker_id === undefined ? [] : [`  worker  ${cleanLine(task.worker_name ?? '', 60)} ${task.worker_id}`]),
    ...(task.exit_code === undefined ? [] : [`  exit    ${String(task.exit_code)}`]),
    ...(task.duration_ms === undefined ? [] : [`  took    ${(task.duration_ms / 1000).toFixed(2)} s`]),
    ...(task.error === undefined ? [] : [`  error   ${cleanLine(task.error, 500)}`]),
    ...(logTail === undefined || logTail === ''
      ? []
      : [
          '  log',
          ...cleanText(logTail)
            .split('\n')
            .map((line) => `    ${line}`),
        ]),
  ].join('\n')
}

/** One task as a row of a table. */
export const TASK_COLUMNS = ['TASK', 'STATUS', 'TYPE', 'WORKER', 'EXIT'] as const

export function taskRow(task: TaskView): string[] {
  return [
    task.task_id,
    task.phase === undefined ? task.status : `${task.status}/${task.phase}`,
    cleanLine(task.task_type, 40),
    cleanLine(task.worker_name ?? task.worker_id ?? '-', 32),
    task.exit_code === undefined ? '-' : String(task.exit_code),
  ]
}

/** One line for each peer: that it fits, or the first rule against it. */
export function fitLines(peers: readonly FitView[]): readonly string[] {
  return peers.map(({ peer_id, runner_name, fits, rule, message }) => {
    const why = fits ? 'fits' : cleanLine(message ?? rule ?? 'does not fit', 200)
    return `  ${cleanLine(runner_name ?? peer_id, 60)}: ${why}`
  })
}
