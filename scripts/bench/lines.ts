/** What a benchmark prints with `--json`: one object a line, in a form that every benchmark keeps. */
import { z } from 'zod'

const figures = z.looseObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  unit: z.string(),
  /** Ours. */
  figure: z.number().optional(),
  /** Ours over the peer's, or what the benchmark says of it; of pairs measured in turns in the same run. */
  ratio: z.number().optional(),
  peer: z.string().optional(),
  /** How many samples stand behind it. */
  n: z.number(),
  p50: z.number().optional(),
  p99: z.number().optional(),
  machine: z.string(),
})
const missing = z.looseObject({ name: z.string(), peer: z.string(), missing: z.string(), machine: z.string() })

export const benchLine = z
  .union([missing, figures])
  .refine((line) => 'missing' in line || line['figure'] !== undefined || line['ratio'] !== undefined, {
    error: 'has neither figure nor ratio',
  })
export type BenchLine = z.output<typeof benchLine>

/** @throws Error that names the benchmark, the line and its fault */
export function parseLines(benchmark: string, text: string): BenchLine[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      let json: unknown
      try {
        json = JSON.parse(line)
      } catch {
        throw new Error(`bench -- ${benchmark} --json printed what is no JSON: ${line.slice(0, 200)}`)
      }
      const parsed = benchLine.safeParse(json)
      if (parsed.success) return parsed.data
      throw new Error(`bench -- ${benchmark} --json: ${z.prettifyError(parsed.error)} in ${line.slice(0, 200)}`)
    })
}
