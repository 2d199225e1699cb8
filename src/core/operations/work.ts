/** Operations of workers: claim, renew, settle, give back. Every change carries the fence of the grant. */
import { z } from 'zod'
import { REASONS, STATUSES } from '../task.ts'
import { ADDS, CHANGES, defineOperation, ENDS } from './operation.ts'
import {
  duration,
  fenceField,
  grantView,
  jsonObject,
  offerInput,
  progressView,
  taskIdField,
  taskView,
} from './views.ts'

const workerField = z.string().max(128).optional().describe('Name of the worker; a mesh peer is known by its own id')

export const claimNext = defineOperation({
  name: 'p2p_taskqueue_claim_next',
  title: 'Claim the next task',
  description:
    'Leases the best fitting tasks to the caller, waiting up to wait_s for one. Renew before lease_ms is over, then settle with the fence.',
  access: 'tasks:work',
  hints: ADDS,
  input: z.strictObject({
    worker_id: workerField,
    request_id: z.string().min(1).max(64).optional().describe('A repeat with the same id answers the same grants'),
    supported_task_types: z.array(z.string().max(128)).max(64).optional().describe('Empty means any'),
    offer: offerInput.optional().describe('What the worker has; without it any size fits, but no labels, os or arch'),
    max_tasks: z.int().min(1).max(128).default(1),
    wait_s: z.number().min(0).max(60).default(0),
  }),
  output: z.object({ grants: z.array(grantView) }),
})

export const renewLeases = defineOperation({
  name: 'p2p_taskqueue_renew',
  title: 'Renew leases',
  description:
    'Renews the leases of all tasks a worker holds at this home, with their progress. A task answered lost must be stopped.',
  access: 'tasks:work',
  hints: CHANGES,
  input: z.strictObject({
    worker_id: workerField,
    leases: z
      .array(z.strictObject({ task_id: taskIdField, fence: fenceField, progress: progressView.optional() }))
      .max(1024),
  }),
  output: z.object({
    lease_ms: duration(),
    verdicts: z.array(z.object({ task_id: taskIdField, verdict: z.enum(['renewed', 'cancel', 'lost']) })),
  }),
})

const attemptEnd = {
  task_id: taskIdField,
  status: z.enum(['completed', 'failed', 'cancelled']).default('completed'),
  reason: z.enum(REASONS).optional(),
  exit_code: z.int().min(-1).max(4_294_967_295).optional(),
  result: jsonObject().optional(),
  error: z.string().max(16_384).optional(),
}

export const settleAttempts = defineOperation({
  name: 'p2p_taskqueue_settle',
  title: 'Settle attempts',
  description: 'Reports the ends of many attempts in one call, each with its fence. What is answered is durable.',
  access: 'tasks:work',
  hints: ENDS,
  input: z.strictObject({
    ends: z
      .array(
        z.strictObject({
          ...attemptEnd,
          fence: fenceField,
          host_fault: z
            .boolean()
            .optional()
            .describe(
              'A failure of the host or its registry: the task goes to another worker that fits, if there is one',
            ),
        }),
      )
      .min(1)
      .max(256),
  }),
  output: z.object({
    outcomes: z.array(z.object({ task_id: taskIdField, outcome: z.enum(['settled', 'already', 'fenced', 'unknown']) })),
  }),
})

export const completeTask = defineOperation({
  name: 'p2p_taskqueue_complete_task',
  title: 'Finish or cancel a task',
  description:
    'Reports the end of an attempt with its fence, or, without a fence and with status cancelled, cancels the task.',
  access: 'tasks:work',
  partialAccess: 'tasks:cancel',
  hints: ENDS,
  input: z.strictObject({
    task_id: attemptEnd.task_id,
    status: attemptEnd.status,
    fence: fenceField.optional(),
    reason: attemptEnd.reason,
    exit_code: attemptEnd.exit_code,
    result: attemptEnd.result,
    error: attemptEnd.error,
  }),
  output: z.object({
    outcome: z.enum(['settled', 'already', 'fenced', 'unknown', 'cancelled', 'requested', 'terminal']),
    task: taskView.optional(),
  }),
})

export const releaseTask = defineOperation({
  name: 'p2p_taskqueue_release',
  title: 'Give a task back',
  description: 'Gives a leased task back to the queue without burning a budget, as a worker does when it stops.',
  access: 'tasks:work',
  hints: CHANGES,
  input: z.strictObject({
    task_id: taskIdField,
    fence: fenceField,
    refused: z
      .strictObject({ policy_digest: z.string().max(128), rule: z.string().max(512) })
      .optional()
      .describe('Set when the host policy turned it down'),
  }),
  output: z.object({ released: z.boolean() }),
})

export const cancelTask = defineOperation({
  name: 'p2p_taskqueue_cancel',
  title: 'Cancel a task',
  description: 'Cancels a task in any state. A running one is reported cancelled once its container is proven gone.',
  access: 'tasks:cancel',
  hints: ENDS,
  input: z.strictObject({ task_id: taskIdField }),
  output: z.object({ outcome: z.enum(['cancelled', 'requested', 'terminal']), status: z.enum(STATUSES) }),
})
