/** The tasks of this home, newest first, with filters. Pages are read as they scroll into view. */
import type { RawInput } from '../../core/operations/catalog.ts'
import type { TaskView } from '../../core/operations/views.ts'
import { fill, h } from './elements.ts'
import { faultPlace, showFault, statusBadge, type Page } from './page.ts'
import { call, type ChangeNotice } from './peer-api.ts'
import { VirtualList } from './virtual-list.ts'
import { durationText, instantText, shortId } from './words.ts'

type Filter = Omit<RawInput<'p2p_taskqueue_list_tasks'>, 'limit' | 'cursor' | 'statuses'>

const PAGE = 100
const ROW_HEIGHT = 44
const STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const

export function queuePage(query: URLSearchParams): Page {
  const fault = faultPlace()
  const count = h('p', { class: 'hint', attributes: { role: 'status' } })
  let tasks: TaskView[] = []
  let cursor: string | undefined
  let isWhole = false
  let reading: Promise<void> | undefined
  let generation = 0
  const list = new VirtualList<TaskView>({
    rowHeight: ROW_HEIGHT,
    label: 'Tasks',
    render: taskRow,
    nearEnd: () => void more(),
  })

  const show = (): void => {
    list.show(tasks)
    fill(
      count,
      tasks.length === 0 && isWhole ? 'No tasks match.' : `${String(tasks.length)}${isWhole ? '' : '+'} tasks`,
    )
  }
  const filter = (): Filter => {
    const text = (name: string): string => fields[name]?.value.trim() ?? ''
    const status = STATUSES.find((one) => one === text('status'))
    return {
      ...(status === undefined ? {} : { status }),
      ...(text('type') === '' ? {} : { task_types: [text('type')] }),
      ...(text('submitter') === '' ? {} : { submitter: text('submitter') }),
      ...(text('tag') === '' ? {} : { tag: text('tag') }),
    }
  }
  const more = (): Promise<void> => {
    if (isWhole) return Promise.resolve()
    const mine = generation
    reading ??= call('p2p_taskqueue_list_tasks', {
      ...filter(),
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    })
      .then(
        (page) => {
          if (mine !== generation) return
          fault.hidden = true
          cursor = page.next_cursor
          isWhole = cursor === undefined
          const known = new Set(tasks.map(({ task_id }) => task_id))
          tasks = [...tasks, ...page.tasks.filter(({ task_id }) => !known.has(task_id))]
        },
        (thrown: unknown) => {
          isWhole = true
          showFault(fault, thrown)
        },
      )
      .finally(() => {
        reading = undefined
        if (mine === generation) show()
        else void more()
      })
    return reading
  }
  const restart = (): void => {
    generation += 1
    tasks = []
    cursor = undefined
    isWhole = false
    list.element.scrollTop = 0
    const words = new URLSearchParams(
      Object.entries(fields).flatMap(([name, { value }]): [string, string][] => (value === '' ? [] : [[name, value]])),
    )
    history.replaceState(null, '', `#/queue${words.size === 0 ? '' : `?${words.toString()}`}`)
    void more()
  }
  /** New tasks come on top; those that are shown are told anew, and leave when they match no more. */
  const freshen = async (notice: ChangeNotice): Promise<void> => {
    const mine = generation
    const head = await call('p2p_taskqueue_list_tasks', { ...filter(), limit: PAGE })
    const known = new Set(tasks.map(({ task_id }) => task_id))
    const inHead = new Set(head.tasks.map(({ task_id }) => task_id))
    const stale = notice.tasks.filter((id) => known.has(id) && !inHead.has(id))
    const looked = await Promise.all(
      stale.map((task_id) =>
        call('p2p_taskqueue_get_task', { task_id }).then(
          ({ task }) => task,
          () => undefined,
        ),
      ),
    )
    if (mine !== generation) return
    const { status } = filter()
    const fresh = new Map(
      [...head.tasks, ...looked.filter((task) => task !== undefined)].map((task) => [task.task_id, task]),
    )
    const kept = tasks
      .map((task) => fresh.get(task.task_id) ?? task)
      .filter((task) => status === undefined || task.status === status)
    tasks = [...head.tasks.filter(({ task_id }) => !known.has(task_id)), ...kept]
    show()
  }
  const fields: Readonly<Record<string, HTMLInputElement | HTMLSelectElement>> = {
    status: h(
      'select',
      { attributes: { id: 'filter-status' }, on: { change: restart } },
      h('option', { attributes: { value: '' } }, 'any'),
      ...STATUSES.map((name) => h('option', { attributes: { value: name } }, name)),
    ),
    type: textField('filter-type', restart),
    submitter: textField('filter-submitter', restart),
    tag: textField('filter-tag', restart),
  }
  for (const [name, field] of Object.entries(fields)) field.value = query.get(name) ?? ''
  const filters = h(
    'form',
    {
      class: 'filters',
      attributes: { role: 'search', 'aria-label': 'Filter tasks' },
      on: { submit: (event) => event.preventDefault() },
    },
    ...Object.entries(fields).map(([name, field]) => h('label', { attributes: { for: field.id } }, name, field)),
  )
  void more()
  let isFreshening = false
  return {
    title: 'Queue',
    element: h('div', { class: 'fill' }, h('h1', {}, 'Queue'), filters, fault, count, list.element),
    changed: (notice) => {
      if (isFreshening) return
      isFreshening = true
      freshen(notice)
        .catch((thrown: unknown) => showFault(fault, thrown))
        .finally(() => {
          isFreshening = false
        })
    },
    dispose: () => list.dispose(),
  }
}

function textField(id: string, changed: () => void): HTMLInputElement {
  return h('input', {
    attributes: { id, type: 'search', autocomplete: 'off', spellcheck: 'false' },
    on: { change: changed },
  })
}

function taskRow(task: TaskView): HTMLElement {
  const now = Date.now()
  const took =
    task.duration_ms ?? (task.started_at === undefined ? undefined : (task.finished_at ?? now) - task.started_at)
  return h(
    'div',
    { class: 'row', attributes: { role: 'listitem' } },
    h(
      'a',
      { attributes: { href: `#/task/${encodeURIComponent(task.task_id)}`, title: task.task_id } },
      shortId(task.task_id),
    ),
    statusBadge(task.status, task.status === 'completed' ? undefined : (task.reason ?? task.phase)),
    h(
      'span',
      { class: 'what' },
      task.model_name === undefined || task.model_name === '' ? task.task_type : task.model_name,
    ),
    h('span', { class: 'who' }, task.worker_name ?? task.worker_id ?? ''),
    h(
      'span',
      { class: 'when' },
      `${instantText(task.created_at, now)}${took === undefined ? '' : ` · ${durationText(took)}`}`,
    ),
  )
}
