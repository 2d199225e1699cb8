/**
 * A Docker Engine of the test's own: its own socket, process and data, the latter on a disk of a size that the test
 * chooses. Restarting it, filling it or clearing it out harms nobody.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Docker from 'dockerode'

export interface PrivateEngine extends AsyncDisposable {
  /** As `engineHost` wants it. */
  readonly host: string
  readonly docker: Docker
  freeBytes(): Promise<number>
  /** Takes all that is free on its disk but this much, until it is given back. */
  fill(leaveBytes: number): Promise<void>
  giveBack(): Promise<void>
  /** Ends it and starts it again with the same data. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const START_MS = 30_000
const NEEDED = ['dockerd', 'fallocate', 'mkfs.ext4', 'mount', 'unshare']

/** Why there can be none here, for the runner to print; undefined when there can. */
export function findPrivateEngineProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'A private engine needs root.'
  if (!existsSync('/dev/loop-control')) return 'A private engine needs loop devices for its disk.'
  const places = (process.env['PATH'] ?? '').split(':').concat('/usr/sbin', '/sbin')
  const missing = NEEDED.filter((program) => !places.some((place) => existsSync(join(place, program))))
  return missing.length === 0 ? undefined : `A private engine needs ${missing.join(', ')}.`
}

export async function startPrivateEngine({
  diskMiB,
  args = [],
}: {
  readonly diskMiB: number
  readonly args?: readonly string[]
}): Promise<PrivateEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-engine-'))
  const [disk, data, socket, exec] = ['disk.img', 'data', 'docker.sock', 'exec'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  const file = await open(disk, 'w')
  await file.truncate(diskMiB * 1_048_576)
  await file.close()
  await mkdir(data)
  execFileSync('mkfs.ext4', ['-q', '-F', disk], { stdio: 'ignore' })
  execFileSync('mount', ['-o', 'loop', disk, data])

  const docker = new Docker({ socketPath: socket })
  const words = [
    ...['--host', `unix://${socket}`, '--data-root', data, '--exec-root', exec, '--pidfile', join(folder, 'pid')],
    ...['--bridge', 'none', '--iptables=false', '--ip-masq=false', '--ip-forward=false', ...args],
  ]
  const containerdPid = join(exec, 'containerd', 'containerd.pid')
  /** containerd is a child of the engine's and may outlive one that was killed; who finds its file waits for it in vain. */
  const endContainerd = async (): Promise<void> => {
    const pid = Number(await readFile(containerdPid, 'utf8').catch(() => '0'))
    if (pid > 0) kill(pid)
    await rm(containerdPid, { force: true })
  }
  const start = async (): Promise<ChildProcess> => {
    await rm(join(folder, 'pid'), { force: true })
    await endContainerd()
    // In a network of its own: an engine takes away the bridge of the machine's engine otherwise.
    const child = spawn('unshare', ['--net', 'dockerd', ...words], { stdio: 'ignore', detached: true })
    const until = Date.now() + START_MS
    while (Date.now() < until && child.exitCode === null) {
      const isUp = await docker.ping().then(
        () => true,
        () => false,
      )
      if (isUp) return child
      await pause(50)
    }
    child.kill('SIGKILL')
    throw new Error('The private engine did not start.')
  }
  const end = async (child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  const freeBytes = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(data)
    return bavail * bsize
  }
  const ballast = join(data, 'ballast')

  let engine = await start()
  return {
    host: `unix://${socket}`,
    docker,
    freeBytes,
    fill: async (leaveBytes) => {
      const taken = (await freeBytes()) - leaveBytes
      if (taken > 0) execFileSync('fallocate', ['--length', String(taken), ballast], { stdio: 'ignore' })
    },
    giveBack: () => rm(ballast, { force: true }),
    restart: async (signal) => {
      await end(engine, signal)
      engine = await start()
    },
    [Symbol.asyncDispose]: async () => {
      const left = await docker.listContainers({ all: true }).catch(() => [])
      await Promise.all(
        left.map(({ Id }) =>
          docker
            .getContainer(Id)
            .remove({ force: true, v: true })
            .catch(() => undefined),
        ),
      )
      await end(engine, 'SIGTERM')
      await endContainerd()
      execFileSync('umount', ['--recursive', data])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended with its engine.
  }
}
