/** Of a task that is still queued, its answer says why: agents have no other tool to ask by. */
import { z } from 'zod'
import { toRunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Call } from '../../core/operations/operation.ts'
import { fitView, type TaskView } from '../../core/operations/views.ts'
import type { Answer } from './tool-answer.ts'

/** Of a large mesh, the first so many peers that turn it down; the summary counts all. */
const MOST_PEERS = 10

/** What the tools that answer a task say beside it. */
export const QUEUED_OUTPUT = {
  why_queued: z.string().optional().describe('Why it does not run yet'),
  turned_down: z.array(fitView).optional().describe('Runners that do not fit, each with the first rule against it'),
} as const

/** @returns nothing for a task that is not queued, or whose home cannot say */
export async function whyQueued({ task }: Answer, operations: Pick<Operations, 'invoke'>, call: Call): Promise<Answer> {
  const { task_id, status } = task as TaskView
  if (status !== 'queued') return {}
  try {
    const { summary, peers } = await operations.invoke('p2p_taskqueue_explain', { task_id }, call)
    const misfits = (peers as z.output<typeof fitView>[]).filter(({ fits }) => !fits).slice(0, MOST_PEERS)
    return { why_queued: summary, ...(misfits.length === 0 ? {} : { turned_down: misfits }) }
  } catch (thrown) {
    // It may have ended and gone since it was looked at.
    if (toRunnerMeshError(thrown).code === 'internal') throw thrown
    return {}
  }
}
