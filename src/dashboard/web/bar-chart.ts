/** A chart of the last hour, one bar a minute. */
import { h, svg } from './elements.ts'

export interface Series {
  readonly name: string
  readonly className: string
  readonly values: readonly number[]
}

const WIDTH = 360
const HEIGHT = 96

/** @param text how a value is written */
export function barChart(title: string, series: readonly Series[], text: (value: number) => string): HTMLElement {
  const length = series[0]?.values.length ?? 0
  const totals = Array.from({ length }, (_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
  const most = Math.max(...totals, 0)
  const step = WIDTH / Math.max(1, length)
  const bars = totals.flatMap((total, index) => {
    if (total === 0) return []
    let base = HEIGHT
    return series.flatMap(({ className, values }) => {
      const height = ((values[index] ?? 0) / most) * (HEIGHT - 8)
      if (height === 0) return []
      base -= height
      return [
        svg('rect', { class: className, attributes: { x: index * step + 0.5, y: base, width: step - 1, height } }),
      ]
    })
  })
  const all = totals.reduce((sum, value) => sum + value, 0)
  const summary = `${title}: at most ${text(most)} in a minute of the last hour.`
  return h(
    'figure',
    { class: 'chart' },
    h(
      'figcaption',
      {},
      h('strong', {}, title),
      h('span', {}, all === 0 ? 'nothing in the last hour' : `at most ${text(most)} in a minute`),
    ),
    h(
      'div',
      { class: 'plot' },
      svg(
        'svg',
        {
          attributes: {
            viewBox: `0 0 ${String(WIDTH)} ${String(HEIGHT)}`,
            role: 'img',
            'aria-label': summary,
            preserveAspectRatio: 'none',
          },
        },
        svg('line', { class: 'axis', attributes: { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 } }),
        ...bars,
      ) as unknown as HTMLElement,
    ),
    series.length > 1
      ? h('ul', { class: 'legend' }, ...series.map(({ name, className }) => h('li', { class: className }, name)))
      : undefined,
  )
}
