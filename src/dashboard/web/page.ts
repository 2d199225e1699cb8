/** What the shell needs of each page. */
import { h } from './elements.ts'
import type { ChangeNotice } from './peer-api.ts'

export interface Page {
  readonly title: string
  readonly element: HTMLElement
  /** Something changed at the peer. */
  readonly changed?: (notice: ChangeNotice) => void
  /** Called every few seconds, for what no notice tells. */
  readonly look?: () => void
  readonly dispose?: () => void
}

export function section(title: string, ...children: Parameters<typeof h>[2][]): HTMLElement {
  return h('section', { class: 'card' }, h('h2', {}, title), ...children)
}

export function statusBadge(status: string, phase?: string): HTMLElement {
  return h(
    'span',
    { class: `badge is-${status}` },
    phase === undefined || phase === status ? status : `${status} · ${phase}`,
  )
}

export function showFault(place: HTMLElement, thrown: unknown): void {
  place.textContent = thrown instanceof Error ? thrown.message : String(thrown)
  place.hidden = false
}

export function faultPlace(): HTMLElement {
  const place = h('p', { class: 'fault', attributes: { role: 'alert' } })
  place.hidden = true
  return place
}
