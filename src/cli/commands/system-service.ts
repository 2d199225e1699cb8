/** `runner-mesh service`: a peer as a systemd service of this machine. */
import { userInfo } from 'node:os'
import { environmentName, loadConfig, SETTINGS, type Environment } from '../../app/config.ts'
import type { Setting } from '../../app/settings/setting.ts'
import { installService, serviceState, uninstallService } from '../../app/system-service/install.ts'
import type { Output } from '../output.ts'
import type { Command } from 'commander'

interface ServiceFlags {
  readonly user?: string
  readonly root: string
  readonly runnerDir?: readonly string[]
}

interface ServiceContext {
  readonly environment: Environment
  readonly output: Output
  /** Node and the command line. */
  readonly self: readonly [string, ...string[]]
}

export function addServiceCommands(
  program: Command,
  withSettings: (command: Command) => Command,
  run: (command: Command, action: (context: ServiceContext) => Promise<number>) => void,
): void {
  const service = program.command('service').description('Keep a peer running on this machine, as a systemd service.')
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]
  const withPlace = (command: Command): Command =>
    command
      .option('--root <path>', 'install below this folder and start nothing', '/')
      .option('--runner-dir <path>', 'folder of GitHub’s runner, which gets the hooks; may be repeated', collect)
  const installing = withPlace(withSettings(service.command('install').description('Write the unit and start it.')))
  installing.option('--user <name>', 'who it runs as; default: who called sudo')
  run(installing, (context) => install(context, installing.opts<ServiceFlags>()))
  const uninstalling = withPlace(service.command('uninstall').description('Stop it and take it away.'))
  run(uninstalling, (context) => uninstall(context, uninstalling.opts<ServiceFlags>()))
  run(service.command('status').description('Say how it is; exit code 0 while it is active.'), status)
}

async function install({ environment, output, self }: ServiceContext, flags: ServiceFlags): Promise<number> {
  const config = loadConfig(environment)
  const given = (Object.values(SETTINGS) as readonly Setting[]).flatMap(({ stem }) => {
    const name = environmentName(stem)
    const value = environment[name]
    return value === undefined || stem === 'state-dir' || stem === 'key-file' ? [] : [[name, value] as const]
  })
  const written = await installService({
    root: flags.root,
    user: flags.user ?? environment['SUDO_USER'] ?? userInfo().username,
    node: self[0],
    cli: self[1] ?? '',
    settings: Object.fromEntries(given),
    keyFile: config.meshKeyFile,
    runnerDirs: flags.runnerDir ?? [],
  })
  output.result({ written }, () => ['installed:', ...written.map((path) => `  ${path}`)].join('\n'))
  return 0
}

async function uninstall({ output }: Pick<ServiceContext, 'output'>, flags: ServiceFlags): Promise<number> {
  await uninstallService(flags.root, flags.runnerDir ?? [])
  output.result({ uninstalled: true }, () => 'uninstalled; its state directory is still there')
  return 0
}

/** Exit code 0 while it is active, as systemctl has it. */
async function status({ output }: Pick<ServiceContext, 'output'>): Promise<number> {
  const state = await serviceState()
  output.result({ state }, () => state)
  return state === 'active' ? 0 : 3
}
