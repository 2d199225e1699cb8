/**
 * The deterministic scheduler's operations. Names, arguments and answers are the predecessor's; what they work on is the one
 * queue of the home. Tasks submitted here without a type are external: whoever submits them executes them.
 */
import { z } from 'zod'
import { PRIORITY, STATUSES } from '../task.ts'
import { ADDS, CHANGES, defineOperation, ENDS, READS } from './operation.ts'
import { duration, fenceField, instant, jsonObject, taskIdField } from './views.ts'

const name = (longest: number) => z.string().min(1).max(longest)
const tags = z.array(z.string().max(128)).max(32)
const clockView = z.object({
  node_id: z.string(),
  vector: z.record(z.string(), z.int()),
  merkle_root: z.string(),
})

export const checkWorkflowTags = defineOperation({
  name: 'p2p_check_workflow_tags',
  title: 'Check workflow tags',
  description: 'Says whether a workflow’s tags let the mesh run it.',
  access: 'tasks:read',
  hints: READS,
  input: z.strictObject({ tags }),
  output: z.object({
    should_bypass_github: z.boolean(),
    is_p2p_only: z.boolean(),
    tags: z.array(z.string()),
    unknown_tags: z.array(z.string()),
  }),
})

export const schedulerStatus = defineOperation({
  name: 'p2p_scheduler_status',
  title: 'Scheduler status',
  description:
    'Tells the Merkle clock of this home, how many tasks it holds and how many peers it has heard of lately.',
  access: 'tasks:read',
  hints: READS,
  input: z.strictObject({}),
  output: z.object({
    peer_id: z.string(),
    merkle_clock: clockView,
    pending_tasks: z.int(),
    assigned_tasks: z.int(),
    completed_tasks: z.int(),
    queue_size: z.int(),
    known_peers: z.int(),
  }),
})

export const submitWorkflowTask = defineOperation({
  name: 'p2p_submit_task',
  title: 'Submit a workflow task',
  description:
    'Queues a task under your own id. Without task_type you execute it yourself: take it with p2p_get_next_task.',
  access: 'tasks:submit',
  hints: CHANGES,
  input: z.strictObject({
    task_id: name(256).describe('Your id, unique within the workflow; a repeat answers the first task'),
    workflow_id: name(256),
    name: name(256),
    tags: tags.default([]),
    priority: z.int().min(PRIORITY.lowest).max(PRIORITY.highest).default(PRIORITY.default),
    task_type: name(128).optional().describe('For a runner to execute'),
    payload: jsonObject().optional(),
  }),
  output: z.object({
    success: z.boolean(),
    task_id: z.string(),
    task_hash: z.string(),
    priority: z.int(),
    queue_task_id: taskIdField,
    created: z.boolean(),
    status: z.enum(STATUSES),
  }),
})

export const nextWorkflowTask = defineOperation({
  name: 'p2p_get_next_task',
  title: 'Next workflow task',
  description:
    'Leases the next of your external tasks to you and renews those you hold. End it with p2p_mark_task_complete.',
  access: 'tasks:submit',
  hints: ADDS,
  input: z.strictObject({}),
  output: z.object({
    task: z
      .object({
        task_id: z.string(),
        workflow_id: z.string(),
        name: z.string(),
        tags: z.array(z.string()),
        priority: z.int(),
        task_hash: z.string(),
        assigned_peer: z.string(),
        queue_task_id: taskIdField,
        fence: fenceField,
        lease_ms: duration(),
      })
      .nullable(),
    message: z.string().optional(),
  }),
})

export const completeWorkflowTask = defineOperation({
  name: 'p2p_mark_task_complete',
  title: 'Mark a workflow task complete',
  description: 'Completes an external task that you hold. A repeat changes nothing.',
  access: 'tasks:submit',
  hints: ENDS,
  input: z.strictObject({
    task_id: name(256),
    workflow_id: name(256).optional().describe('Needed when two workflows use the id'),
  }),
  output: z.object({ success: z.boolean(), task_id: z.string(), queue_task_id: taskIdField }),
})

export const updatePeerState = defineOperation({
  name: 'p2p_update_peer_state',
  title: 'Update a peer’s clock',
  description: 'Merges a peer’s Merkle clock into that of this home and notes that the peer lives.',
  access: 'tasks:work',
  hints: CHANGES,
  input: z.strictObject({ peer_id: name(256), clock_data: jsonObject().describe('node_id, vector') }),
  output: z.object({
    success: z.boolean(),
    peer_id: z.string(),
    order: z.enum(['equal', 'before', 'after', 'concurrent']).describe('How the peer’s clock stood to this one'),
    merkle_root: z.string(),
  }),
})

export const getMerkleClock = defineOperation({
  name: 'p2p_get_merkle_clock',
  title: 'Merkle clock',
  description: 'Tells the vector clock of this home and its root hash.',
  access: 'tasks:read',
  hints: READS,
  input: z.strictObject({}),
  output: clockView,
})

export const heartbeat = defineOperation({
  name: 'p2p_taskqueue_heartbeat',
  title: 'Send a heartbeat',
  description:
    'Notes that a peer lives, merges its clock and renews the leases given and those of the caller’s external tasks.',
  access: 'tasks:work',
  hints: CHANGES,
  input: z.strictObject({
    peer_id: name(256).optional(),
    clock: jsonObject().optional().describe('node_id, vector'),
    leases: z
      .array(z.strictObject({ task_id: taskIdField, fence: fenceField }))
      .max(1024)
      .optional(),
  }),
  output: z.object({
    peer: z.string(),
    scheduler: z.object({
      clock: clockView,
      known_peers: z.array(z.object({ peer_id: z.string(), seen_at: instant() })),
    }),
    verdicts: z.array(z.object({ task_id: taskIdField, verdict: z.enum(['renewed', 'cancel', 'lost']) })).optional(),
  }),
})
