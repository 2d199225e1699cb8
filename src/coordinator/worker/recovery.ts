/**
 * What a worker does first after a restart: containers that outlived its former process are taken up again, the rest of
 * what the journal names is given up, and nothing is started twice for one (task, fence).
 */
import type { Fence, TaskId } from '../../core/ids.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { Executor } from '../../core/ports/executor.ts'
import type { WorkJournal } from '../../core/ports/work-journal.ts'
import { requirementsOf } from '../submission.ts'
import type { AttemptOutputs } from './attempt-outputs.ts'
import type { ContainerRunner } from './container-runner.ts'
import type { Worker } from './worker.ts'

export interface RecoveryDeps {
  readonly worker: Worker
  readonly runner: Pick<ContainerRunner, 'adopt'>
  readonly executor: Pick<Executor, 'left' | 'remove'>
  readonly journal: WorkJournal
  readonly outputs: Pick<AttemptOutputs, 'endOthers'>
  readonly log: Logger
}

/**
 * Called once the engine answers. The lease of an adopted attempt is kept from here on; a home that has given the task
 * away answers `lost`, and it stops.
 * @throws RunnerMeshError executor_unavailable
 */
export async function recover({ worker, runner, executor, journal, outputs, log }: RecoveryDeps): Promise<void> {
  const left = [...(await executor.left())]
  for (const { grant, end } of await journal.entries()) {
    if (end !== undefined) continue
    const [taskId, fence] = [grant.task_id as TaskId, grant.fence as Fence]
    const container = left.find((one) => one.taskId === taskId && one.fence === fence)
    if (container === undefined) {
      log.warn('attempt.lost_in_restart', { taskId, fence })
      await worker.giveUp(grant, 'The worker was killed, and the container is gone.')
      continue
    }
    left.splice(left.indexOf(container), 1)
    // The journal holds what was checked when it was granted; its signer may not be connected yet.
    const checked = { grant, needs: requirementsOf(grant.task_type, grant.payload) }
    worker.resume(checked, (again, observer, signal) => runner.adopt(container, again, observer, signal))
    log.info('attempt.adopted', { taskId, fence, running: container.running })
  }
  for (const { taskId, fence } of left) {
    log.warn('container.orphan_removed', { taskId, fence })
    await executor.remove(taskId, fence)
  }
  const known = new Set((await journal.entries()).map(({ grant }) => `${grant.task_id} ${String(grant.attempt)}`))
  await outputs.endOthers(({ taskId, attempt }) => known.has(`${taskId} ${String(attempt)}`))
}
