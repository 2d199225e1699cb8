/** A home, two workers behind proxies, all processes of their own on the machine's real engine, and ways to hurt them. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { ensureBusyboxImage } from '../support/busybox-image.ts'
import { FaultProxy } from './fault-proxy.ts'

export const IMAGE = 'runner-mesh-test/busybox:chaos'

export interface Member {
  readonly name: string
  readonly start: () => Promise<PeerProcess>
  /** Unset while it is down. */
  process: PeerProcess | undefined
  readonly proxy: FaultProxy | undefined
}

export interface Ground extends AsyncDisposable {
  readonly docker: Docker
  readonly home: Member
  readonly workers: readonly Member[]
  /** Containers that these peers made and that exist now. */
  containers(): Promise<readonly Docker.ContainerInfo[]>
}

export async function openGround(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-chaos-'))
  const docker = new Docker()
  await ensureBusyboxImage(docker, IMAGE)
  const [port, httpPort] = [await freePort(), await freePort()]
  const args = (name: string) => ['--state-dir', join(folder, name), '--runner-name', name]
  const startHome = () =>
    startPeerProcess({
      args: [
        ...['up', ...args('home'), '--work', 'false'],
        ...['--listen', `/ip4/127.0.0.1/tcp/${port}`, '--http', `127.0.0.1:${httpPort}`],
      ],
    })
  const home: Member = { name: 'home', start: startHome, process: await startHome(), proxy: undefined }
  const { peer_id: homeId, state_dir: homeDir } = home.process?.ready ?? { peer_id: '', state_dir: '' }
  const ids = new Set([homeId])
  const workers: Member[] = []
  for (const name of ['b', 'c']) {
    const keyFile = join(folder, `${name}.key`)
    await copyFile(join(homeDir, 'mesh.key'), keyFile)
    const proxy = await FaultProxy.to(port)
    const bootstrap = `/ip4/127.0.0.1/tcp/${proxy.port}/p2p/${homeId}`
    const start = () =>
      startPeerProcess({ args: ['worker', ...args(name), '--key-file', keyFile, '--bootstrap', bootstrap] })
    const process = await start()
    ids.add(process.ready.peer_id)
    workers.push({ name, start, process, proxy })
  }
  const containers = async (): Promise<readonly Docker.ContainerInfo[]> => {
    const all = await docker.listContainers({ all: true, filters: { label: ['runner-mesh'] } })
    return all.filter(({ Labels }) => ids.has(Labels['runner-mesh.runner'] ?? ''))
  }
  return {
    docker,
    home,
    workers,
    containers,
    [Symbol.asyncDispose]: async () => {
      for (const { process, proxy } of [...workers, home]) {
        process?.child.kill('SIGCONT')
        await process?.stop()
        await proxy?.close()
      }
      for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true })
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
