/** What the engine and its machine can do, asked once and again whenever somebody probes. */
import { statfs } from 'node:fs/promises'
import type { ExecutorProbe } from '../../core/ports/executor.ts'
import { problemText, type Engine } from './engine.ts'

export interface EngineFacts {
  readonly version: string
  readonly os: string
  /** In the words of image configurations: amd64, arm64. */
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly dataPath: string
  /** Whether `--storage-opt size` may be tried: these drivers know it, overlay2 on xfs alone. */
  readonly mayCapDisk: boolean
  /** Whether containers live on while it restarts. */
  readonly sparesContainers: boolean
  /** Limits that the engine would take and ignore. */
  readonly ignoredLimits: readonly string[]
  readonly seccomp: boolean
}

/** The kernel's word for a processor → the one in image configurations. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  armv6l: 'arm',
  i386: '386',
  i686: '386',
}

/** The part of `GET /info` that counts. */
interface EngineInfo {
  readonly ServerVersion: string
  readonly OSType: string
  readonly Architecture: string
  readonly NCPU: number
  readonly MemTotal: number
  readonly DockerRootDir: string
  readonly Driver: string
  readonly DriverStatus: readonly (readonly [string, string])[] | null
  readonly LiveRestoreEnabled: boolean
  readonly MemoryLimit: boolean
  readonly CpuCfsQuota: boolean
  readonly PidsLimit: boolean
  readonly SecurityOptions: readonly string[] | null
}

/** @throws whatever the client throws when the engine does not answer */
export async function readFacts(engine: Engine): Promise<EngineFacts> {
  const info = (await engine.prompt.info()) as EngineInfo
  const limits = { memory: info.MemoryLimit, cpu: info.CpuCfsQuota, pids: info.PidsLimit }
  return {
    version: info.ServerVersion,
    os: info.OSType,
    arch: ARCHITECTURES[info.Architecture] ?? info.Architecture,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    dataPath: info.DockerRootDir,
    mayCapDisk: capsDisk(info),
    sparesContainers: info.LiveRestoreEnabled,
    ignoredLimits: Object.entries(limits)
      .filter(([, works]) => !works)
      .map(([name]) => name),
    seccomp: (info.SecurityOptions ?? []).some((option) => option.startsWith('name=seccomp')),
  }
}

/** @param gpus devices that the owner of the machine lets tasks have */
export async function probeEngine(
  engine: Engine,
  gpus: number,
): Promise<{ probe: ExecutorProbe; facts?: EngineFacts }> {
  let facts: EngineFacts
  try {
    facts = await readFacts(engine)
  } catch (error) {
    return { probe: { ...NOTHING, available: false, problem: problemText(engine, error) } }
  }
  const problem = findProblem(facts)
  const probe: ExecutorProbe = {
    available: problem === undefined,
    ...(problem === undefined ? {} : { problem }),
    engine: `Docker ${facts.version}`,
    os: facts.os,
    arch: facts.arch,
    cpus: facts.cpus,
    memoryBytes: facts.memoryBytes,
    diskBytes: await freeBytes(facts.dataPath),
    gpus,
  }
  return { probe, facts }
}

const NOTHING = { os: '', arch: '', cpus: 0, memoryBytes: 0, diskBytes: 0, gpus: 0 } as const

/** Its API (1.41) has all that containers of tasks are given. */
const OLDEST_ENGINE = 20

/** Tasks are promised limits and a system-call filter: an engine without them runs none. */
function findProblem(facts: EngineFacts): string | undefined {
  if (Number.parseInt(facts.version, 10) < OLDEST_ENGINE)
    return `Docker ${facts.version} is too old. Install ${String(OLDEST_ENGINE)}.10 or newer.`
  if (facts.os !== 'linux')
    return `Docker ${facts.version} runs ${facts.os} containers. Use an engine for Linux containers.`
  if (facts.ignoredLimits.length > 0) {
    return `Docker ${facts.version} ignores limits (${facts.ignoredLimits.join(', ')}). Delegate these cgroup controllers to it.`
  }
  if (!facts.seccomp) return `Docker ${facts.version} has no seccomp. Use a kernel and an engine built with it.`
  return undefined
}

function capsDisk({ Driver, DriverStatus }: EngineInfo): boolean {
  const status = new Map(DriverStatus ?? [])
  return (
    ['btrfs', 'zfs', 'devicemapper'].includes(Driver) ||
    (Driver === 'overlay2' && status.get('Backing Filesystem') === 'xfs')
  )
}

/** Free disk where the engine keeps its data; of this machine's root when that folder is not visible from here. */
export async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch {
    // A remote engine, or a folder closed to this user: the best this side can know is its own root.
    const { bavail, bsize } = await statfs('/')
    return bavail * bsize
  }
}
