/** The log of a task as it is written: read page by page from where it stands, waiting at the peer for more. */
import { parseAnsi, PLAIN, type AnsiState, type Run } from './ansi.ts'
import { button, fill, h } from './elements.ts'
import { faultPlace, showFault } from './page.ts'
import { call, PeerRefusal } from './peer-api.ts'
import { VirtualList } from './virtual-list.ts'

interface Line {
  readonly number: number
  readonly stream: 'stdout' | 'stderr' | 'gap'
  readonly runs: readonly Run[]
  readonly text: string
}

const ROW_HEIGHT = 20
/** Lines kept in the page; the peer keeps more. */
const MOST_LINES = 50_000
const LONGEST_LINE = 4_000
const WAIT_S = 20

export class LogView {
  readonly element: HTMLElement
  readonly #taskId: string
  readonly #fault = faultPlace()
  readonly #state = h('span', { class: 'hint', attributes: { role: 'status' } })
  readonly #stop = new AbortController()
  readonly #list: VirtualList<Line>
  readonly #search: HTMLInputElement
  readonly #rest = { stdout: '', stderr: '' }
  readonly #ansi: { stdout: AnsiState; stderr: AnsiState } = { stdout: PLAIN, stderr: PLAIN }
  #lines: Line[] = []
  #shown: readonly Line[] = []
  #dropped = 0
  #follows = true

  constructor(taskId: string) {
    this.#taskId = taskId
    this.#list = new VirtualList({
      rowHeight: ROW_HEIGHT,
      label: 'Log',
      role: 'log',
      render: (line) => this.#row(line),
    })
    this.#list.element.addEventListener('scroll', () => {
      this.#follows = this.#list.isAtEnd
    })
    this.#search = h('input', {
      attributes: { id: 'log-search', type: 'search', autocomplete: 'off', spellcheck: 'false' },
      on: { input: () => this.#show() },
    })
    this.element = h(
      'section',
      { class: 'card log' },
      h('h2', {}, 'Log'),
      h(
        'div',
        { class: 'bar' },
        h('label', { attributes: { for: 'log-search' } }, 'Search', this.#search),
        button('To the end', () => {
          this.#follows = true
          this.#list.scrollToEnd()
        }),
        this.#state,
      ),
      this.#fault,
      this.#list.element,
    )
    void this.#follow()
  }

  dispose(): void {
    this.#stop.abort()
    this.#list.dispose()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop
    const isGone = (): boolean => signal.aborted
    let attempt: number | undefined
    let from = 0
    let pauseMs = 500
    while (!isGone()) {
      try {
        const page = await call(
          'p2p_taskqueue_read_log',
          { task_id: this.#taskId, from_seq: from, wait_s: WAIT_S, ...(attempt === undefined ? {} : { attempt }) },
          signal,
        )
        this.#fault.hidden = true
        if (attempt === undefined && page.attempt > 0) attempt = page.attempt
        for (const cut of page.cuts)
          this.#gap(`… ${cut.bytes === undefined ? 'some output' : `${String(cut.bytes)} bytes`} not kept …`)
        for (const { stream, text } of page.entries) this.#add(stream, text)
        from = page.next_seq
        const isOver = page.ended && ['completed', 'failed', 'cancelled'].includes(page.status)
        if (isOver)
          for (const stream of ['stdout', 'stderr'] as const) if (this.#rest[stream] !== '') this.#add(stream, '\n')
        this.#show()
        fill(
          this.#state,
          `${String(page.lines)} lines, attempt ${String(page.attempt)}${isOver ? ', ended' : ', live'}`,
        )
        if (isOver) return
        // This attempt is over and the task is not: the next one has a log of its own.
        if (page.ended && page.attempt > 0) {
          const { task } = await call('p2p_taskqueue_get_task', { task_id: this.#taskId }, signal)
          if (task.attempt > page.attempt) {
            attempt = task.attempt
            from = 0
            this.#gap(`— attempt ${String(attempt)} —`)
          } else await rest(1000, signal)
        } else if (page.entries.length === 0 && page.attempt === 0) await rest(500, signal)
        pauseMs = 500
      } catch (thrown) {
        if (isGone()) return
        showFault(this.#fault, thrown)
        if (thrown instanceof PeerRefusal && ['unauthorized', 'forbidden', 'task_not_found'].includes(thrown.code))
          return
        await rest(pauseMs, signal)
        pauseMs = Math.min(pauseMs * 2, 15_000)
      }
    }
  }

  #add(stream: 'stdout' | 'stderr', text: string): void {
    const lines = (this.#rest[stream] + text).split('\n')
    this.#rest[stream] = lines.pop() ?? ''
    for (const line of lines) {
      // A progress bar writes over its line; the last of it is what a terminal would show.
      const last = line.replace(/\r+$/, '')
      const seen = last.slice(last.lastIndexOf('\r') + 1).slice(0, LONGEST_LINE)
      const { runs, after } = parseAnsi(seen, this.#ansi[stream])
      this.#ansi[stream] = after
      this.#push(stream, runs)
    }
  }

  #gap(text: string): void {
    this.#push('gap', [{ text, classes: ['dim'] }])
  }

  #push(stream: Line['stream'], runs: readonly Run[]): void {
    const number = this.#dropped + this.#lines.length + 1
    this.#lines.push({ number, stream, runs, text: runs.map(({ text }) => text).join('') })
    if (this.#lines.length <= MOST_LINES) return
    const excess = this.#lines.length - MOST_LINES + 1_000
    this.#lines = this.#lines.slice(excess)
    this.#dropped += excess
  }

  #show(): void {
    const words = this.#search.value.toLowerCase()
    this.#shown = words === '' ? this.#lines : this.#lines.filter(({ text }) => text.toLowerCase().includes(words))
    this.#list.show(this.#shown)
    if (this.#follows) this.#list.scrollToEnd()
  }

  #row({ number, stream, runs }: Line): HTMLElement {
    return h(
      'div',
      { class: `line is-${stream}` },
      h('span', { class: 'number', attributes: { 'aria-hidden': 'true' } }, number),
      h(
        'code',
        {},
        ...runs.flatMap(({ text, classes }) => {
          const parts = this.#marked(text)
          return classes.length === 0 ? parts : [h('span', { class: classes.join(' ') }, ...parts)]
        }),
      ),
    )
  }

  #marked(text: string): (Node | string)[] {
    const words = this.#search.value.toLowerCase()
    if (words === '') return [text]
    const parts: (Node | string)[] = []
    let from = 0
    for (let at = text.toLowerCase().indexOf(words); at >= 0; at = text.toLowerCase().indexOf(words, from)) {
      parts.push(text.slice(from, at), h('mark', {}, text.slice(at, at + words.length)))
      from = at + words.length
    }
    return [...parts, text.slice(from)]
  }
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
