/** Two peers in processes of their own: a home that does not work, and a worker. What is submitted to one runs on the other. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPeerProcess } from '../../scripts/demo/peer-process.ts'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'

export interface Sample {
  /** From the submit to its result at the same peer, milliseconds. */
  readonly ms: number
  /** As the worker tells them, milliseconds. */
  readonly phases: Readonly<Record<string, number>>
}

export interface MeshPair extends AsyncDisposable {
  /** Runs `true` in the image. @throws Error when it did not complete */
  run(image: string): Promise<Sample>
}

export async function startMeshPair(): Promise<MeshPair> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  const [a, b, keyFile] = [join(folder, 'a'), join(folder, 'b'), join(folder, 'mesh.key')]
  const quiet = ['--log-level', 'warn']
  const home = await startPeerProcess({
    args: [
      ...['up', '--state-dir', a, '--listen', '/ip4/127.0.0.1/tcp/0', '--http', 'off', '--work', 'false'],
      ...quiet,
    ],
  })
  await copyFile(join(a, 'mesh.key'), keyFile)
  const bootstrap = home.ready.addresses[0] ?? ''
  const worker = await startPeerProcess({
    args: ['worker', '--state-dir', b, '--key-file', keyFile, '--bootstrap', bootstrap, ...quiet],
  })
  const link = await openLocalLink(join(a, 'peer.sock'), createLogger('silent'))
  return {
    run: async (image) => {
      const at = performance.now()
      const { task_id: id } = await link.call('p2p_taskqueue_submit_docker_hub', { image, command: ['true'] })
      const { task } = await link.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 60 })
      const ms = performance.now() - at
      if (task.status !== 'completed') throw new Error(`${task.status}: ${task.error ?? ''}`)
      return { ms, phases: (task.result?.['phases'] ?? {}) as Record<string, number> }
    },
    [Symbol.asyncDispose]: async () => {
      await link.close()
      await worker.stop()
      await home.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
