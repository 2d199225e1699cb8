/** A task from submit to end as bars on one scale of time: its wait, each attempt, and the phases its worker measured. */
import type { AttemptView, TaskView } from '../../core/operations/views.ts'
import { h } from './elements.ts'
import { durationText } from './words.ts'

interface Bar {
  readonly name: string
  readonly kind: string
  readonly from: number
  readonly to: number
  readonly note: string
}

const PHASES = ['pull', 'build', 'create', 'start', 'run', 'collect'] as const

export function timeline(task: TaskView, attempts: readonly AttemptView[], now: number): HTMLElement {
  const bars = barsOf(task, attempts, now)
  const from = task.created_at
  const length = Math.max(1, ...bars.map(({ to }) => to - from))
  return h(
    'ol',
    { class: 'timeline' },
    ...bars.map((bar) => {
      const fillBar = h('span', { class: `span is-${bar.kind}` })
      fillBar.style.left = `${String(Math.max(0, ((bar.from - from) / length) * 100))}%`
      fillBar.style.width = `${String(Math.max(0.4, ((bar.to - bar.from) / length) * 100))}%`
      return h(
        'li',
        {},
        h('span', { class: 'name' }, bar.name),
        h('span', { class: 'track' }, fillBar),
        h('span', { class: 'note' }, bar.note),
      )
    }),
  )
}

function barsOf(task: TaskView, attempts: readonly AttemptView[], now: number): Bar[] {
  const firstStart = attempts[0]?.started_at ?? task.started_at ?? task.finished_at ?? now
  const bars: Bar[] = [
    {
      name: 'waiting',
      kind: 'queued',
      from: task.created_at,
      to: firstStart,
      note: durationText(firstStart - task.created_at),
    },
  ]
  for (const {
    number,
    started_at: from,
    ended_at: ended,
    outcome,
    reason,
    worker_name: name,
    worker_id: id,
  } of attempts) {
    const to = ended ?? task.finished_at ?? now
    const how = outcome === undefined ? 'running' : reason === undefined ? outcome : `${outcome}: ${reason}`
    bars.push({
      name: `attempt ${String(number)}`,
      kind: outcome ?? 'running',
      from,
      to,
      note: `${durationText(to - from)} · ${how} · ${name ?? id}`,
    })
  }
  return [...bars, ...phasesOf(task, attempts.at(-1))]
}

function phasesOf(task: TaskView, last: AttemptView | undefined): Bar[] {
  const measured = task.result?.['phases']
  if (typeof measured !== 'object' || measured === null || Array.isArray(measured) || last === undefined) return []
  let at = last.started_at
  return PHASES.flatMap((phase) => {
    const ms = measured[`${phase}_ms`]
    if (typeof ms !== 'number' || ms <= 0) return []
    const from = at
    at += ms
    return [{ name: phase, kind: 'phase', from, to: at, note: durationText(ms) }]
  })
}
