/** Handlers of the schedules' operations. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Handlers, Output } from '../../core/operations/catalog.ts'
import type { CronEntry } from '../../core/ports/task-store.ts'
import type { CronSchedules } from '../cron/cron.ts'
import { fromGeneric, toNewTask } from '../submission.ts'
import { getHome, submissionOf, type HandlerDeps } from './context.ts'

type CronOperation =
  | 'p2p_taskqueue_cron_save'
  | 'p2p_taskqueue_cron_list'
  | 'p2p_taskqueue_cron_remove'
  | 'p2p_taskqueue_cron_pause'
  | 'p2p_taskqueue_cron_resume'

export function createCronHandlers(deps: HandlerDeps): Pick<Handlers, CronOperation> {
  return {
    p2p_taskqueue_cron_save: async ({ name, expression, time_zone: timeZone, paused, task }, { caller }) => {
      const schedules = getSchedules(deps)
      const template = await toNewTask(fromGeneric(task), caller, submissionOf(deps))
      return { schedule: toView(await schedules.save({ name, expression, timeZone, paused, task: template })) }
    },
    p2p_taskqueue_cron_list: async () => ({ schedules: (await getSchedules(deps).list()).map(toView) }),
    p2p_taskqueue_cron_remove: async ({ name }) => ({ removed: await getSchedules(deps).remove(name) }),
    p2p_taskqueue_cron_pause: async ({ name }) => ({ schedule: toView(await getSchedules(deps).pause(name, true)) }),
    p2p_taskqueue_cron_resume: async ({ name }) => ({ schedule: toView(await getSchedules(deps).pause(name, false)) }),
  }
}

function getSchedules(deps: HandlerDeps): CronSchedules {
  getHome(deps)
  if (deps.cron !== undefined) return deps.cron
  throw new RunnerMeshError('internal', 'This home keeps no schedules.')
}

function toView({
  name,
  expression,
  timeZone,
  paused,
  nextAt,
  template,
}: CronEntry): Output<'p2p_taskqueue_cron_save'>['schedule'] {
  return {
    name,
    expression,
    time_zone: timeZone,
    paused,
    next_at: nextAt,
    task_type: template.type,
    submitter: template.submitter,
  }
}
