/** Peers in processes of their own: a home that does not work, and workers. What is submitted to it runs on one of them. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'

export interface Sample {
  /** From the submit to its result at the same peer, milliseconds. */
  readonly ms: number
  /** As the worker tells them, milliseconds. */
  readonly phases: Readonly<Record<string, number>>
}

export interface SmallMesh extends AsyncDisposable {
  /** To the home, as its command line has it. */
  readonly link: Awaited<ReturnType<typeof openLocalLink>>
  readonly workers: readonly PeerProcess[]
  /** Runs `true` in the image. @throws Error when it did not complete */
  run(image: string): Promise<Sample>
}

export interface SmallMeshOptions {
  readonly workers?: number
  /** For each worker's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** For the command line of each peer. */
  readonly args?: readonly string[]
}

export async function startMeshPair({ workers = 1, env = {}, args = [] }: SmallMeshOptions = {}): Promise<SmallMesh> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const [a, keyFile] = [join(folder, 'a'), join(folder, 'mesh.key')]
  const common = ['--log-level', 'warn', ...args]
  const home = await startPeerProcess({
    args: [
      ...['up', '--state-dir', a, '--listen', '/ip4/127.0.0.1/tcp/0', '--http', 'off', '--work', 'false'],
      ...common,
    ],
  })
  stack.defer(() => home.stop())
  await copyFile(join(a, 'mesh.key'), keyFile)
  const bootstrap = home.ready.addresses[0] ?? ''
  const started: PeerProcess[] = []
  for (let index = 0; index < workers; index += 1) {
    const stateDir = join(folder, `b${String(index)}`)
    const worker = await startPeerProcess({
      args: ['worker', '--state-dir', stateDir, '--key-file', keyFile, '--bootstrap', bootstrap, ...common],
      env,
    })
    stack.defer(() => worker.stop())
    started.push(worker)
  }
  const link = await openLocalLink(join(a, 'peer.sock'), createLogger('silent'))
  stack.defer(() => link.close())
  const owned = stack.move()
  return {
    link,
    workers: started,
    run: (image) => runTrue(link, image),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function runTrue(link: OperationsLink, image: string): Promise<Sample> {
  const at = performance.now()
  const { task_id: id } = await link.call('p2p_taskqueue_submit_docker_hub', { image, command: ['true'] })
  const { task } = await link.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 60 })
  const ms = performance.now() - at
  if (task.status !== 'completed') throw new Error(`${task.status}: ${task.error ?? ''}`)
  return { ms, phases: (task.result?.['phases'] ?? {}) as Record<string, number> }
}
