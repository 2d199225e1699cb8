/** Handlers of the operations that look after ended tasks. */
import { isContainerType } from '../../core/container-task.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Handlers } from '../../core/operations/catalog.ts'
import { sealTask } from '../submission.ts'
import { getHome, getVisibleTask, submissionOf, viewOf, type HandlerDeps } from './context.ts'

type UpkeepOperation = 'p2p_taskqueue_resubmit' | 'p2p_taskqueue_prune'

/** Tasks deleted in one step of the store, which others wait for. */
const PRUNE_ROWS = 500

export function createUpkeepHandlers(deps: HandlerDeps): Pick<Handlers, UpkeepOperation> {
  const { clock } = deps
  return {
    p2p_taskqueue_resubmit: async ({ task_id: taskId }, { caller }) => {
      const task = await getVisibleTask(deps, taskId, caller)
      // The signature it was accepted with may have run out.
      const envelope = isContainerType(task.type) ? await sealTask(task, clock.now(), submissionOf(deps)) : undefined
      if (!(await getHome(deps).resubmit(task, envelope))) {
        throw new RunnerMeshError(
          'invalid_transition',
          `Task ${task.id} is ${task.status}; only a failed or cancelled one can be queued again.`,
        )
      }
      return { task: viewOf(deps, await getVisibleTask(deps, taskId, caller)) }
    },
    p2p_taskqueue_prune: async (_input, { signal }) => {
      const { store } = getHome(deps)
      for (let pruned = 0; ;) {
        signal.throwIfAborted()
        const gone = await store.prune(clock.now(), PRUNE_ROWS)
        pruned += gone
        if (gone < PRUNE_ROWS) return { pruned }
      }
    },
  }
}
