/**
 * A list of any length with elements for the rows in view only: rows have one height, the spacer has the height of all,
 * and what scrolls into view is made then.
 */
import { h } from './elements.ts'

export interface VirtualListOptions<T> {
  readonly rowHeight: number
  readonly label: string
  readonly role?: 'list' | 'log'
  readonly render: (item: T, index: number) => HTMLElement
  /** Called as the last rows come into view. */
  readonly nearEnd?: () => void
}

const OVERSCAN = 8

export class VirtualList<T> {
  readonly element: HTMLElement
  readonly #options: VirtualListOptions<T>
  readonly #spacer = h('div', { class: 'spacer' })
  readonly #observer: ResizeObserver
  #items: readonly T[] = []
  #shown: { readonly from: number; readonly to: number } | undefined

  constructor(options: VirtualListOptions<T>) {
    this.#options = options
    this.element = h(
      'div',
      {
        class: 'virtual',
        attributes: { tabindex: 0, role: options.role ?? 'list', 'aria-label': options.label },
        on: { scroll: () => this.#draw() },
      },
      this.#spacer,
    )
    this.#observer = new ResizeObserver(() => this.#draw())
    this.#observer.observe(this.element)
  }

  show(items: readonly T[]): void {
    this.#items = items
    this.#shown = undefined
    this.#spacer.style.height = `${String(items.length * this.#options.rowHeight)}px`
    this.#draw()
  }

  get isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.element
    return scrollTop + clientHeight >= scrollHeight - this.#options.rowHeight * 2
  }

  scrollToEnd(): void {
    this.element.scrollTop = this.element.scrollHeight
  }

  scrollToRow(index: number): void {
    this.element.scrollTop = Math.max(0, index * this.#options.rowHeight - this.element.clientHeight / 2)
  }

  dispose(): void {
    this.#observer.disconnect()
  }

  #draw(): void {
    const { rowHeight, render, nearEnd } = this.#options
    const { scrollTop, clientHeight } = this.element
    const from = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN)
    const to = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + OVERSCAN)
    if (this.#shown?.from === from && this.#shown.to === to) return
    this.#shown = { from, to }
    const focused = document.activeElement
    const focusedKey = this.#spacer.contains(focused) ? focused?.getAttribute('href') : undefined
    this.#spacer.replaceChildren(
      ...this.#items.slice(from, to).map((item, offset) => {
        const row = render(item, from + offset)
        row.style.top = `${String((from + offset) * rowHeight)}px`
        row.style.height = `${String(rowHeight)}px`
        return row
      }),
    )
    if (focusedKey !== undefined && focusedKey !== null) {
      this.#spacer.querySelector<HTMLElement>(`[href="${CSS.escape(focusedKey)}"]`)?.focus({ preventScroll: true })
    }
    if (to > this.#items.length - OVERSCAN) nearEnd?.()
  }
}
