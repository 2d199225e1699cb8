/** What the engine is asked to create for a task: the isolation profiles, and nothing that a task could loosen. */
import type { ContainerCreateOptions, DeviceMapping, HostConfig, MountSettings } from 'dockerode'
import { commandWords } from '../../core/command-words.ts'
import { networkOf, RESERVED_ENVIRONMENT, type HostMount } from '../../core/container-task.ts'
import type { ContainerRun, TrustedAllowances } from '../../core/ports/executor.ts'
import type { Profile } from '../../core/task.ts'
import { traceparentOf } from '../../core/trace-context.ts'
import { containerName, labelsOf } from './container-labels.ts'

/** What of an image decides the container. */
export interface ImageFacts {
  readonly id: string
  readonly digest?: string
  readonly tags: readonly string[]
  readonly os: string
  readonly arch: string
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly volumes: readonly string[]
}

export interface SpecSettings {
  /** Stable id of this runner. */
  readonly runner: string
  /** Epoch milliseconds; see the label. */
  readonly deadline: number
  /** What the host policy lets the profile `trusted` have, now. */
  readonly trusted: TrustedAllowances
  /** What the engine keeps of a container's output for a restarted peer. Two files of half this size. */
  readonly logMaxBytes: number
  /** Whether the storage driver can cap a writable layer. */
  readonly capsDisk: boolean
  /** Ids of the devices set aside for this container. */
  readonly gpuDevices: readonly string[]
  /** A folder of the host, in memory, with a file for each secret of the task; set when it has any. */
  readonly secretFolder?: string
}

const MIB = 1_048_576
const SECRETS_TARGET = '/run/secrets'
const NOBODY = '65534:65534'
const SCRATCH = { '/tmp': undefined, '/var/tmp': 64, '/run': 16 } as const

/** Docker's own defaults without what reaches the network, devices or other processes: enough for package managers. */
export const STANDARD_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETUID', 'SETGID'] as const

export type SpecOutcome =
  | { readonly spec: ContainerCreateOptions & { readonly name: string } }
  | { readonly fault: { readonly reason: 'exit' | 'policy'; readonly message: string } }

export function containerSpec(run: ContainerRun, image: ImageFacts, settings: SpecSettings): SpecOutcome {
  const { container } = run
  const entrypoint = container.entrypoint === undefined ? image.entrypoint : commandWords(container.entrypoint)
  // As `docker run` has it: an entrypoint of the task's own takes the image's command away.
  const ownCommand = container.entrypoint === undefined ? image.command : []
  const command = container.command === undefined ? ownCommand : commandWords(container.command)
  if (entrypoint.length + command.length === 0) {
    return fault('exit', 'The image has neither entrypoint nor command. Give the task a command.')
  }
  if (container.profile === 'strict' && networkOf(container) !== 'none') {
    return fault('policy', 'Profile strict has no network. Ask for network none, or for profile standard.')
  }
  if (container.gpus > settings.gpuDevices.length) {
    return fault(
      'policy',
      `This runner has ${settings.gpuDevices.length} GPUs for tasks, this one asks for ${container.gpus}.`,
    )
  }
  const steering = Object.keys(container.environment ?? {}).find((name) => /^(?:NVIDIA|LD|CUDA)_/.test(name))
  if (container.gpus > 0 && steering !== undefined) {
    // The toolkit that hands out the devices reads them too, outside of the container.
    return fault('policy', `With GPUs the runner alone sets ${steering}. Leave it out.`)
  }
  const mount = (container.mounts ?? []).find(
    (one) => container.profile !== 'trusted' || !settings.trusted.mayMount(one),
  )
  if (mount !== undefined) {
    const who = container.profile === 'trusted' ? 'The policy of this host' : `Profile ${container.profile}`
    return fault('policy', `${who} mounts no ${JSON.stringify(mount.source)}${mount.read_only ? '' : ' for writing'}.`)
  }
  const device = (container.devices ?? []).find(
    (path) => container.profile !== 'trusted' || !settings.trusted.mayUseDevice(path),
  )
  if (device !== undefined) {
    const who = container.profile === 'trusted' ? 'The policy of this host' : `Profile ${container.profile}`
    return fault('policy', `${who} gives no device ${device}.`)
  }
  const user = userOf(container.profile, container.user, image.user)
  if (user === undefined) {
    return fault('policy', `Profile strict runs no ${container.user ?? ''}: name a numeric user other than 0.`)
  }
  return {
    spec: {
      name: containerName(run.taskId, run.fence),
      Image: image.id,
      Entrypoint: [...entrypoint],
      Cmd: [...command],
      Env: environmentOf(run),
      ...(container.working_dir === undefined ? {} : { WorkingDir: container.working_dir }),
      User: user,
      Labels: labelsOf({ ...run, runner: settings.runner, deadline: settings.deadline }),
      AttachStdout: true,
      AttachStderr: true,
      ...(container.stdin === undefined ? {} : { AttachStdin: true, OpenStdin: true, StdinOnce: true }),
      // A health check of the image's would run beside the task on the task's limits, for nobody.
      Healthcheck: { Test: ['NONE'] },
      HostConfig: hostConfig(run, image, settings),
    },
  }
}

function hostConfig({ container }: ContainerRun, image: ImageFacts, settings: SpecSettings): HostConfig {
  const memory = container.memory_mb * MIB
  const strict = container.profile === 'strict'
  const { mounts = [], devices = [] } = container
  const { secretFolder } = settings
  const secrets: readonly HostMount[] =
    secretFolder === undefined ? [] : [{ source: secretFolder, target: SECRETS_TARGET, read_only: true }]
  const binds = [...mounts, ...secrets]
  const tmpfs = {
    ...(strict ? scratch(container.disk_mb, image.volumes) : {}),
    ...mapValues(container.tmpfs ?? {}, tmpfsOptions),
  }
  return {
    NetworkMode: networkOf(container),
    IpcMode: 'private',
    Init: true,
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [...capabilitiesOf(container.profile, settings.trusted.capabilities)],
    SecurityOpt: ['no-new-privileges'],
    // Equal to memory: no swap beyond it.
    Memory: memory,
    MemorySwap: memory,
    NanoCpus: Math.round(container.cpus * 1e9),
    PidsLimit: container.pids,
    Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
    ...(container.shm_mb === undefined ? {} : { ShmSize: container.shm_mb * MIB }),
    ReadonlyRootfs: strict || container.read_only === true,
    ...(Object.keys(tmpfs).length === 0 ? {} : { Tmpfs: tmpfs }),
    ...(binds.length === 0 ? {} : { Mounts: binds.map(bindOf) }),
    ...(devices.length === 0 ? {} : { Devices: devices.map(deviceOf) }),
    ...(settings.capsDisk ? { StorageOpt: { size: `${container.disk_mb}m` } } : {}),
    ...(container.gpus === 0
      ? {}
      : { DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: [...settings.gpuDevices], Capabilities: [['gpu']] }] }),
    RestartPolicy: { Name: 'no' },
    AutoRemove: false,
    LogConfig: {
      Type: 'json-file',
      Config: { 'max-size': String(Math.ceil(settings.logMaxBytes / 2)), 'max-file': '2' },
    },
  }
}

function capabilitiesOf(profile: Profile, trusted: readonly string[]): readonly string[] {
  switch (profile) {
    case 'strict':
      return []
    case 'standard':
      return STANDARD_CAPABILITIES
    case 'trusted':
      return trusted
  }
}

/**
 * In `strict` a name proves nothing (an image's passwd may call 0 anything), so only numbers count; an image that names
 * root, a name or nobody at all runs as nobody.
 * @returns undefined when the task itself asks for a user that strict does not run
 */
function userOf(profile: Profile, asked: string | undefined, ofImage: string): string | undefined {
  if (profile !== 'strict') return asked ?? ofImage
  if (asked !== undefined) return isNumericNonRoot(asked) ? asked : undefined
  return isNumericNonRoot(ofImage) ? ofImage : NOBODY
}

/** Without a group the engine looks one up in the image and takes 0 when there is none; so does a group of 0. */
function isNumericNonRoot(user: string): boolean {
  const match = /^([0-9]+)(?::([0-9]+))?$/.exec(user)
  return match !== null && Number(match[1]) !== 0
}

/** Places that programs expect to write. All of it counts as the container's memory. */
function scratch(diskMiB: number, volumes: readonly string[]): Record<string, string> {
  const sizes = Object.entries(SCRATCH).map(([path, size]) => [path, Math.min(size ?? diskMiB, diskMiB)] as const)
  const mounts = [...volumes.map((path) => [path, diskMiB] as const), ...sizes]
  return mapValues(Object.fromEntries(mounts), tmpfsOptions)
}

/** The engine makes no folder that is missing, and nothing mounted on one side shows up on the other. */
function bindOf({ source, target, read_only: ReadOnly }: HostMount): MountSettings {
  return {
    ...{ Type: 'bind' as const, Source: source, Target: target, ReadOnly },
    BindOptions: { Propagation: 'rprivate' },
  }
}

function deviceOf(path: string): DeviceMapping {
  return { PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rw' }
}

function tmpfsOptions(sizeMiB: number): string {
  return `rw,nosuid,nodev,mode=1777,size=${sizeMiB}m`
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

function environmentOf(run: ContainerRun): string[] {
  // A program that traces itself goes on with the trace of its task, unless the task says otherwise.
  const joinsTrace = { TRACEPARENT: traceparentOf(run.taskId, run.fence) }
  const own = { TASK_ID: run.taskId, TASK_FENCE: String(run.fence), TASK_ATTEMPT: String(run.attempt) }
  return [
    ...Object.entries({ ...joinsTrace, ...run.container.environment }).filter(
      ([name]) => !name.startsWith(RESERVED_ENVIRONMENT),
    ),
    ...(run.secrets ?? []).filter(({ env }) => env).map(({ name, value }) => [name, value] as const),
    ...Object.entries(own).map(([name, value]) => [`${RESERVED_ENVIRONMENT}${name}`, value] as const),
  ].map(([name, value]) => `${name}=${value}`)
}

function fault(reason: 'exit' | 'policy', message: string): SpecOutcome {
  return { fault: { reason, message } }
}
