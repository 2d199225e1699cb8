/** `runner-mesh cron`: the schedules of this machine's queue. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { cleanLine } from '../../core/clean-text.ts'
import type { Output, RawInput } from '../../core/operations/catalog.ts'
import { table } from '../output.ts'
import { parseNumber, type RunCommand } from '../run-command.ts'

type Schedule = Output<'p2p_taskqueue_cron_save'>['schedule']
type Task = RawInput<'p2p_taskqueue_cron_save'>['task']

interface SaveFlags {
  readonly type: string
  readonly payload: Task['payload']
  readonly timeZone?: string
  readonly priority?: number
  readonly paused?: true
}

export function addCronCommands(program: Command, run: RunCommand): void {
  const cron = program.command('cron').description('Tasks that the queue submits by itself.')

  const save = cron
    .command('save')
    .description(
      'Save a schedule, such as: cron save nightly "0 3 * * *" --type docker.hub --payload \'{"image":"alpine"}\'',
    )
    .argument('<name>')
    .argument('<expression>', 'minute hour day month weekday, or @hourly, @daily, @weekly, @monthly')
    .requiredOption('--type <type>', 'task type')
    .addOption(new Option('--payload <json>', 'what the task is to do').argParser(parsePayload).default({}))
    .option('--time-zone <name>', 'IANA name; UTC without it')
    .option('--priority <number>', '1 to 10, higher first', parseNumber)
    .option('--paused', 'do not submit until it is resumed')
  run(save, async ({ link, output, signal }, name = '', expression = '') => {
    const { type, payload, timeZone, priority, paused } = save.opts<SaveFlags>()
    const answer = await link.call(
      'p2p_taskqueue_cron_save',
      {
        name,
        expression,
        ...(timeZone === undefined ? {} : { time_zone: timeZone }),
        ...(paused === undefined ? {} : { paused }),
        task: { task_type: type, payload, ...(priority === undefined ? {} : { priority }) },
      },
      { signal },
    )
    output.result(answer, () => toTable([answer.schedule]))
    return 0
  })

  run(cron.command('list').description('List the schedules.'), async ({ link, output, signal }) => {
    const answer = await link.call('p2p_taskqueue_cron_list', {}, { signal })
    output.result(answer, () => toTable(answer.schedules))
    return 0
  })

  const remove = cron
    .command('remove')
    .description('Remove a schedule; exit code 1 when there is none.')
    .argument('<name>')
  run(remove, async ({ link, output, signal }, name = '') => {
    const answer = await link.call('p2p_taskqueue_cron_remove', { name }, { signal })
    output.result(answer, () => (answer.removed ? 'removed' : 'was not there'))
    return answer.removed ? 0 : 1
  })

  for (const [word, about, operation] of [
    ['pause', 'Keep a schedule from submitting.', 'p2p_taskqueue_cron_pause'],
    ['resume', 'Let a paused schedule go on with its next instant.', 'p2p_taskqueue_cron_resume'],
  ] as const) {
    run(cron.command(word).description(about).argument('<name>'), async ({ link, output, signal }, name = '') => {
      const answer = await link.call(operation, { name }, { signal })
      output.result(answer, () => toTable([answer.schedule]))
      return 0
    })
  }
}

function toTable(schedules: readonly Schedule[]): string {
  return table([
    ['NAME', 'SCHEDULE', 'ZONE', 'NEXT', 'TYPE', 'OWNER'],
    ...schedules.map((schedule) => [
      cleanLine(schedule.name, 64),
      cleanLine(schedule.expression, 40),
      cleanLine(schedule.time_zone, 40),
      schedule.paused ? 'paused' : new Date(schedule.next_at).toISOString(),
      cleanLine(schedule.task_type, 40),
      cleanLine(schedule.submitter, 40),
    ]),
  ])
}

function parsePayload(text: string): Task['payload'] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('It must be JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidArgumentError('It must be a JSON object.')
  return value as Task['payload']
}
