/** A plot of a run as SVG: a small picture for each kind, all over the same minutes. */
import type { Sample } from './samples.ts'

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [680, 110, 60, 26, 24] as const
const COLOURS = ['#1f6feb', '#bc4c00', '#2da44e', '#8250df', '#bf3989', '#57606a']

export function toSvg(samples: readonly Sample[]): string {
  const names = Object.keys(samples[0]?.values ?? {})
  const kinds = [...new Set(names.map(kindOf))]
  const minutes = Math.max(...samples.map(({ at }) => at), 0.001)
  const pictures = kinds.map((kind, index) => {
    const series = names.filter((name) => kindOf(name) === kind)
    const most = Math.max(1, ...series.flatMap((name) => samples.map(({ values }) => values[name] ?? 0)))
    const top = TOP + index * (HEIGHT + GAP)
    const lines = series.map((name, number) => {
      const colour = COLOURS[number % COLOURS.length] ?? '#000'
      const points = samples.map(({ at, values }) => {
        const x = LEFT + (at / minutes) * WIDTH
        const y = top + HEIGHT - ((values[name] ?? 0) / most) * HEIGHT
        return `${x.toFixed(1)},${y.toFixed(1)}`
      })
      const label = `<text x="${String(LEFT + WIDTH + 8)}" y="${String(top + 12 + number * 15)}" fill="${colour}">${escape(name)}</text>`
      return `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/>${label}`
    })
    return [
      `<rect x="${String(LEFT)}" y="${String(top)}" width="${String(WIDTH)}" height="${String(HEIGHT)}" fill="none" stroke="#d0d7de"/>`,
      `<text x="${String(LEFT - 6)}" y="${String(top + 10)}" text-anchor="end">${most.toFixed(0)}</text>`,
      `<text x="${String(LEFT - 6)}" y="${String(top + HEIGHT)}" text-anchor="end">0</text>`,
      ...lines,
    ].join('\n')
  })
  const height = TOP + kinds.length * (HEIGHT + GAP)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 940 ${String(height)}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${String(LEFT)}" y="16">${minutes.toFixed(1)} minutes of steady load</text>
${pictures.join('\n')}
</svg>
`
}

function kindOf(name: string): string {
  return name.split(' ')[0] ?? name
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
