/** How figures grow with the number of peers, and what is used up first. */
import { refreshMs } from '../../src/github/refresh-plan.ts'
import type { Scale } from './world.ts'

const HOUR = 3_600_000
/** What GitHub lets one token write. */
const WRITES_PER_HOUR = 500
/** What a rack of runners has to its home. */
const LINK_BYTES_PER_SECOND = 125_000_000
/** Connections that one process may hold open; systems allow it without being asked. */
const CONNECTIONS = 60_000

/** The exponent of y = a·x^e that fits best: 0 stays (or there is one point), 1 grows as fast as the peers, 2 as fast as their pairs. */
export function exponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.filter(([, y]) => y > 0).map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const mean = (at: 0 | 1): number => logs.reduce((sum, each) => sum + each[at], 0) / logs.length
  if (logs.length < 2) return 0
  const [x, y] = [mean(0), mean(1)]
  const above = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0)
  const below = logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0)
  return above / below
}

/** Content writes an hour of a fleet at rest, by the plan that its peers follow. */
export function writesPerHour(peers: number): number {
  return (peers * HOUR) / refreshMs(peers)
}

/** The first fleet whose plan needs more than GitHub lets one token write. */
function firstBeyondWrites(): number {
  let peers = 100
  while (writesPerHour(peers) <= WRITES_PER_HOUR) peers += 100
  return peers
}

export interface Bound {
  readonly what: string
  /** Of what there is, the share that so many peers use. */
  readonly share: (scale: Scale) => number
  /** How many peers use all of it, where a plan says so and nothing has to be continued from figures. */
  readonly atPeers?: number
  readonly remedy: string
}

export const BOUNDS: readonly Bound[] = [
  {
    what: 'processor of the home',
    share: ({ homeMs, seconds }) => homeMs / 1000 / seconds,
    remedy:
      'give each team or repository a home of its own (every peer serves several), or share one home in PostgreSQL between several peers (--store postgres://…), and let tasks last longer',
  },
  {
    what: 'network of the home',
    share: ({ bytes, seconds }) => bytes / seconds / LINK_BYTES_PER_SECOND,
    remedy: 'several homes; artifacts to a store of their own',
  },
  {
    what: 'GitHub’s writes an hour',
    share: ({ peers }) => writesPerHour(peers) / WRITES_PER_HOUR,
    atPeers: firstBeyondWrites(),
    remedy:
      'let only the homes announce themselves (--registry-announce false for workers, which then only read), or give each site a registry issue of its own',
  },
  {
    what: 'connections of the home',
    share: ({ peers }) => peers / CONNECTIONS,
    remedy: 'several homes',
  },
]

export interface Saturation {
  readonly bound: Bound
  /** Of the largest fleet that was measured. */
  readonly share: number
  readonly exponent: number
  /** How many peers use all of it, as it has grown so far. Infinite where it does not grow. */
  readonly peers: number
}

/** What is used up first stands first. @param scales at least two, of different sizes, the largest last */
export function saturations(scales: readonly Scale[]): Saturation[] {
  const largest = scales.at(-1)
  if (largest === undefined) return []
  return BOUNDS.map((bound) => {
    const share = bound.share(largest)
    const grows = exponent(scales.map((scale) => [scale.peers, bound.share(scale)]))
    const continued = grows < 0.05 ? Number.POSITIVE_INFINITY : largest.peers * (1 / share) ** (1 / grows)
    return { bound, share, exponent: grows, peers: bound.atPeers ?? continued }
  }).sort((a, b) => a.peers - b.peers)
}
