/** Interleaved rounds: in each, every contestant has its turn under every load, so that a busy moment hits them all. */
import type { Contestant, Cycle, Load, Missing } from './contestant.ts'
import { quantile, round, type Report } from './report.ts'

export type Shape = Pick<Load, 'callers' | 'batch'>

export const SHAPES: readonly Shape[] = [
  ...[1, 8, 64, 128].map((callers) => ({ callers, batch: 1 })),
  ...[1, 8].map((callers) => ({ callers, batch: 100 })),
]

export interface Plan {
  readonly rounds: number
  /** Of one turn of one contestant. */
  readonly ms: number
  readonly shapes?: readonly Shape[]
}

type Cycles = Map<Contestant, Cycle[]>

export async function runRounds(
  contestants: readonly Contestant[],
  { rounds, ms, shapes = SHAPES }: Plan,
): Promise<Map<Shape, Cycles>> {
  const all = new Map(shapes.map((shape) => [shape, new Map() as Cycles]))
  // The first round warms up, and is not counted.
  for (let time = 0; time <= rounds; time += 1) {
    for (const [shape, cycles] of all) {
      for (const contestant of contestants) {
        if (shape.batch > 1 && !contestant.batches) continue
        const cycle = await contestant.cycle({ ...shape, ms: time === 0 ? ms / 4 : ms })
        if (time > 0) cycles.set(contestant, [...(cycles.get(contestant) ?? []), cycle])
      }
    }
  }
  return all
}

/** @param ours stands first, and is set beside each of the others */
export function reportRounds(report: Report, all: ReadonlyMap<Shape, Cycles>, missing: readonly Missing[]): void {
  for (const [shape, cycles] of all) {
    const [own, ...others] = [...cycles]
    if (own === undefined) continue
    const what = `submit + claim + settle, ${String(shape.callers)} in flight${shape.batch === 1 ? '' : `, ${String(shape.batch)} at a time`}`
    report.say(`\n${what}`)
    addFigure(report, shape, own)
    for (const other of others) addFigure(report, shape, other, own)
    for (const { name, missing: why } of missing) {
      report.add({ name: 'queue-cycle', ...shape, peer: name, missing: why }, `  ${name}: missing, ${why}`)
    }
  }
}

function addFigure(
  report: Report,
  shape: Shape,
  [{ name, durability }, cycles]: [Contestant, readonly Cycle[]],
  ours?: [Contestant, readonly Cycle[]],
): void {
  const rate = ({ tasks, seconds }: Cycle): number => tasks / seconds
  const turns = cycles.flatMap(({ turnsMs }) => turnsMs)
  const figure = Math.round(quantile(cycles.map(rate), 0.5))
  const [p50, p99] = [round(quantile(turns, 0.5)), round(quantile(turns, 0.99))]
  const tasks = cycles.reduce((sum, cycle) => sum + cycle.tasks, 0)
  const cpuUs = round((cycles.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / tasks) * 1e6)
  // Of pairs of one round, not of medians.
  const ratios = ours === undefined ? [] : cycles.map((cycle, time) => rate(ours[1][time] ?? cycle) / rate(cycle))
  const ratio = round(quantile(ratios, 0.5))
  report.add(
    {
      name: 'queue-cycle',
      ...shape,
      ...(ours === undefined ? {} : { ratio }),
      figure,
      peer: name,
      durability,
      unit: 'tasks/s',
      n: tasks,
      p50,
      p99,
      cpu_us: cpuUs,
    },
    `  ${name.padEnd(34)}${String(figure).padStart(7)} tasks/s   p50 ${String(p50)} ms, p99 ${String(p99)} ms   ${String(cpuUs)} µs CPU here` +
      (ours === undefined ? '' : `   runner-mesh ÷ it = ${String(ratio)}`),
  )
}
