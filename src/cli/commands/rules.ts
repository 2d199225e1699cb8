/** `runner-mesh rules`: what the rules of a repository make of an event. It reads files and asks no peer. */
import { Option, type Command } from 'commander'
import type { CheckedView, TaskToMake } from '../../app/webhook/rules-desk.ts'
import { cleanLine } from '../../core/clean-text.ts'
import { table } from '../output.ts'
import type { CommandContext } from '../run-command.ts'

interface CheckFlags {
  readonly event?: string
  readonly name?: string
  readonly permission: string
  readonly paths?: string
}

/** @param open gives a command its context and hears its exit code */
export function addRulesCommands(
  program: Command,
  contextOf: (command: Command) => CommandContext,
  ended: (code: number) => void,
): void {
  const rules = program
    .command('rules')
    .description('What .github/runner-mesh.yml makes of the events of a repository.')

  const check = rules
    .command('check')
    .description('Check a rules file, and print the tasks that it makes of an event.')
    .argument('<file>', 'the rules, such as .github/runner-mesh.yml')
    .option('--event <payload>', 'a payload of GitHub, as JSON in a file')
    .option('--name <event>', 'which event it is of, where the payload does not tell')
    .addOption(
      new Option('--permission <level>', 'what its sender has in the repository')
        .choices(['none', 'read', 'write', 'admin'])
        .default('write'),
    )
    .option('--paths <paths>', 'files that a pull request changes, comma separated')
  check.action(async (path: string) => {
    const { output } = contextOf(check)
    const { event, name, permission, paths } = check.opts<CheckFlags>()
    const { checkRules } = await import('../../app/webhook/rules-desk.ts')
    const question = { payloadFile: event, event: name, permission, paths: paths?.split(',') }
    const { rules: found, checked } = await checkRules(path, question)
    output.result({ ok: true, rules: found, ...checked }, () =>
      checked === undefined
        ? table([['RULE', 'ON'], ...found.map(({ rule, events }) => [rule, events.join(', ')])])
        : describe(checked),
    )
    ended(0)
  })

  const schema = rules.command('schema').description('Print the JSON Schema of the rules, for editors.')
  schema.action(async () => {
    const { streams } = contextOf(schema)
    const { rulesSchemaDocument } = await import('../../app/webhook/rules-desk.ts')
    streams.stdout.write(`${JSON.stringify(rulesSchemaDocument(), undefined, 2)}\n`)
    ended(0)
  })
}

function describe({ event, tasks, skipped }: CheckedView): string {
  const many = tasks.length === 1 ? '1 task' : `${String(tasks.length)} tasks`
  return [
    `${event} makes ${tasks.length === 0 ? 'no task' : many}.`,
    ...tasks.flatMap((task) => ['', ...linesOf(task)]),
    ...(skipped.length === 0 ? [] : ['', table(skipped.map(({ rule, why }) => [rule, `no: ${cleanLine(why, 300)}`]))]),
  ].join('\n')
}

function linesOf({ key, submit, needs, supersedes, report }: TaskToMake): string[] {
  const { payload, ...options } = submit
  const { name, as } = report as { readonly name: string; readonly as: string }
  return [
    key,
    ...(needs.length === 0 ? [] : [`  after    ${needs.join(', ')}`]),
    ...(supersedes === undefined ? [] : [`  cancels  older tasks of ${cleanLine(supersedes, 200)}`]),
    `  payload  ${cleanLine(JSON.stringify(payload), 4_000)}`,
    `  options  ${cleanLine(JSON.stringify(options), 4_000)}`,
    `  report   ${as === 'none' ? 'none' : `${as} ${cleanLine(name, 200)}`}`,
  ]
}
