/** The combinations of a matrix, as in workflows. @see https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations */
import type { Rule } from './rules-schema.ts'

type Value = string | number | boolean
export type Combination = Readonly<Record<string, Value>>

/** @returns one empty combination where there is no matrix */
export function combinationsOf(matrix: Rule['matrix']): readonly Combination[] {
  if (matrix === undefined) return [{}]
  const { include = [], exclude = [], ...axes } = matrix
  const all = Object.entries(axes as Record<string, Value[]>).reduce<Combination[]>(
    (found, [axis, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [axis]: value }))),
    [{}],
  )
  const kept = all.filter((each) => !exclude.some((row) => agrees(row, each)))
  const base = Object.keys(axes).length === 0 ? [] : kept
  const added: Combination[] = []
  let extended = base
  for (const row of include) {
    // It extends every combination of which it changes nothing; else it is one of its own.
    const ofAxes = Object.fromEntries(Object.entries(row).filter(([name]) => axes[name] !== undefined))
    const fits = base.map((each) => Object.keys(axes).length > 0 && agrees(ofAxes, each))
    if (fits.includes(true)) extended = extended.map((each, at) => (fits[at] === true ? { ...each, ...row } : each))
    else added.push(row)
  }
  return [...extended, ...added]
}

function agrees(row: Combination, combination: Combination): boolean {
  return Object.entries(row).every(([name, value]) => combination[name] === value)
}
