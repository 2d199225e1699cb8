/**
 * Every metric there is: its name, kind, unit, labels and meaning. docs/metrics.md is generated from it. Names and units
 * follow OpenMetrics: base units, the unit as the last word of the name, `_total` added to counters where they are written.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 */

export interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly unit?: 'seconds' | 'bytes'
  readonly help: string
  readonly labels?: readonly string[]
}

/** Before every name. */
export const PREFIX = 'runner_mesh_'

export const FAMILIES = {
  build_info: { type: 'gauge', help: 'Always 1; which version runs.', labels: ['version'] },
  start_time_seconds: { type: 'gauge', unit: 'seconds', help: 'When this peer began, since the epoch.' },
  resident_memory_bytes: { type: 'gauge', unit: 'bytes', help: 'Memory of the process.' },
  tasks: { type: 'gauge', help: 'Tasks that this home keeps, by status.', labels: ['status'] },
  queued_tasks: { type: 'gauge', help: 'Queued tasks, by phase.', labels: ['phase'] },
  suspect_tasks: { type: 'gauge', help: 'Running tasks whose lease has ended.' },
  oldest_ready_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the oldest claimable task has waited; 0 when there is none.',
  },
  parked_claims: { type: 'gauge', help: 'Claims of workers that wait here for a task.' },
  submits: { type: 'counter', help: 'Tasks accepted, those queued again by hand too.' },
  claims: { type: 'counter', help: 'Tasks given to a worker.' },
  settles: {
    type: 'counter',
    help: 'Tasks that ended, by status and reason; completed ones have the reason none.',
    labels: ['status', 'reason'],
  },
  retries: {
    type: 'counter',
    help: 'Attempts that failed with budget left, so that the task was queued again.',
    labels: ['reason'],
  },
  releases: {
    type: 'counter',
    help: 'Tasks that a worker gave back: released when it stops, refused when its host policy turned them down.',
    labels: ['why'],
  },
  lease_losses: {
    type: 'counter',
    help: 'Leases that ended unrenewed. Of an idempotent task it is counted when somebody claims it again.',
  },
  fenced_reports: { type: 'counter', help: 'Renewals and ends refused because the fence was not the latest.' },
  cancel_requests: { type: 'counter', help: 'Cancels of running tasks.' },
  task_wait_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From being queued to being claimed, delays and needs included, of tasks queued since the peer began.',
  },
  attempt_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From claim to end of an attempt, pull and build included.',
  },
  log_bytes: { type: 'counter', unit: 'bytes', help: 'Output of tasks that came to this home.' },
  store_sync_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long the disk took to make a group of changes durable. Embedded store only.',
  },
  peers: { type: 'gauge', help: 'Connected peers, by kind of connection.', labels: ['connection'] },
  relaying: { type: 'gauge', help: '1 while this peer relays for others.' },
  rejections: { type: 'counter', help: 'What was turned away, by kind.', labels: ['kind'] },
  github_requests_limit: { type: 'gauge', help: 'Requests to GitHub that its token has per hour.' },
  github_requests_remaining: { type: 'gauge', help: 'Requests left of those, as GitHub last said.' },
  github_reset_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'From GitHub’s last answer until the hour began anew.',
  },
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof FAMILIES
