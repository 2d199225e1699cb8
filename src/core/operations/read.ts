/** Operations that only look. */
import { z } from 'zod'
import { capabilitiesView } from '../capabilities.ts'
import { STATUSES, type TaskStatus } from '../task.ts'
import { defineOperation, READS } from './operation.ts'
import { attemptView, fitView, instant, jsonObject, peerView, taskIdField, taskView } from './views.ts'

export const getTask = defineOperation({
  name: 'p2p_taskqueue_get_task',
  title: 'Get one task',
  description: 'Answers where a task stands, its result, and on request its log.',
  access: 'tasks:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({
    task_id: taskIdField,
    log_tail_lines: z.int().min(0).max(1000).default(0).describe('Last log lines'),
    attempts: z.boolean().default(false).describe('Tell every attempt'),
  }),
  output: z.object({ task: taskView, log_tail: z.string().optional(), attempts: z.array(attemptView).optional() }),
})

export const waitTask = defineOperation({
  name: 'p2p_taskqueue_wait_task',
  title: 'Wait for a task',
  description:
    'Waits until the task ends or the time is up, reporting progress. When timed_out is true, call it again.',
  access: 'tasks:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({
    task_id: taskIdField,
    timeout_s: z.number().min(0).max(300).default(50).describe('Seconds to wait'),
    log_tail_lines: z.int().min(0).max(1000).default(20).describe('Last log lines'),
  }),
  output: z.object({ task: taskView, timed_out: z.boolean(), log_tail: z.string().optional() }),
})

/** A word of `status`, whose list an agent pays for once. */
const statusWord = z.string().refine((word): word is TaskStatus => STATUSES.some((status) => status === word), {
  error: `is not one of ${STATUSES.join(', ')}`,
})

export const listTasks = defineOperation({
  name: 'p2p_taskqueue_list_tasks',
  title: 'List tasks',
  description: 'Lists tasks, newest first, without payloads and results. Pass next_cursor back as cursor to read on.',
  access: 'tasks:read',
  hints: READS,
  input: z.strictObject({
    status: z.enum(STATUSES).optional(),
    statuses: z.array(statusWord).max(STATUSES.length).optional(),
    task_types: z.array(z.string().max(128)).max(64).optional(),
    workflow_id: z.string().max(256).optional(),
    tag: z.string().max(128).optional(),
    submitter: z.string().max(256).optional(),
    worker_id: z.string().max(128).optional(),
    limit: z.int().min(1).max(100).default(20),
    cursor: z.string().max(256).optional(),
  }),
  output: z.object({ tasks: z.array(taskView), next_cursor: z.string().optional() }),
})

const counters = z.record(z.string(), z.int())

export const queueStatus = defineOperation({
  name: 'p2p_taskqueue_status',
  title: 'Task queue status',
  description: 'Counts queued and running tasks of this home and says which peers are connected.',
  access: 'tasks:read',
  hints: READS,
  input: z.strictObject({ detail: z.boolean().default(false).describe('Add counts by type and phase') }),
  output: z.object({
    peer_id: z.string(),
    home_id: z.string().optional(),
    version: z.string(),
    queued: z.int(),
    running: z.int(),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    suspect: z.int().optional().describe('Running tasks whose lease has ended'),
    parked_claims: z.int(),
    connected_peers: z.int(),
    oldest_ready_at: instant().optional(),
    queued_by_phase: counters.optional(),
    queued_by_type: counters.optional(),
    running_by_type: counters.optional(),
    executor: jsonObject().optional(),
    capabilities: capabilitiesView.optional().describe('What this peer has and can do'),
    discovery: z
      .array(z.object({ source: z.string(), found: z.int(), problem: z.string().optional() }))
      .optional()
      .describe('How this peer finds others'),
    rejected: counters.optional().describe('What this peer turned away since it started, by kind'),
  }),
})

export const explainTask = defineOperation({
  name: 'p2p_taskqueue_explain',
  title: 'Explain why a task waits',
  description: 'Says why a task is not running: its phase, and per known peer the first rule that turned it down.',
  access: 'tasks:read',
  hints: READS,
  input: z.strictObject({ task_id: taskIdField }),
  output: z.object({
    task_id: taskIdField,
    status: z.enum(STATUSES),
    summary: z.string(),
    peers: z.array(fitView),
  }),
})

export const listPeers = defineOperation({
  name: 'list_peers',
  title: 'List runners',
  description:
    'Lists the runners of the mesh, how each was found, and whether it is reached directly or through a relay.',
  access: 'peers:read',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({ limit: z.int().min(1).max(1000).default(50) }),
  output: z.object({ self_peer_id: z.string(), count: z.int(), peers: z.array(peerView) }),
})
