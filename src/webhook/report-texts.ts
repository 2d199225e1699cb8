/** What GitHub is told of a task: checks, statuses, comments. Text of tasks is cleaned and stands in fences. */
import { cleanLine, cleanText } from '../core/clean-text.ts'
import type { TaskView } from '../core/operations/views.ts'
import type { Check, CheckConclusion, CommitStatus } from '../core/ports/repository-desk.ts'
import type { ReportWish } from './rules/plan.ts'

export interface Told {
  readonly task: TaskView
  readonly log: string | undefined
  readonly externalId: string
  readonly detailsUrl: string | undefined
}

const LONGEST_LOG = 30_000

export function checkOf({ name, sha = '' }: ReportWish, { task, log, externalId, detailsUrl }: Told): Check {
  const conclusion = conclusionOf(task)
  const status = conclusion !== undefined ? 'completed' : task.status === 'running' ? 'in_progress' : 'queued'
  const text = log === undefined || log === '' ? undefined : cleanText(log).slice(-LONGEST_LOG)
  return {
    ...{ name, sha, externalId, status },
    title: titleOf(task),
    summary: summaryOf(task),
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(text === undefined ? {} : { log: text }),
    ...(detailsUrl === undefined ? {} : { detailsUrl }),
    ...(task.started_at === undefined ? {} : { startedAt: task.started_at }),
    ...(conclusion === undefined || task.finished_at === undefined ? {} : { completedAt: task.finished_at }),
    ...(conclusion === 'failure' || conclusion === 'timed_out'
      ? { annotation: { path: '.github', message: titleOf(task) } }
      : {}),
  }
}

export function statusOf({ name, sha = '' }: ReportWish, { task, detailsUrl }: Told): CommitStatus {
  const conclusion = conclusionOf(task)
  const state =
    conclusion === undefined
      ? 'pending'
      : conclusion === 'success'
        ? 'success'
        : conclusion === 'failure'
          ? 'failure'
          : 'error'
  return {
    ...{ sha, context: name, state, description: titleOf(task) },
    ...(detailsUrl === undefined ? {} : { targetUrl: detailsUrl }),
  }
}

/** @param marker by which the comment is found again */
export function commentOf({ name }: ReportWish, { task, log, detailsUrl }: Told, marker: string): string {
  const text = log === undefined ? '' : cleanText(log).slice(-LONGEST_LOG)
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return [
    `**${name}** ${titleOf(task)}`,
    ...(detailsUrl === undefined ? [] : ['', detailsUrl]),
    ...(text.trim() === '' ? [] : ['', `${fence}text`, text, fence]),
    '',
    marker,
  ].join('\n')
}

export function markerOf(externalId: string): string {
  return `<!-- runner-mesh ${externalId.replaceAll('--', '- -')} -->`
}

function conclusionOf({ status, reason }: TaskView): CheckConclusion | undefined {
  if (status === 'completed') return 'success'
  if (status === 'cancelled') return 'cancelled'
  if (status !== 'failed') return undefined
  return reason?.startsWith('timeout_') === true ? 'timed_out' : 'failure'
}

function titleOf({ status, reason, exit_code: code, error, worker_name: worker }: TaskView): string {
  const where = worker === undefined ? '' : ` on ${cleanLine(worker, 60)}`
  if (status === 'queued') return 'is waiting for a runner'
  if (status === 'running') return `is running${where}`
  if (status === 'failed') {
    const why = code !== undefined ? `exit code ${String(code)}` : (reason ?? 'failed')
    return `failed${where}: ${why}${code === undefined && error !== undefined ? `, ${cleanLine(error, 120)}` : ''}`
  }
  return `${status}${where}`
}

function summaryOf(task: TaskView): string {
  const seconds = task.duration_ms === undefined ? undefined : (task.duration_ms / 1_000).toFixed(1)
  const lines = [
    `Task \`${task.task_id}\`, attempt ${String(task.attempt)}.`,
    ...(seconds === undefined ? [] : [`It took ${seconds} s.`]),
    ...(task.error === undefined ? [] : [`\`${cleanLine(task.error, 300).replaceAll('`', "'")}\``]),
  ]
  return lines.join('\n\n')
}
