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

/**
 * What a page shows is asked anew whenever it may have changed: one look at a time, and one more when something changed
 * meanwhile. What is refused stands in `fault` until a look succeeds.
 */
export function lookInTurn(fault: HTMLElement, look: () => Promise<void>): () => void {
  let isWanted = false
  let isLooking = false
  const run = async (): Promise<void> => {
    isWanted = true
    if (isLooking) return
    isLooking = true
    try {
      while (isWanted) {
        isWanted = false
        await look()
        fault.hidden = true
      }
    } catch (thrown) {
      showFault(fault, thrown)
    } finally {
      isLooking = false
    }
  }
  return () => void run()
}
