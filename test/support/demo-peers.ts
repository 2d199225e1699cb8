/** Peers for end-to-end tests: processes of their own with folders of their own, all gone when the test is. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import Docker from 'dockerode'
import { connectAgent, type Agent } from '../../scripts/demo/agent.ts'
import { CLI, startPeerProcess, type PeerProcess, type PeerProcessOptions } from '../../scripts/demo/peer-process.ts'
import { ensureBusyboxImage } from './busybox-image.ts'

export const IMAGE = 'runner-mesh-test/busybox:e2e'

export interface PeerGround {
  readonly folder: string
  readonly docker: Docker
  /**
   * A peer with queue and MCP; it works only when told to.
   * @param inside words before a command that make it run somewhere else
   */
  up(
    name: string,
    args?: readonly string[],
    env?: PeerProcessOptions['env'],
    inside?: readonly string[],
  ): Promise<PeerProcess>
  worker(
    name: string,
    home: PeerProcess,
    args?: readonly string[],
    env?: PeerProcessOptions['env'],
    inside?: readonly string[],
  ): Promise<PeerProcess>
  agent(home: PeerProcess): Promise<Agent>
  /** Containers of these peers that exist now, whatever their state. */
  readonly containers: () => Promise<readonly Docker.ContainerInfo[]>
}

export async function peerGround(t: TestContext): Promise<PeerGround> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-e2e-'))
  const docker = new Docker()
  await ensureBusyboxImage(docker, IMAGE)
  const processes: PeerProcess[] = []
  const agents: Agent[] = []
  const containers = async (): Promise<readonly Docker.ContainerInfo[]> => {
    const ours = new Set(processes.map((peer) => peer.ready.peer_id))
    const all = await docker.listContainers({ all: true, filters: { label: ['runner-mesh'] } })
    return all.filter(({ Labels }) => ours.has(Labels['runner-mesh.runner'] ?? ''))
  }
  t.after(async () => {
    await Promise.all(agents.map((agent) => agent.close().catch(() => undefined)))
    for (const peer of processes.toReversed()) await peer.stop()
    const left = await containers()
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })))
    await rm(folder, { recursive: true, force: true })
    if (left.length > 0) throw new Error(`the test left ${String(left.length)} containers`)
  })
  const start = async (options: PeerProcessOptions): Promise<PeerProcess> => {
    const peer = await startPeerProcess(options)
    processes.push(peer)
    return peer
  }
  return {
    folder,
    docker,
    containers,
    up: (name, args = [], env = {}, inside = []) =>
      start({
        cli: [...inside, ...CLI],
        args: [
          'up',
          ...['--state-dir', join(folder, name), '--runner-name', name],
          ...['--listen', '/ip4/127.0.0.1/tcp/0', '--http', '127.0.0.1:0'],
          ...(args.includes('--work') ? [] : ['--work', 'false']),
          ...args,
        ],
        env,
      }),
    worker: async (name, home, args = [], env = {}, inside = []) => {
      const keyFile = join(folder, `${name}.key`)
      await copyFile(join(home.ready.state_dir, 'mesh.key'), keyFile)
      return start({
        cli: [...inside, ...CLI],
        args: [
          'worker',
          ...['--state-dir', join(folder, name), '--runner-name', name],
          ...['--key-file', keyFile, '--bootstrap', home.ready.addresses[0] ?? ''],
          ...args,
        ],
        env,
      })
    },
    agent: async (home) => {
      const agent = await connectAgent(home.ready)
      agents.push(agent)
      return agent
    },
  }
}

/** Well below the rate at which a door refuses a caller. */
const ASK_EVERY_MS = 30

/** Longer than any test that asks may take: a test that has failed by its own limit must not keep its process alive. */
const ASK_FOR_MS = 290_000

/** Asks again and again until the answer is the one wanted; the test's own time limit bounds it. */
export async function until<T>(ask: () => Promise<T> | T, isWanted: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + ASK_FOR_MS
  for (;;) {
    const answer = await ask()
    if (isWanted(answer)) return answer
    if (performance.now() > end)
      throw new Error(`Never as wanted. Seen last: ${JSON.stringify(answer).slice(0, 2_000)}`)
    await pause(ASK_EVERY_MS)
  }
}
