/** Schedules of a home: tasks that it submits by itself at instants a cron expression names. */
import { z } from 'zod'
import { CHANGES, defineOperation, ENDS, READS } from './operation.ts'
import { submitTask } from './submit.ts'
import { instant } from './views.ts'

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'is not a name of 1 to 64 letters, digits, dots, dashes and underscores')
  .describe('Name of the schedule')

const scheduleView = z.object({
  name: z.string(),
  expression: z.string(),
  time_zone: z.string(),
  paused: z.boolean(),
  next_at: instant().describe('The next instant, unless paused'),
  task_type: z.string(),
  submitter: z.string(),
})

export const cronSave = defineOperation({
  name: 'p2p_taskqueue_cron_save',
  title: 'Save a schedule',
  description:
    'Submits a task at every instant of a cron expression, under the name of the caller. A known name is replaced.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({
    name,
    expression: z
      .string()
      .min(1)
      .max(128)
      .describe('minute hour day month weekday, or @hourly, @daily, @weekly, @monthly'),
    time_zone: z.string().min(1).max(64).default('UTC').describe('IANA name, such as Europe/Berlin'),
    paused: z.boolean().default(false),
    task: submitTask.input.omit({ delay_ms: true, idempotency_key: true, needs: true }),
  }),
  output: z.object({ schedule: scheduleView }),
})

export const cronList = defineOperation({
  name: 'p2p_taskqueue_cron_list',
  title: 'List schedules',
  description: 'Lists the schedules of this home with the next instant of each.',
  access: 'admin',
  hints: READS,
  input: z.strictObject({}),
  output: z.object({ schedules: z.array(scheduleView) }),
})

export const cronRemove = defineOperation({
  name: 'p2p_taskqueue_cron_remove',
  title: 'Remove a schedule',
  description: 'Removes a schedule. Tasks it has submitted go on.',
  access: 'admin',
  hints: ENDS,
  input: z.strictObject({ name }),
  output: z.object({ removed: z.boolean() }),
})

export const cronPause = defineOperation({
  name: 'p2p_taskqueue_cron_pause',
  title: 'Pause a schedule',
  description:
    'Keeps a schedule from submitting until it is resumed. Instants that pass meanwhile are not made up for.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({ name }),
  output: z.object({ schedule: scheduleView }),
})

export const cronResume = defineOperation({
  name: 'p2p_taskqueue_cron_resume',
  title: 'Resume a schedule',
  description: 'Lets a paused schedule submit again, from its next instant on.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({ name }),
  output: z.object({ schedule: scheduleView }),
})
