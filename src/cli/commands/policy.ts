/** `runner-mesh policy`: what may run on this machine, and whether a task may. It reads files and asks no peer. */
import type { Command } from 'commander'
import { loadConfig } from '../../app/config.ts'
import { cleanLine } from '../../core/clean-text.ts'
import { EXIT } from '../../core/errors.ts'
import { table } from '../output.ts'
import { parseNumber } from '../run-command.ts'
import type { CommandContext } from '../run-command.ts'

interface CheckFlags {
  readonly signer?: string
  readonly submitter?: string
  readonly depth?: number
}

/** @param open gives a command its context and hears its exit code; @param settings adds flags of settings to a command */
export function addPolicyCommands(
  program: Command,
  contextOf: (command: Command) => CommandContext,
  ended: (code: number) => void,
  withSettings: (command: Command, stems: readonly string[]) => Command,
): void {
  const policy = program.command('policy').description('What may run on this machine, and whether a task may.')
  const own = (command: Command): Command =>
    withSettings(command, ['policy-file', 'secrets-file', 'profile', 'allow-bridge'])

  const check = own(policy.command('check'))
    .description('Say rule by rule whether a task may run here; exit code 65 when it may not.')
    .argument('<file>', 'the task in YAML or JSON, as a submit takes it')
    .option('--signer <peer>', 'peer id of the peer that accepts the task')
    .option('--submitter <name>', 'who submits it there, such as token:ci')
    .option('--depth <number>', 'how deep it stands when a task submits it', parseNumber)
  check.action(async (path: string) => {
    const { environment, output } = contextOf(check)
    const { checkTask, showPolicy } = await import('../../app/policy/policy-desk.ts')
    const { readTaskFile } = await import('../../app/task-file.ts')
    const { systemClock } = await import('../../app/system.ts')
    const view = await showPolicy(loadConfig(environment), systemClock)
    const verdict = checkTask(view, await readTaskFile(path), check.opts<CheckFlags>())
    output.result({ policy: view.file ?? null, digest: view.digest, ...verdict, closed: view.closed ?? null }, () =>
      [
        table(
          verdict.rules.map(({ rule, allowed, message }) => [allowed ? 'yes' : 'NO', rule, cleanLine(message, 300)]),
        ),
        `${verdict.allowed ? 'It may run here' : 'It may not run here'}, by ${view.file ?? 'the settings: there is no policy file'}.`,
        ...(view.closed === undefined ? [] : [`No work is taken at this time, whatever the task: ${view.closed}.`]),
      ].join('\n'),
    )
    ended(verdict.allowed ? 0 : EXIT.policy)
  })

  const show = own(policy.command('show')).description('Show the policy in force, defaults filled in.')
  show.action(async () => {
    const { environment, output } = contextOf(show)
    const { showPolicy } = await import('../../app/policy/policy-desk.ts')
    const { systemClock } = await import('../../app/system.ts')
    const view = await showPolicy(loadConfig(environment), systemClock)
    const { file, digest, policy: inForce, secretNames, closed = null } = view
    output.result({ file: file ?? null, digest, policy: inForce, secrets_file: secretNames, closed }, () =>
      [
        `policy   ${file ?? 'none: the settings count'}`,
        `digest   ${digest}`,
        `secrets  ${secretNames.length === 0 ? 'none in the secrets file' : secretNames.join(', ')}`,
        `work     ${closed === null ? 'taken now' : `not taken now: ${closed}`}`,
        '',
        JSON.stringify(inForce, undefined, 2),
      ].join('\n'),
    )
    ended(0)
  })

  const init = own(policy.command('init')).description('Write a commented policy file to begin from.')
  init.action(async () => {
    const { environment, output } = contextOf(init)
    const { writeStartingPolicy } = await import('../../app/policy/policy-desk.ts')
    const path = await writeStartingPolicy(loadConfig(environment))
    output.result({ file: path }, () => `wrote ${path}`)
    ended(0)
  })
}
