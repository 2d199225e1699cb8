/**
 * The `runner-mesh` command line: its commands, their flags, and which exit code each end has. A command that needs more
 * than a link to the peer is imported when it is called, so that the others start at once.
 */
import { Command, CommanderError, Option } from 'commander'
import { environmentName, loadConfig, SETTINGS, type Environment } from '../app/config.ts'
import type { Setting } from '../app/settings/setting.ts'
import { stateDirectory } from '../app/state-directory.ts'
import { systemClock } from '../app/system.ts'
import { VERSION } from '../app/version.ts'
import { ERRORS, EXIT, RunnerMeshError, toRunnerMeshError } from '../core/errors.ts'
import { STATUSES } from '../core/task.ts'
import { addArtifactsCommand } from './commands/artifacts.ts'
import { addCacheCommands } from './commands/cache.ts'
import { addLogsCommand } from './commands/logs.ts'
import { addCronCommands } from './commands/cron.ts'
import { addPolicyCommands } from './commands/policy.ts'
import { addPauseCommands } from './commands/pause.ts'
import { addServiceCommands } from './commands/system-service.ts'
import { addPeersCommands } from './commands/peers.ts'
import { addRetryCommand } from './commands/retry.ts'
import { addAuditCommand } from './commands/audit.ts'
import { addRulesCommands } from './commands/rules.ts'
import { addStoreCommands } from './commands/store.ts'
import { addTokenCommands } from './commands/token.ts'
import { addWebhookCommands } from './commands/webhook.ts'
import { cancel, explain, get, list, status } from './commands/tasks.ts'
import { addCompletionCommand } from './commands/completion.ts'
import { addSubmitCommands } from './commands/submit.ts'
import { addTopCommand } from './commands/top.ts'
import { createOutput } from './output.ts'
import { withPeer } from './peer-link.ts'
import { parseNumber, type CommandContext, type RunCommand, type RunInContext } from './run-command.ts'

export interface Surroundings {
  readonly argv: readonly string[]
  readonly environment: Environment
  /** How this program is started again. */
  readonly self: readonly [string, ...string[]]
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Calls back on each request to stop: Ctrl-C or a polite kill. */
  readonly onStop: (stop: () => void) => void
}

/** @returns the exit code; it never throws */
export async function runProgram(surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, argv } = surroundings
  const [words, taskArgv] = splitAtDashes(argv)
  let code = 0
  const program = createProgram(surroundings, taskArgv, (ended) => {
    code = ended
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return code
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : EXIT.badRequest
    const error = toRunnerMeshError(thrown)
    createOutput(words.includes('--json'), stdout, stderr).error(error)
    if (error.code === 'internal' && error.cause instanceof Error)
      stderr.write(`${error.cause.stack ?? error.cause.message}\n`)
    return ERRORS[error.code].exit
  }
}

/** @param ended hears the exit code. @returns the commands, before any word is read */
export function createProgram(
  { environment, self, stdin, stdout, stderr, onStop }: Surroundings,
  taskArgv: readonly string[],
  ended: (code: number) => void,
): Command {
  const program = new Command('runner-mesh')
    .description('One peer-to-peer container cluster out of the self-hosted runners you already own.')
    .version(VERSION)
    .option('--json', 'print one JSON document instead of lines for people')
    .option('--state-dir <path>', SETTINGS.stateDir.describe)
    .option('--other-state-dirs <paths>', SETTINGS.otherStateDirs.describe)
    .option('--url <url>', SETTINGS.url.describe)
    .option('--token-file <path>', SETTINGS.tokenFile.describe)
    .option('--peer <address>', SETTINGS.peer.describe)
    .option('--key-file <path>', SETTINGS.meshKeyFile.describe)
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride()
    .showHelpAfterError('(run with --help for all commands and flags)')

  const settingsOf = (command: Command): Environment => {
    const flags = command.optsWithGlobals()
    const overlay = Object.values(SETTINGS).flatMap(({ stem }: Setting) => {
      const value: unknown = flags[camel(stem)]
      return typeof value === 'string' ? [[environmentName(stem), value]] : []
    })
    return { ...environment, ...(Object.fromEntries(overlay) as Environment) }
  }

  const contextOf = (command: Command): CommandContext => {
    const json = command.optsWithGlobals()['json'] === true
    const controller = new AbortController()
    let interrupted = (): void => {
      controller.abort(new RunnerMeshError('cancelled', 'Interrupted. Tasks that were submitted go on.'))
    }
    onStop(() => interrupted())
    return {
      environment: settingsOf(command),
      output: createOutput(json, stdout, stderr),
      streams: { stdout, stderr },
      signal: controller.signal,
      onInterrupt: (listener) => {
        interrupted = listener
      },
      status: (line) => {
        if (!json) stderr.write(`${line}\n`)
      },
    }
  }

  for (const [name, about] of [
    ['up', 'Start a peer: a queue, a worker and the MCP endpoint.'],
    ['worker', 'Start a peer that only works for others.'],
  ] as const) {
    const command = withSettings(program.command(name).description(about))
    command.action(async () => {
      const environment = settingsOf(command)
      const { output } = contextOf(command)
      const status = (line: string): void => {
        stderr.write(`${line}\n`)
      }
      const { serve } = await import('./commands/serve.ts')
      ended(await serve({ command: name, environment, output, program: self, status, onSignal: onStop }))
    })
  }

  const runInContext: RunInContext = (command, action) => {
    command.action(async () => {
      ended(await action(contextOf(command), ...command.args))
    })
  }
  addSubmitCommands(program, runInContext, taskArgv)
  addTopCommand(program, runInContext)
  addCompletionCommand(program, runInContext)
  addStoreCommands(program, runInContext)

  const getCommand = program
    .command('get')
    .description('Show a task.')
    .argument('<task>')
    .option('--tail <lines>', 'last lines of its log', parseNumber, 20)
  getCommand.action(async (taskId: string) => {
    ended(await get(contextOf(getCommand), taskId, getCommand.opts<{ tail: number }>().tail))
  })
  const listCommand = program
    .command('list')
    .description('List tasks, newest first.')
    .addOption(new Option('--status <status>').choices(STATUSES))
    .option('--limit <number>', 'at most this many', parseNumber, 20)
  listCommand.action(async () => {
    ended(await list(contextOf(listCommand), listCommand.opts()))
  })
  for (const [name, about, run] of [
    ['cancel', 'Cancel a task.', cancel],
    ['explain', 'Say why a task is not running.', explain],
  ] as const) {
    const command = program.command(name).description(about).argument('<task>')
    command.action(async (taskId: string) => {
      ended(await run(contextOf(command), taskId))
    })
  }
  const statusCommand = program.command('status').description('Show the queue and this peer.')
  statusCommand.action(async () => {
    ended(await status(contextOf(statusCommand)))
  })
  const mcpCommand = program
    .command('mcp')
    .description('Serve MCP over standard input and output, for the peer of this machine.')
    .option('--toolset <name>', 'agent, worker, scheduler or all; /readonly after it to look only', 'agent')
    .option('--read-only', 'only tools that look')
  mcpCommand.action(async () => {
    const pipe = { input: stdin, output: stdout }
    const { mcp } = await import('./commands/mcp.ts')
    ended(await mcp(contextOf(mcpCommand), pipe, mcpCommand.opts<{ toolset: string; readOnly?: boolean }>()))
  })
  const run: RunCommand = (command, action) => {
    command.action(async () => {
      const context = contextOf(command)
      const { output, streams, signal } = context
      ended(await withPeer(context, (link) => action({ link, output, streams, signal }, ...command.args)))
    })
  }
  addPeersCommands(program, run)
  addRetryCommand(program, run)
  addPauseCommands(program, run)
  addServiceCommands(program, withSettings, (command, action) => {
    command.action(async () => {
      ended(await action({ ...contextOf(command), self }))
    })
  })
  addCronCommands(program, run)
  addCacheCommands(program, run)
  addLogsCommand(program, run, { stdout, stderr }, () => systemClock.now())
  addArtifactsCommand(program, run)
  addTokenCommands(program, contextOf)
  addAuditCommand(program, contextOf)
  addPolicyCommands(program, contextOf, ended, withSettings)
  addRulesCommands(program, contextOf, ended)
  addWebhookCommands(program, contextOf, ended, withSettings)
  const doctorCommand = withSettings(program.command('doctor').description('Say what keeps a peer from working here.'))
  doctorCommand.action(async () => {
    const { doctor } = await import('./commands/doctor.ts')
    ended(await doctor(contextOf(doctorCommand)))
  })
  const registry = program.command('registry').description('Look at the registry issue, and tidy it.')
  const listPeers = withSettings(registry.command('list'), REGISTRY_STEMS)
  listPeers.description('List its comments, and why some do not count.')
  listPeers.action(async () => {
    const { listRegistry } = await import('./commands/registry.ts')
    ended(await listRegistry(contextOf(listPeers)))
  })
  const sweep = withSettings(registry.command('sweep'), REGISTRY_STEMS)
  sweep
    .description('Delete expired comments of ours.')
    .option('--author <login>', 'whose comments; default: who wrote this peer’s own')
  sweep.action(async () => {
    const { sweepRegistryByHand } = await import('./commands/registry.ts')
    ended(await sweepRegistryByHand(contextOf(sweep), sweep.opts<{ author?: string }>().author))
  })
  const leaveCommand = withSettings(program.command('leave', { hidden: true }), REGISTRY_STEMS)
  leaveCommand.action(async () => {
    const { leaveForPeer } = await import('../app/leave.ts')
    const left = await leaveForPeer(loadConfig(settingsOf(leaveCommand)))
    createOutput(leaveCommand.optsWithGlobals()['json'] === true, stdout, stderr).result(
      left,
      () =>
        `removed ${String(left.containers)} containers and ${String(left.comments)} comments that a killed peer left`,
    )
  })
  const guardCommand = program
    .command('guard', { hidden: true })
    .requiredOption('--runner <peer>')
    .requiredOption('--lease-ms <number>', '', parseNumber)
  guardCommand.action(async () => {
    const flags = guardCommand.opts<{ runner: string; leaseMs: number }>()
    const config = loadConfig(settingsOf(guardCommand))
    const { guard } = await import('../app/guardian.ts')
    await guard({ ...flags, config, stateDir: stateDirectory(config), pipe: stdin, clock: systemClock })
  })
  return program
}

/** Every setting that may stand on a command line: secrets may not, other users of the machine could read them there. */
function withSettings(command: Command, only?: readonly string[]): Command {
  for (const setting of Object.values(SETTINGS) as readonly Setting[]) {
    if (setting.secret === true || OF_EVERY_COMMAND.has(setting.stem) || only?.includes(setting.stem) === false)
      continue
    const fallback = setting.default === undefined || setting.default === '' ? '' : ` Default: ${setting.default}.`
    command.option(
      `--${setting.stem} <value>`,
      `${setting.describe}${setting.describe.includes('Default:') ? '' : fallback}`,
    )
  }
  return command
}

/** Which peer a command asks; flags that all commands share. */
const OF_EVERY_COMMAND: ReadonlySet<string> = new Set([
  ...['state-dir', 'other-state-dirs', 'url', 'token-file', 'peer', 'key-file'],
])

/** What it takes to read the registry. */
const REGISTRY_STEMS = [
  ...['registry', 'registry-issue-title', 'registry-apps', 'registry-marker', 'github-api-url'],
] as const

/** What stands after the first `--` belongs to the task. */
function splitAtDashes(argv: readonly string[]): [readonly string[], readonly string[]] {
  const dashes = argv.indexOf('--')
  return dashes < 0 ? [argv, []] : [argv.slice(0, dashes), argv.slice(dashes + 1)]
}

function camel(stem: string): string {
  return stem.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
