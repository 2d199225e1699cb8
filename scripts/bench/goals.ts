/** The numbers to reach, and where a run tells them. */
import type { BenchLine } from './lines.ts'

export interface Goal {
  readonly what: string
  readonly benchmark: string
  /** Fields of the line that tells it. */
  readonly line: Readonly<Record<string, string | number>>
  readonly field: string
  readonly reach: { readonly least: number } | { readonly most: number }
  /** Whether README quotes it. */
  readonly isQuoted?: true
}

export const GOALS: readonly Goal[] = [
  {
    what: 'container task through the mesh ÷ `docker run --rm`',
    isQuoted: true,
    ...{ benchmark: 'task', line: { name: 'container-task-over-mesh' }, field: 'ratio', reach: { most: 1 } },
  },
  {
    what: 'mesh overhead: submit → container create call, two processes, p50, ms',
    isQuoted: true,
    ...{ benchmark: 'task', line: { name: 'container-task-overhead' }, field: 'p50', reach: { most: 5 } },
  },
  {
    what: 'mesh overhead: submit → container create call, two processes, p99, ms',
    ...{ benchmark: 'task', line: { name: 'container-task-overhead' }, field: 'p99', reach: { most: 25 } },
  },
  {
    what: 'no-op tasks over libp2p ÷ BullMQ with fsync always',
    isQuoted: true,
    ...{ benchmark: 'noop', line: { name: 'noop-tasks-over-mesh' }, field: 'ratio', reach: { least: 1.5 } },
  },
  {
    what: 'no-op tasks a second over libp2p, 2 processors',
    isQuoted: true,
    ...{ benchmark: 'noop', line: { name: 'noop-tasks-over-mesh' }, field: 'figure', reach: { least: 10_000 } },
  },
  {
    what: 'submit + claim + settle in process, FULL, 128 callers ÷ plainjob at its own NORMAL',
    isQuoted: true,
    ...{ benchmark: 'queue', line: { name: 'queue-cycle', callers: 128, peer: 'plainjob, synchronous=NORMAL' } },
    ...{ field: 'ratio', reach: { least: 1 } },
  },
  {
    what: 'claim p99 with 1,000,000 queued ÷ with 1,000',
    isQuoted: true,
    ...{ benchmark: 'queue', line: { name: 'queue-claim', backlog: 1_000_000 }, field: 'ratio', reach: { most: 1.5 } },
  },
  {
    what: 'peer start → announced, connected, claim parked, ms',
    isQuoted: true,
    ...{ benchmark: 'action', line: { name: 'action-join' }, field: 'p50', reach: { most: 1500 } },
  },
  {
    what: 'load of the Action’s main, ms',
    ...{ benchmark: 'action', line: { name: 'action-load-main' }, field: 'p50', reach: { most: 400 } },
  },
  {
    what: 'load of the Action’s post, ms',
    ...{ benchmark: 'action', line: { name: 'action-load-post' }, field: 'p50', reach: { most: 150 } },
  },
  {
    what: 'resident memory of an idle worker, MiB',
    isQuoted: true,
    ...{ benchmark: 'action', line: { name: 'action-resident-worker' }, field: 'figure', reach: { most: 150 } },
  },
  {
    what: '1,000 runners on one issue: content writes in any minute',
    ...{ benchmark: 'registry', line: { name: 'registry-writes-minute' }, field: 'figure', reach: { most: 80 } },
  },
  {
    what: '1,000 runners on one issue: content writes in any hour',
    ...{ benchmark: 'registry', line: { name: 'registry-writes-hour' }, field: 'figure', reach: { most: 450 } },
  },
  {
    what: '1,000 runners on one issue: requests in any hour',
    ...{ benchmark: 'registry', line: { name: 'registry-requests-hour' }, field: 'figure', reach: { most: 900 } },
  },
  {
    what: '30 peers from a list of addresses to full mesh ÷ 5 s',
    isQuoted: true,
    ...{ benchmark: 'converge', line: { name: 'converge-30-peers' }, field: 'of_5_s', reach: { most: 1.2 } },
  },
  {
    what: 'worker lost → task claimable again, lease 30 s, s',
    isQuoted: true,
    ...{ benchmark: 'recovery', line: { name: 'worker-lost-claimable', lease_s: 30 }, field: 'figure' },
    reach: { most: 32 },
  },
  {
    what: 'cancel → container proven gone, TERM ignored, grace 2 s, s',
    isQuoted: true,
    ...{ benchmark: 'recovery', line: { name: 'cancel-container-gone', grace_s: 2 }, field: 'figure' },
    reach: { most: 4 },
  },
  {
    what: 'webhook: signed deliveries at 200/s answered, each on disk, p99, ms',
    ...{ benchmark: 'webhook', line: { name: 'webhook-at-200-s' }, field: 'p99', reach: { most: 100 } },
  },
  {
    what: 'requests between peers ÷ bare libp2p pipelined echo',
    isQuoted: true,
    ...{ benchmark: 'mesh', line: { name: 'mesh-rpc' }, field: 'ratio', reach: { least: 0.6 } },
  },
]

export interface Told {
  readonly goal: Goal
  /** Unset when the run did not tell it. */
  readonly value: number | undefined
  readonly isReached: boolean
}

export function tellGoals(results: ReadonlyMap<string, readonly BenchLine[]>): Told[] {
  return GOALS.map((goal) => {
    const { benchmark, line, field, reach } = goal
    const found = results
      .get(benchmark)
      ?.find((each) => Object.entries(line).every(([name, wanted]) => each[name] === wanted))
    const value = found?.[field]
    if (typeof value !== 'number') return { goal, value: undefined, isReached: false }
    return { goal, value, isReached: 'least' in reach ? value >= reach.least : value <= reach.most }
  })
}
