/** Sums up what the engine reports of a pull, layer by layer, as one line and a fraction. Pure. */
import type { EngineReport } from '../engine/json-lines.ts'

interface Layer {
  done: boolean
  status: string
  current: number
  total: number
}

const PULLED = new Set(['Pull complete', 'Already exists'])
const MB = 1_000_000

export class PullProgress {
  readonly #layers = new Map<string, Layer>()

  /** @returns whether something moved: a report of waiting or of trying again is no progress */
  hear(report: EngineReport): boolean {
    const { id, status = '', progressDetail } = report
    if (id === undefined || status.startsWith('Pulling from')) return true
    if (status.startsWith('Retrying')) return false
    const layer = this.#layers.get(id) ?? { done: false, status: '', current: -1, total: 0 }
    this.#layers.set(id, layer)
    const current = progressDetail?.current ?? layer.current
    const moved = layer.status !== status || layer.current !== current
    if (status === 'Downloading') layer.total = progressDetail?.total ?? layer.total
    Object.assign(layer, { status, current, done: PULLED.has(status) })
    return moved
  }

  /** Compressed bytes of all layers that have told their size. */
  get totalBytes(): number {
    return sum([...this.#layers.values()].map((layer) => layer.total))
  }

  describe(): { readonly text: string; readonly fraction: number | undefined } {
    const layers = [...this.#layers.values()]
    const done = layers.filter((layer) => layer.done)
    const total = sum(layers.map((layer) => layer.total))
    const downloaded = sum(layers.map((layer) => (layer.status === 'Downloading' ? layer.current : layer.total)))
    const bytes = total === 0 ? '' : `, ${megabytes(downloaded)} of ${megabytes(total)} MB`
    return {
      text: `${done.length} of ${layers.length} layers${bytes}`,
      fraction: total === 0 ? undefined : Math.min(1, downloaded / total),
    }
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + Math.max(0, number), 0)
}

function megabytes(bytes: number): string {
  return (bytes / MB).toFixed(1)
}
