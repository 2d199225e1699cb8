/**
 * A home and two workers, each a process in a network namespace of its own, and what they stand on: a simulated GitHub, the
 * machine's engine for one worker, for the other an engine of its own with a small disk, and a wall clock for each. The
 * only way to the home leads through a fault proxy for each worker.
 */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { CLI, startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { findPrivateEngineProblem, startPrivateEngine, type PrivateEngine } from '../support/private-engine.ts'
import { openHub, REPOSITORY, type Hub } from './hub.ts'
import { SwitchedNetwork, type Machine } from '../support/switched-network.ts'
import { shiftedClock, TRUE_CLOCK, type ShiftedClock } from './shifted-clock.ts'

export const IMAGE = 'runner-mesh-test/busybox:chaos'
/** A secret of each worker's host, under this name. */
export const SECRET = { name: 'CHAOS', value: 'correct-horse-battery-staple' }
export const LEASE_SECONDS = 10
/** How long a task that is not idempotent waits for its lost worker here. */
export const LOST_GRACE_SECONDS = 20
const HOME_PORT = 9720
/** Above what a task asks for by itself, and more once. */
const ENGINE_DISK_MIB = 3000

export interface Member {
  readonly name: string
  readonly machine: Machine
  readonly clock: ShiftedClock
  readonly stateDir: string
  readonly start: () => Promise<PeerProcess>
  /** Unset while it is down. */
  process: PeerProcess | undefined
}

export interface Ground extends AsyncDisposable {
  readonly engines: readonly Docker[]
  readonly privateEngine: PrivateEngine
  readonly hub: Hub
  readonly home: Member
  readonly workers: readonly [Member, Member]
  /** Containers that these peers made and that exist now, whatever their state. */
  containers(): Promise<readonly ChaosContainer[]>
}

export interface ChaosContainer {
  readonly id: string
  readonly task: string
  remove(): Promise<unknown>
}

/**
 * @param clocks whether wall clocks can be moved
 * @throws Error in one line, where this machine cannot have it
 */
export async function openGround({ clocks = true } = {}): Promise<Ground> {
  const problem = findPrivateEngineProblem()
  if (problem !== undefined) throw new Error(problem)
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-chaos-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const privateEngine = stack.use(await startPrivateEngine({ diskMiB: ENGINE_DISK_MIB }))
  const engines = [new Docker(), privateEngine.docker]
  for (const docker of engines) await ensureBusyboxImage(docker, IMAGE)
  const network = stack.use(await SwitchedNetwork.open())
  const hub = stack.use(await openHub(network))
  const ids = new Set<string>()
  const containers = async (): Promise<readonly ChaosContainer[]> => {
    const all = await Promise.all(
      engines.map(async (docker) => {
        const listed = await docker.listContainers({ all: true, filters: { label: ['runner-mesh'] } })
        return listed
          .filter(({ Labels }) => ids.has(Labels['runner-mesh.runner'] ?? ''))
          .map(({ Id, Labels }) => ({
            id: Id.slice(0, 12),
            task: Labels['runner-mesh.task'] ?? '',
            remove: () => docker.getContainer(Id).remove({ force: true }),
          }))
      }),
    )
    return all.flat()
  }
  stack.defer(async () => {
    for (const container of await containers()) await container.remove().catch(() => undefined)
  })

  const openMember = async (name: string, command: readonly string[], dockerHost?: string): Promise<Member> => {
    const machine = await network.machine(name)
    const clock = clocks ? shiftedClock(join(folder, `${name}.clock`)) : TRUE_CLOCK
    const stateDir = join(folder, name)
    await mkdir(stateDir, { mode: 0o700 })
    const args = [
      ...command,
      ...['--state-dir', stateDir, '--runner-name', name, '--public-ip', 'off', '--registry', REPOSITORY],
      ...['--http', 'off', '--lease-seconds', String(LEASE_SECONDS), '--disk-free-gb', '0'],
      ...['--lost-grace-seconds', String(LOST_GRACE_SECONDS), '--log-level', 'warn'],
    ]
    const env = {
      ...clock.env,
      ...{ RUNNER_MESH_GITHUB_TOKEN: hub.token, RUNNER_MESH_GITHUB_API_URL: hub.gitHubUrl },
      ...(dockerHost === undefined ? {} : { RUNNER_MESH_DOCKER_HOST: dockerHost }),
    }
    const start = (): Promise<PeerProcess> =>
      startPeerProcess({ args, env, cli: [...machine.namespace.prefix, ...CLI] })
    const member: Member = { name, machine, clock, stateDir, start, process: undefined }
    stack.defer(async () => {
      member.process?.child.kill('SIGCONT')
      await member.process?.stop()
    })
    return member
  }
  const begin = async (member: Member): Promise<string> => {
    member.process = await member.start()
    ids.add(member.process.ready.peer_id)
    return member.process.ready.peer_id
  }

  const listen = `/ip4/0.0.0.0/tcp/${String(HOME_PORT)}`
  const home = await openMember('home', ['up', '--listen', listen, '--work', 'false'])
  network.onlyThroughHub(home.machine, HOME_PORT)
  const homeId = await begin(home)
  const openWorker = async (name: string, dockerHost?: string): Promise<Member> => {
    const keyFile = join(folder, `${name}.key`)
    await copyFile(join(home.stateDir, 'mesh.key'), keyFile)
    const port = await hub.proxy(name, home.machine.ip, HOME_PORT)
    const bootstrap = `/ip4/${new URL(hub.gitHubUrl).hostname}/tcp/${String(port)}/p2p/${homeId}`
    const command = ['worker', '--slots', '2', '--key-file', keyFile, '--bootstrap', bootstrap]
    const worker = await openMember(name, command, dockerHost)
    await writeFile(join(worker.stateDir, 'policy.yml'), `secrets: { ${SECRET.name}: {} }\n`)
    await writeFile(join(worker.stateDir, 'secrets.yml'), `${SECRET.name}: ${SECRET.value}\n`)
    for (const file of ['policy.yml', 'secrets.yml']) await chmod(join(worker.stateDir, file), 0o600)
    await begin(worker)
    return worker
  }
  const workers = [await openWorker('b', privateEngine.host), await openWorker('c')] as const
  const owned = stack.move()
  return {
    ...{ engines, privateEngine, hub, home, workers, containers },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
