/** What is looked at again and again under a steady load, and whether it stays as it is. */
export interface Sample {
  /** Minutes since the load began. */
  readonly at: number
  /** By what is measured, such as `memory of b, MiB`. */
  readonly values: Readonly<Record<string, number>>
}

export interface Course {
  readonly what: string
  readonly first: number
  readonly last: number
  readonly most: number
  /** What the last may be. */
  readonly bound: number
  readonly isFlat: boolean
}

/** Of a run, at its beginning, that is no part of the comparison: caches fill, code is compiled. */
const WARM_UP = 0.25
/** Of what is left, at either end, whose medians are compared. */
const END = 0.3

/** What each kind may grow by between the beginning and the end of a run: a share, and so much beside it. */
const GROWTH: readonly (readonly [begins: string, share: number, beside: number])[] = [
  ['memory', 0.1, 12],
  ['handles', 0.1, 6],
  // A write-ahead log grows to 4 MiB before it is folded in.
  ['database', 0.25, 5],
  ['containers', 0, 4],
  ['comments', 0, 0],
]

/** @throws Error when there are too few samples to say anything, or a kind is unknown */
export function courses(samples: readonly Sample[]): Course[] {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP))
  const count = Math.floor(warm.length * END)
  if (count < 3) throw new Error(`${String(samples.length)} samples are too few to tell whether anything grows.`)
  return Object.keys(samples[0]?.values ?? {}).map((what) => {
    const [, share, beside] = GROWTH.find(([begins]) => what.startsWith(begins)) ?? []
    if (share === undefined || beside === undefined) throw new Error(`Nothing is known of ${what}.`)
    const values = warm.map((sample) => sample.values[what] ?? Number.NaN)
    const [first, last] = [median(values.slice(0, count)), median(values.slice(-count))]
    const bound = first * (1 + share) + beside
    return { what, first, last, most: Math.max(...values), bound, isFlat: last <= bound }
  })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
