/**
 * `npm run bench -- task`: a container task through the mesh (submit on A → worker B in another process → result on A)
 * against `docker run --rm` of the same image on the same engine, in interleaved pairs.
 *
 * --pairs N (30)  --json
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import Docker from 'dockerode'
import { openLocalLink } from '../src/app/local-socket.ts'
import { createLogger } from '../src/app/logger.ts'
import { startPeerProcess } from '../scripts/demo/peer-process.ts'
import { ensureBusyboxImage } from '../test/support/busybox-image.ts'

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '30' }, json: { type: 'boolean', default: false } },
})
const IMAGE = 'runner-mesh-bench/busybox:1'
const pairs = Number(values.pairs)
const exec = promisify(execFile)

await ensureBusyboxImage(new Docker(), IMAGE)
const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
const home = await startPeerProcess({
  args: [
    'up',
    '--state-dir',
    join(folder, 'a'),
    '--listen',
    '/ip4/127.0.0.1/tcp/0',
    '--http',
    'off',
    '--work',
    'false',
    '--log-level',
    'warn',
  ],
})
const keyFile = join(folder, 'mesh.key')
await copyFile(join(folder, 'a', 'mesh.key'), keyFile)
const worker = await startPeerProcess({
  args: [
    'worker',
    '--state-dir',
    join(folder, 'b'),
    '--key-file',
    keyFile,
    '--bootstrap',
    home.ready.addresses[0] ?? '',
    '--log-level',
    'warn',
  ],
})
const link = await openLocalLink(join(folder, 'a', 'peer.sock'), createLogger('silent'))

interface Sample {
  readonly ms: number
  readonly phases: Readonly<Record<string, number>>
}

try {
  for (let warm = 0; warm < 3; warm += 1) await ours()
  await theirs()
  const mesh: Sample[] = []
  const cli: number[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = pair % 2 === 0
    if (first) mesh.push(await ours())
    cli.push(await theirs())
    if (!first) mesh.push(await ours())
  }
  report(mesh, cli)
} finally {
  await link.close()
  await worker.stop()
  await home.stop()
  await rm(folder, { recursive: true, force: true })
}

async function ours(): Promise<Sample> {
  const at = performance.now()
  const { task_id: id } = await link.call('p2p_taskqueue_submit_docker_hub', { image: IMAGE, command: ['true'] })
  const { task } = await link.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 60 })
  const ms = performance.now() - at
  if (task.status !== 'completed') throw new Error(`${task.status}: ${task.error ?? ''}`)
  return { ms, phases: (task.result?.['phases'] ?? {}) as Record<string, number> }
}

/** With the limits ours has, so that both ask the same of the engine. */
async function theirs(): Promise<number> {
  const at = performance.now()
  await exec('docker', [
    'run',
    '--rm',
    '--network',
    'none',
    '--init',
    '--memory',
    '2g',
    '--pids-limit',
    '512',
    '--cpus',
    '1',
    IMAGE,
    'true',
  ])
  return performance.now() - at
}

function report(mesh: readonly Sample[], cli: readonly number[]): void {
  const median = (numbers: readonly number[]): number =>
    numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
  const [a, b] = [median(mesh.map(({ ms }) => ms)), median(cli)]
  const names = [...new Set(mesh.flatMap(({ phases }) => Object.keys(phases)))]
  const phases = Object.fromEntries(
    names.map((name) => [name, Math.round(median(mesh.map((sample) => sample.phases[name] ?? 0)))]),
  )
  const inside = Object.values(phases).reduce((sum, ms) => sum + ms, 0)
  const result = {
    name: 'container-task-over-mesh',
    ratio: Number((a / b).toFixed(2)),
    peer: 'docker run --rm',
    unit: 'ms',
    n: pairs,
    p50: Math.round(a),
    peer_p50: Math.round(b),
    phases,
    outside_phases_ms: Math.round(a - inside),
    machine: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `mesh task ${String(result.p50)} ms ÷ docker run ${String(result.peer_p50)} ms = ${String(result.ratio)} (median of ${String(pairs)} pairs)\nphases ${JSON.stringify(phases)}, around them ${String(result.outside_phases_ms)} ms\n`,
  )
}
