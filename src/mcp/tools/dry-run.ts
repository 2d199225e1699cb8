/** `dry_run` of the submits: the task is judged as that submit would, and not added. */
import { z } from 'zod'
import { CATALOG } from '../../core/operations/catalog.ts'
import { parseInput, type Operations } from '../../core/operations/invoke.ts'
import type { Call } from '../../core/operations/operation.ts'
import type { JsonObject } from '../../core/task.ts'
import type { Arguments } from './accepted-arguments.ts'
import { SUBMITS, type Answer, type SubmitName } from './tool-answer.ts'

/** What the submits take beside the input of their operation. */
export const DRY_RUN_INPUT = {
  dry_run: z.boolean().optional().describe('Only say which runners fit; adds nothing'),
} as const

/** What they then answer instead of a task id. */
export const DRY_RUN_OUTPUT = {
  dry_run: z.boolean().optional(),
  ...CATALOG.p2p_taskqueue_preview.output.omit({ task_type: true }).partial().shape,
} as const

export function isSubmit(name: string): name is SubmitName {
  return SUBMITS.has(name)
}

/** @throws RunnerMeshError bad_request, and whatever the operations refuse */
export async function invokeSubmit(
  submit: SubmitName,
  input: Arguments,
  operations: Pick<Operations, 'invoke'>,
  call: Call,
): Promise<Answer> {
  const { dry_run, ...rest } = input
  const wish = parseInput(z.object(DRY_RUN_INPUT), { dry_run })
  if (wish.dry_run !== true) return operations.invoke(submit, rest, call)
  const seen = await operations.invoke('p2p_taskqueue_preview', { submit, arguments: rest as JsonObject }, call)
  return { dry_run: true, ...seen }
}
