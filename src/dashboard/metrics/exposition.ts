/**
 * Metrics as text: OpenMetrics 1.0 for those who ask for it, else the older text format of Prometheus.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { FAMILIES, PREFIX, type Family, type FamilyName } from './families.ts'
import type { HistogramState } from './histogram.ts'

export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly labels?: Labels
  readonly value: number
}

/** What is known now; a family without a sample is left out. */
export type Readings = Partial<Record<FamilyName, readonly Sample[] | HistogramState>>

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'

/** @param accept the header of the request */
export function writeMetrics(readings: Readings, accept = ''): { readonly type: string; readonly text: string } {
  const open = accept.includes('application/openmetrics-text')
  const lines: string[] = []
  for (const [key, family] of Object.entries(FAMILIES) as [FamilyName, Family][]) {
    const reading = readings[key]
    if (reading === undefined) continue
    const name = `${PREFIX}${key}`
    const counted = family.type === 'counter' ? `${name}_total` : name
    const declared = open ? name : counted
    lines.push(`# TYPE ${declared} ${family.type}`)
    if (open && family.unit !== undefined) lines.push(`# UNIT ${declared} ${family.unit}`)
    lines.push(`# HELP ${declared} ${escapeHelp(family.help)}`)
    if ('buckets' in reading) lines.push(...histogramLines(name, reading))
    else for (const { labels, value } of reading) lines.push(`${counted}${labelText(labels)} ${numberText(value)}`)
  }
  if (open) lines.push('# EOF')
  return { type: open ? OPEN_METRICS : PROMETHEUS, text: `${lines.join('\n')}\n` }
}

function histogramLines(name: string, { buckets, count, sum }: HistogramState): string[] {
  return [
    ...buckets.map(({ upTo, count: below }) => `${name}_bucket{le="${floatText(upTo)}"} ${String(below)}`),
    `${name}_bucket{le="+Inf"} ${String(count)}`,
    `${name}_sum ${numberText(sum)}`,
    `${name}_count ${String(count)}`,
  ]
}

function labelText(labels: Labels = {}): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

/** OpenMetrics wants bounds of buckets as floats: 1.0, not 1. */
const floatText = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value))

const numberText = (value: number): string => (Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : 'NaN')

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
