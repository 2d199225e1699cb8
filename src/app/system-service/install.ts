/** Installs a peer as a service of this machine, takes it away again, and says how it is. */
import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { HOOKS, renderHooks, withHooks } from './job-hooks.ts'
import { SERVICE_NAME } from './service-paths.ts'
import { renderUnit } from './unit-file.ts'

export interface ServicePlan {
  /** Before every path, so that a test or an image build can install elsewhere; `/` installs for real. */
  readonly root: string
  readonly user: string
  readonly node: string
  /** The bundle; it is copied to where no job tidies it away. */
  readonly cli: string
  /** By environment name. */
  readonly settings: Readonly<Record<string, string>>
  readonly keyFile: string | undefined
  /** Folders of GitHub's runner on this machine, which get the hooks. */
  readonly runnerDirs: readonly string[]
}

const UNIT = `/etc/systemd/system/${SERVICE_NAME}.service`
const CONFIG_DIR = `/etc/${SERVICE_NAME}`
const ENVIRONMENT = `${CONFIG_DIR}/environment`
const KEY = `${CONFIG_DIR}/mesh.key`
const PROGRAM_DIR = `/usr/local/lib/${SERVICE_NAME}`
const CLI = `${PROGRAM_DIR}/cli.js`
const SYSTEMCTL_MS = 90_000

/** @returns the files written. @throws RunnerMeshError config_invalid, bad_request */
export async function installService(plan: ServicePlan): Promise<readonly string[]> {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(plan.user))
    throw new RunnerMeshError('bad_request', `${JSON.stringify(plan.user)} is no name of a user: --user <name>`)
  if (!plan.cli.endsWith('.js')) {
    throw new RunnerMeshError(
      'bad_request',
      'The service runs the packaged command line. Install it with: node dist/cli.js service install',
    )
  }
  const written: string[] = []
  const write = async (path: string, text: string, mode: number): Promise<void> => {
    const target = join(plan.root, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, text, { mode })
    await chmod(target, mode)
    written.push(target)
  }
  try {
    const outdated = await copyProgram(dirname(plan.cli), join(plan.root, PROGRAM_DIR))
    await write(`${PROGRAM_DIR}/package.json`, '{"type":"module"}\n', 0o644)
    const keyFile = plan.keyFile === undefined ? undefined : KEY
    if (plan.keyFile !== undefined) await write(KEY, await readFile(plan.keyFile, 'utf8'), 0o600)
    await write(ENVIRONMENT, environmentFile(plan.settings), 0o600)
    const program = { node: plan.node, cli: CLI }
    const hasDockerGroup = await isGroup('docker', plan.root)
    const unit = { ...program, user: plan.user, environmentFile: ENVIRONMENT, keyFile, hasDockerGroup }
    await write(UNIT, renderUnit(unit), 0o644)
    for (const [name, text] of Object.entries(renderHooks(program))) await write(`${CONFIG_DIR}/${name}`, text, 0o755)
    for (const path of outdated) await rm(path, { force: true })
  } catch (cause) {
    throw new RunnerMeshError('config_invalid', `Cannot install: ${errorText(cause)}. Run it as root.`, { cause })
  }
  for (const folder of plan.runnerDirs) await changeHooks(folder, CONFIG_DIR)
  if (plan.root === '/') {
    await systemctl('daemon-reload')
    await systemctl('enable', SERVICE_NAME)
    // One that ran before runs the former program.
    await systemctl('restart', SERVICE_NAME)
  }
  return written
}

/** The state directory stays: it is the peer's identity and queue. */
export async function uninstallService(root: string, runnerDirs: readonly string[]): Promise<void> {
  if (root === '/') await systemctl('disable', '--now', SERVICE_NAME)
  for (const folder of runnerDirs) await changeHooks(folder, undefined)
  try {
    for (const path of [UNIT, CONFIG_DIR, PROGRAM_DIR]) await rm(join(root, path), { recursive: true, force: true })
  } catch (cause) {
    throw new RunnerMeshError('config_invalid', `Cannot uninstall: ${errorText(cause)}. Run it as root.`, { cause })
  }
  if (root === '/') await systemctl('daemon-reload')
}

/** @returns what systemd says of it, such as `active` or `inactive` */
export async function serviceState(): Promise<string> {
  try {
    return (await promisify(execFile)('systemctl', ['is-active', SERVICE_NAME])).stdout.trim()
  } catch (thrown) {
    const stdout = thrown instanceof Error && 'stdout' in thrown ? String(thrown.stdout).trim() : ''
    return stdout === '' ? 'unknown: systemd does not answer' : stdout
  }
}

/** The program is cli.js and what it loads, file by file. @returns what lies there of a former one */
async function copyProgram(from: string, to: string): Promise<readonly string[]> {
  await mkdir(to, { recursive: true })
  const before = await readdir(to)
  const files = (await readdir(from)).filter((name) => /\.(?:js|txt)$/.test(name))
  for (const name of files) {
    await copyFile(join(from, name), join(to, name))
    await chmod(join(to, name), 0o644)
  }
  return before.filter((name) => name.endsWith('.js') && !files.includes(name)).map((name) => join(to, name))
}

/** Where it is not known, as in an image that is being built, it is taken to be there. */
async function isGroup(name: string, root: string): Promise<boolean> {
  const groups = await readFile(join(root, '/etc/group'), 'utf8').catch(() => undefined)
  return groups === undefined || groups.split('\n').some((line) => line.startsWith(`${name}:`))
}

function environmentFile(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, String.raw`\$&`)}"\n`)
    .join('')
}

async function changeHooks(folder: string, hooks: string | undefined): Promise<void> {
  const path = join(folder, '.env')
  const before = await readFile(path, 'utf8').catch(() => '')
  try {
    await writeFile(path, withHooks(before, hooks))
  } catch (cause) {
    throw new RunnerMeshError(
      'config_invalid',
      `Cannot write ${path}: ${errorText(cause)}. Name the runner's own folder with --runner-dir; its variables are ${Object.keys(HOOKS).join(' and ')}.`,
      { cause },
    )
  }
}

async function systemctl(...args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('systemctl', [...args], { timeout: SYSTEMCTL_MS })
  } catch (cause) {
    throw new RunnerMeshError('config_invalid', `systemctl ${args.join(' ')} failed: ${errorText(cause).trim()}.`, {
      cause,
    })
  }
}
