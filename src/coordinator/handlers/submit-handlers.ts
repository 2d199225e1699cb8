/** Handlers of the operations that add or cancel tasks. */
import { RunnerMeshError } from '../../core/errors.ts'
import { findTaskIdParts, type TaskId } from '../../core/ids.ts'
import { CATALOG, type Handlers, type Input, type Output } from '../../core/operations/catalog.ts'
import { parseInput } from '../../core/operations/invoke.ts'
import type { Call, Caller } from '../../core/operations/operation.ts'
import type { NewTask } from '../../core/ports/task-store.ts'
import { foresee } from '../explain.ts'
import { pinPayload } from '../pinning.ts'
import { fromGeneric, fromImage, fromRepository, toNewTask, type Submission } from '../submission.ts'
import { getHome, getVisibleTask, submissionOf, type HandlerDeps } from './context.ts'

type SubmitOperation =
  | 'p2p_taskqueue_submit'
  | 'p2p_taskqueue_submit_docker_hub'
  | 'p2p_taskqueue_submit_docker_github'
  | 'p2p_taskqueue_preview'
  | 'p2p_taskqueue_cancel'

export function createSubmitHandlers(deps: HandlerDeps): Pick<Handlers, SubmitOperation> {
  /** All that a submit does before it adds the task. */
  const prepare = async ({ type, payload, ...rest }: Submission, call: Call): Promise<NewTask> => {
    for (const need of rest.options.needs ?? []) await checkNeed(deps, need, call.caller)
    const pinned = await pinPayload(type, payload, deps.pins, call.signal)
    return toNewTask({ type, payload: pinned, ...rest }, call.caller, submissionOf(deps))
  }
  const submit = async (submission: Submission, call: Call): Promise<Output<'p2p_taskqueue_submit'>> => {
    const home = getHome(deps)
    const task = await prepare(submission, call)
    const [submitted] = await home.submit([task])
    if (submitted === undefined) throw new RunnerMeshError('internal', 'The store answered no submission.')
    const status = submitted.created ? 'queued' : ((await home.store.find(submitted.id))?.status ?? 'queued')
    return {
      task_id: submitted.id,
      created: submitted.created,
      durability: home.store.durability,
      status,
      task_type: submission.type,
    }
  }

  return {
    p2p_taskqueue_submit: (input, call) => submit(fromGeneric(input), call),
    p2p_taskqueue_submit_docker_hub: (input, call) => submit(fromImage(input), call),
    p2p_taskqueue_submit_docker_github: (input, call) => submit(fromRepository(input), call),
    p2p_taskqueue_preview: async (input, call) => {
      getHome(deps)
      return foresee(await prepare(submissionIn(input), call), deps.peers.offers())
    },
    p2p_taskqueue_cancel: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller)
      const outcome = await getHome(deps).cancel(task.id)
      if (outcome === 'unknown') throw new RunnerMeshError('task_not_found', `No task ${task.id} here any more.`)
      return { outcome, status: (await getVisibleTask(deps, input.task_id, caller)).status }
    },
  }
}

function submissionIn({ submit, arguments: args }: Input<'p2p_taskqueue_preview'>): Submission {
  switch (submit) {
    case 'p2p_taskqueue_submit':
      return fromGeneric(parseInput(CATALOG[submit].input, args))
    case 'p2p_taskqueue_submit_docker_hub':
      return fromImage(parseInput(CATALOG[submit].input, args))
    case 'p2p_taskqueue_submit_docker_github':
      return fromRepository(parseInput(CATALOG[submit].input, args))
  }
}

/** Waiting for a task tells how it ends: a foreign one is refused as one that is not there. */
async function checkNeed(deps: HandlerDeps, need: string, caller: Caller): Promise<void> {
  const isThere = findTaskIdParts(need) !== undefined && (await getHome(deps).store.find(need as TaskId)) !== undefined
  if (!isThere) return
  await getVisibleTask(deps, need, caller).catch(() => {
    throw new RunnerMeshError('task_not_found', `The needed task ${need} is not known here. Submit it here first.`)
  })
}
