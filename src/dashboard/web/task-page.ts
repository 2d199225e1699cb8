/** One task: where it stands, its way so far, why it waits, what it left, and its log. */
import type { Output } from '../../core/operations/catalog.ts'
import { button, fill, h, link, type Child } from './elements.ts'
import { LogView } from './log-view.ts'
import { faultPlace, lookInTurn, section, showFault, statusBadge, type Page } from './page.ts'
import { artifactUrl, call, mayDo } from './peer-api.ts'
import { timeline } from './timeline.ts'
import { bytesText, durationText, instantText } from './words.ts'

type Told = Output<'p2p_taskqueue_get_task'>

export function taskPage(taskId: string): Page {
  const fault = faultPlace()
  const head = h('div', {})
  const facts = h('dl', { class: 'facts' })
  const way = h('div', {})
  const why = h('div', {})
  const files = h('div', {})
  const log = new LogView(taskId)

  const act = (name: 'p2p_taskqueue_cancel' | 'p2p_taskqueue_resubmit') => (): void => {
    call(name, { task_id: taskId })
      .then(look)
      .catch((thrown: unknown) => showFault(fault, thrown))
  }
  const look = lookInTurn(fault, async () => {
    const told = await call('p2p_taskqueue_get_task', { task_id: taskId, attempts: true })
    const { status } = told.task
    const isOver = ['completed', 'failed', 'cancelled'].includes(status)
    fill(
      head,
      h(
        'h1',
        {},
        told.task.model_name === undefined || told.task.model_name === '' ? told.task.task_type : told.task.model_name,
      ),
      statusBadge(status, told.task.reason ?? told.task.phase),
      h(
        'div',
        { class: 'actions' },
        !isOver && mayDo('tasks:cancel')
          ? button(
              told.task.cancel_requested === true ? 'Cancelling…' : 'Cancel',
              act('p2p_taskqueue_cancel'),
              'danger',
            )
          : undefined,
        (status === 'failed' || status === 'cancelled') && mayDo('tasks:submit')
          ? button('Retry', act('p2p_taskqueue_resubmit'), 'primary')
          : undefined,
      ),
    )
    fill(facts, ...factsOf(told))
    fill(way, timeline(told.task, told.attempts ?? [], Date.now()))
    fill(why, ...(status === 'queued' ? [await explained(taskId)] : []))
    fill(files, ...(isOver ? [await artifacts(taskId)] : []))
  })
  look()
  return {
    title: 'Task',
    element: h(
      'div',
      { class: 'fill' },
      h('p', {}, link('← Queue', '#/queue')),
      head,
      fault,
      section('Way', way),
      facts,
      why,
      files,
      log.element,
    ),
    changed: (notice) => {
      if (notice.many || notice.tasks.includes(taskId)) look()
    },
    look,
    dispose: () => log.dispose(),
  }
}

function factsOf({ task }: Told): Child[] {
  const now = Date.now()
  const told: readonly (readonly [string, string | undefined])[] = [
    ['task', task.task_id],
    ['type', task.task_type],
    ['submitted', `${instantText(task.created_at, now)} by ${task.submitter ?? 'unknown'}`],
    ['worker', task.worker_name ?? task.worker_id],
    ['exit code', task.exit_code?.toString()],
    ['took', task.duration_ms === undefined ? undefined : durationText(task.duration_ms)],
    ['priority', String(task.priority)],
    ['failures, lost', `${String(task.failures)}, ${String(task.lost)}`],
    ['now', task.progress === undefined ? undefined : `${task.progress.phase}: ${task.progress.message}`],
    ['tags', task.tags?.join(', ')],
    ['error', task.error],
  ]
  return told.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [h('dt', {}, name), h('dd', {}, value)],
  )
}

async function explained(taskId: string): Promise<HTMLElement> {
  const { summary, peers } = await call('p2p_taskqueue_explain', { task_id: taskId })
  return section(
    'Why it waits',
    h('p', {}, summary),
    h(
      'ul',
      {},
      ...peers
        .slice(0, 50)
        .map((peer) =>
          h(
            'li',
            {},
            h('strong', {}, peer.runner_name ?? peer.peer_id),
            peer.fits ? ': could run it' : `: ${peer.message ?? peer.rule ?? 'does not fit'}`,
          ),
        ),
    ),
  )
}

async function artifacts(taskId: string): Promise<Child> {
  const found = await call('p2p_taskqueue_list_artifacts', { task_id: taskId }).catch(() => undefined)
  if (found === undefined || found.artifacts.length === 0) return undefined
  return section(
    'Artifacts',
    h(
      'ul',
      {},
      ...found.artifacts
        .slice(0, 200)
        .map(({ path, bytes }) =>
          h('li', {}, link(path, artifactUrl(taskId, path, found.attempt)), ` ${bytesText(bytes)}`),
        ),
    ),
  )
}
