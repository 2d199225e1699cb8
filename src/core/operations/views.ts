/** What tasks, grants and peers look like on the wire: one form for every door. */
import { z } from 'zod'
import { MOST_IMAGE_MARKS } from '../image-mark.ts'
import { capabilitiesView } from '../capabilities.ts'
import { NETWORKS, PHASES, PRIORITY, PROFILES, REASONS, STATUSES, TRUST_CLASSES, DURABILITIES } from '../task.ts'

/** JSON Schema prints the safe-integer bounds of zod's int otherwise. */
const count = () => z.int().min(0).meta({ maximum: undefined })
export const instant = () => count().describe('Epoch milliseconds')
export const duration = () => count()
export const jsonObject = () => z.record(z.string(), z.json())
export const taskIdField = z.string().min(1).max(64).describe('Task id')
export const fenceField = z.int().min(1).describe('Fence of the grant')

export const progressView = z.object({
  phase: z.enum(['preparing', 'running', 'collecting']),
  message: z.string().max(512),
  log_bytes: count(),
  fraction: z.number().min(0).max(1).optional(),
})

export const taskView = z.object({
  task_id: taskIdField,
  task_type: z.string(),
  model_name: z.string().optional(),
  status: z.enum(STATUSES),
  phase: z.enum(PHASES).optional(),
  reason: z.enum(REASONS).optional(),
  priority: z.int().min(PRIORITY.lowest).max(PRIORITY.highest),
  attempt: count(),
  failures: count(),
  lost: count(),
  created_at: instant(),
  updated_at: instant(),
  ready_at: instant().optional(),
  started_at: instant().optional(),
  finished_at: instant().optional(),
  duration_ms: duration().optional(),
  exit_code: z.int().optional(),
  error: z.string().optional(),
  worker_id: z.string().optional().describe('Peer that runs or ran it'),
  worker_name: z.string().optional().describe('Runner name of that peer'),
  submitter: z.string().optional(),
  cancel_requested: z.boolean().optional(),
  workflow_id: z.string().optional(),
  tags: z.array(z.string()).optional(),
  needs: z.array(z.string()).optional(),
  progress: progressView.optional(),
  payload: jsonObject().optional(),
  result: jsonObject().optional(),
})
export type TaskView = z.output<typeof taskView>

/** One try at a task. */
export const attemptView = z.object({
  number: count(),
  fence: fenceField,
  worker_id: z.string(),
  worker_name: z.string().optional(),
  started_at: instant(),
  ended_at: instant().optional(),
  outcome: z.enum(['completed', 'failed', 'cancelled', 'lost', 'released']).optional(),
  reason: z.enum(REASONS).optional(),
  error: z.string().optional(),
})
export type AttemptView = z.output<typeof attemptView>

/** Caps on time. All default to what the peer is configured with. */
const clocksInput = z.strictObject({
  queue_ms: duration().min(1000).optional().describe('Longest wait in the queue'),
  prepare_ms: duration().min(1000).optional().describe('Longest pull or build'),
  run_ms: duration().min(100).optional().describe('Longest run of the container'),
  total_ms: duration().min(1000).optional().describe('Longest life from submit to end'),
  grace_ms: duration().max(600_000).optional().describe('Between TERM and KILL'),
})

const requirementsInput = z.strictObject({
  labels: z.array(z.string().min(1).max(128)).max(32).optional().describe('Labels the runner must have'),
  os: z.string().max(32).optional(),
  arch: z.string().max(32).optional(),
  cpus: z.number().min(0).max(1024).optional(),
  memory_mb: count().optional(),
  disk_mb: count().optional(),
  gpus: count().max(64).optional(),
  trust: z.enum(TRUST_CLASSES).optional(),
  peers: z.array(z.string()).max(64).optional().describe('Only these peers'),
})

const retryClass = z.union([
  z.enum(['worker_lost', 'pull_failed', 'oom', 'exit', 'any']),
  z.string().regex(/^exit:[0-9]{1,3}$/),
])

/** What every submit may say about the task besides what is to be done. */
export const submitOptions = {
  priority: z
    .int()
    .min(PRIORITY.lowest)
    .max(PRIORITY.highest)
    .default(PRIORITY.default)
    .describe('1 to 10; higher runs first'),
  idempotency_key: z.string().min(1).max(256).optional().describe('A repeat with the same key answers the first task'),
  idempotent: z.boolean().default(false).describe('May safely run again elsewhere when its runner is lost'),
  max_failures: z.int().min(1).max(1000).default(1).describe('Failed attempts before it fails for good'),
  max_lost: z.int().min(0).max(1000).default(3).describe('Lost runners before it fails for good'),
  retry_on: z.array(retryClass).max(32).default(['pull_failed']).describe('Failures worth another attempt'),
  delay_ms: duration().max(31_536_000_000).optional().describe('Not before this long from now'),
  needs: z.array(taskIdField).max(256).optional().describe('Tasks that must complete first'),
  concurrency_group: z
    .strictObject({ key: z.string().min(1).max(256), max: z.int().min(1).max(100_000).default(1) })
    .optional(),
  requires: requirementsInput.optional(),
  clocks: clocksInput.optional(),
  workflow_id: z.string().min(1).max(256).optional(),
  tags: z.array(z.string().min(1).max(128)).max(32).optional(),
  retention_ms: duration().optional().describe('How long the ended task is kept'),
} as const

export const submittedView = z.object({
  task_id: taskIdField,
  created: z.boolean().describe('False when the idempotency key named an existing task'),
  durability: z.enum(DURABILITIES),
  status: z.enum(STATUSES),
  task_type: z.string(),
})

/** What a worker brings to a claim; free capacity. */
export const offerInput = z.object({
  task_types: z.array(z.string().max(128)).max(64),
  labels: z.array(z.string().max(128)).max(128),
  os: z.string().max(32),
  arch: z.string().max(32),
  cpus: z.number().min(0),
  memory_bytes: count(),
  disk_bytes: count(),
  gpus: count(),
  trust: z.enum(TRUST_CLASSES),
  policy: z.object({
    digest: z.string().max(128),
    profile: z.enum(PROFILES),
    networks: z.array(z.enum(NETWORKS)).max(8),
    rules: jsonObject().optional(),
  }),
  images: z.array(z.string().max(16)).max(MOST_IMAGE_MARKS).optional(),
})

export const grantView = z.object({
  task_id: taskIdField,
  fence: fenceField,
  attempt: count(),
  lease_ms: duration(),
  task_type: z.string(),
  model_name: z.string(),
  payload: jsonObject(),
  envelope: z.string().optional(),
  /** The peer that grants it answers for its signer, who serves the same home and may be gone. */
  vouched: z.boolean().optional(),
  idempotent: z.boolean(),
  clocks: z.object({
    queue_ms: duration(),
    prepare_ms: duration(),
    run_ms: duration(),
    total_ms: duration(),
    grace_ms: duration(),
  }),
  created_at: instant(),
})
export type GrantView = z.output<typeof grantView>

/** Whether a peer may run a task, and if not, the first rule that turns it down. */
export const fitView = z.object({
  peer_id: z.string(),
  runner_name: z.string().optional(),
  fits: z.boolean(),
  rule: z.string().optional(),
  message: z.string().optional(),
})
export type FitView = z.output<typeof fitView>

export const peerView = z.object({
  peer_id: z.string(),
  runner_name: z.string(),
  alive: z.boolean(),
  self: z.boolean().optional(),
  relayed: z.boolean().optional(),
  address: z.string().optional(),
  addresses: z.array(z.string()).optional().describe('All under which it says it can be dialled'),
  reachable: z.enum(['internet', 'networks', 'no', 'unknown']).optional().describe('From where others have reached it'),
  relays: z.boolean().optional().describe('Whether it relays for others'),
  source: z.string().optional().describe('How the connection came about'),
  sources: z.array(z.string()).optional().describe('Every way by which it is found'),
  homes: z.array(z.string()),
  features: z.array(z.string()),
  version: z.string().optional(),
  connected_at: instant().optional(),
  rtt_ms: z.number().optional(),
  capabilities: capabilitiesView.optional(),
  last_error: z.string().optional(),
})
export type PeerView = z.output<typeof peerView>
