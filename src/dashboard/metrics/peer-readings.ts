/** What /metrics shows: what the meter has counted, and what the parts of the peer say now. */
import type { Clock } from '../../core/ports/clock.ts'
import type { QueueCounts } from '../../core/ports/task-store.ts'
import type { Readings } from './exposition.ts'
import type { QueueMeter } from './queue-meter.ts'

export interface PeerFacts {
  readonly version: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  residentBytes(): number
  /** Undefined on a peer that keeps no queue. */
  counts(): Promise<QueueCounts | undefined>
  parkedClaims(): number
  connections(): readonly { readonly relayed: boolean }[]
  isRelay(): boolean
  rejections(): Readonly<Record<string, number>>
}

/** @throws what the store throws when it cannot be asked */
export async function readPeer(facts: PeerFacts, meter: QueueMeter, clock: Clock): Promise<Readings> {
  const counts = await facts.counts()
  const connections = facts.connections()
  const relayed = connections.filter((connection) => connection.relayed).length
  const budget = meter.githubBudget
  return {
    build_info: [{ labels: { version: facts.version }, value: 1 }],
    start_time_seconds: [{ value: facts.startedAt / 1000 }],
    resident_memory_bytes: [{ value: facts.residentBytes() }],
    ...(counts === undefined ? {} : readQueue(counts, facts, meter, clock)),
    peers: [
      { labels: { connection: 'direct' }, value: connections.length - relayed },
      { labels: { connection: 'relayed' }, value: relayed },
    ],
    relaying: [{ value: facts.isRelay() ? 1 : 0 }],
    rejections: labelled('kind', facts.rejections()),
    ...(budget === undefined
      ? {}
      : {
          github_requests_limit: [{ value: budget.limit }],
          github_requests_remaining: [{ value: budget.remaining }],
          github_reset_seconds: [{ value: budget.resetInMs / 1000 }],
        }),
  }
}

function readQueue(counts: QueueCounts, facts: PeerFacts, meter: QueueMeter, clock: Clock): Readings {
  const { oldestReadyAt } = counts
  return {
    tasks: labelled('status', counts.byStatus),
    queued_tasks: labelled('phase', counts.queuedByPhase),
    suspect_tasks: [{ value: counts.suspect }],
    oldest_ready_seconds: [
      { value: oldestReadyAt === undefined ? 0 : Math.max(0, clock.now() - oldestReadyAt) / 1000 },
    ],
    parked_claims: [{ value: facts.parkedClaims() }],
    submits: meter.count('submits'),
    claims: meter.count('claims'),
    settles: meter.settles.samples(),
    retries: meter.retries.samples(),
    releases: meter.releases.samples(),
    lease_losses: meter.count('lease_losses'),
    fenced_reports: meter.count('fenced_reports'),
    cancel_requests: meter.count('cancel_requests'),
    task_wait_seconds: meter.wait.state(),
    attempt_seconds: meter.attempt.state(),
    log_bytes: meter.count('log_bytes'),
    store_sync_seconds: meter.sync.state(),
  }
}

const labelled = (label: string, values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))
