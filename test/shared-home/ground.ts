/**
 * A database, two peers that share a home in it, a peer with a home of its own, and four workers that know all three: real
 * processes, each in a network namespace of its own, on the machine's engine.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { CLI, startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { startPostgres, type Postgres } from '../support/database-servers.ts'
import { SUBNET, SwitchedNetwork, type Machine } from '../support/switched-network.ts'

export const IMAGE = 'runner-mesh-test/busybox:shared-home'
const PORT = 9720
const TIMES = ['--lease-seconds', '10', '--lost-grace-seconds', '15']

export interface Member {
  readonly name: string
  readonly machine: Machine
  readonly stateDir: string
  readonly start: () => Promise<PeerProcess>
  /** Unset while it is down. */
  process: PeerProcess | undefined
}

export interface Ground extends AsyncDisposable {
  readonly docker: Docker
  readonly network: SwitchedNetwork
  readonly database: Postgres & { readonly machine: Machine }
  /** Of the shared home, and of the one that is alone. */
  readonly homes: { readonly shared: readonly Member[]; readonly single: readonly Member[] }
  readonly workers: readonly Member[]
  /** Containers that these peers made and that exist now. */
  containers(): Promise<readonly Docker.ContainerInfo[]>
}

/** @throws Error in one line, where this machine cannot have it */
export async function openGround(): Promise<Ground> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-shared-home-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const docker = new Docker()
  await ensureBusyboxImage(docker, IMAGE)
  const network = stack.use(await SwitchedNetwork.open())
  const machine = await network.machine('database')
  const within = { prefix: machine.namespace.prefix, address: machine.ip, subnet: SUBNET }
  const postgres = await startPostgres({ add: (remove) => stack.defer(remove) }, { within })
  const url = `postgres://bench:${postgres.password}@${machine.ip}:${String(postgres.port)}/postgres`
  const ids = new Set<string>()
  const containers = async (): Promise<readonly Docker.ContainerInfo[]> => {
    const all = await docker.listContainers({ all: true, filters: { label: ['runner-mesh'] } })
    return all.filter(({ Labels }) => ids.has(Labels['runner-mesh.runner'] ?? ''))
  }
  stack.defer(async () => {
    for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true })
  })

  const keyFile = join(folder, 'mesh.key')
  const member = async (
    name: string,
    command: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Member> => {
    const place = await network.machine(name)
    const stateDir = join(folder, name)
    const args = [
      ...command,
      ...['--state-dir', stateDir, '--runner-name', name, '--http', 'off', '--public-ip', 'off', ...TIMES],
      ...['--log-level', 'warn', '--disk-free-gb', '0'],
    ]
    const start = () => startPeerProcess({ args, env, cli: [...place.namespace.prefix, ...CLI] })
    const made: Member = { name, machine: place, stateDir, start, process: await start() }
    ids.add(made.process?.ready.peer_id ?? '')
    stack.defer(async () => {
      made.process?.child.kill('SIGCONT')
      await made.process?.stop()
    })
    return made
  }
  const up = ['up', '--work', 'false', '--listen', `/ip4/0.0.0.0/tcp/${String(PORT)}`]
  const first = await member('a', up, { RUNNER_MESH_STORE: url })
  await copyFile(join(first.stateDir, 'mesh.key'), keyFile)
  const second = await member('b', [...up, '--key-file', keyFile], { RUNNER_MESH_STORE: url })
  const alone = await member('c', [...up, '--key-file', keyFile])
  const addresses = [first, second, alone].map(
    ({ machine: { ip }, process }) => `/ip4/${ip}/tcp/${String(PORT)}/p2p/${process?.ready.peer_id ?? ''}`,
  )
  const work = ['worker', '--slots', '2', '--key-file', keyFile, '--bootstrap', addresses.join(',')]
  const workers = await Promise.all(['w1', 'w2', 'w3', 'w4'].map((name) => member(name, work)))
  const owned = stack.move()
  return {
    ...{ docker, network, workers, containers },
    database: { ...postgres, machine },
    homes: { shared: [first, second], single: [alone] },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
