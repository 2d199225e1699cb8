/**
 * `npm run bench -- task`: a container task through the mesh (submit on A → worker B in another process → result on A)
 * against `docker run --rm` of the same image on the same engine, in interleaved pairs; then, what the mesh takes of it: from
 * the submit to B's call for a container at its engine.
 *
 * --pairs N (30)  --json
 */
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import Docker from 'dockerode'
import { ensureBusyboxImage } from '../test/support/busybox-image.ts'
import { hearEngine } from './task/heard-engine.ts'
import { startMeshPair, type Sample } from './task/mesh-pair.ts'
import { quantile, round } from './queue/report.ts'

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '30' }, json: { type: 'boolean', default: false } },
})
const MACHINE = `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`
const IMAGE = 'runner-mesh-bench/busybox:1'
const pairs = Number(values.pairs)
const exec = promisify(execFile)

await ensureBusyboxImage(new Docker(), IMAGE)
{
  await using peers = await startMeshPair()
  for (let warm = 0; warm < 3; warm += 1) await peers.run(IMAGE)
  await theirs()
  const mesh: Sample[] = []
  const cli: number[] = []
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = pair % 2 === 0
    if (first) mesh.push(await peers.run(IMAGE))
    cli.push(await theirs())
    if (!first) mesh.push(await peers.run(IMAGE))
  }
  report(mesh, cli)
}
await reportOverhead()

/** Of peers that go to their engine by a way that tells when a container is asked for. */
async function reportOverhead(): Promise<void> {
  await using engine = await hearEngine()
  await using peers = await startMeshPair({ env: { RUNNER_MESH_DOCKER_HOST: engine.host } })
  for (let warm = 0; warm < 3; warm += 1) await peers.run(IMAGE)
  const took: number[] = []
  for (let run = 0; run < pairs; run += 1) {
    engine.takeCreatedAt()
    const submittedAt = performance.now()
    await peers.run(IMAGE)
    took.push((engine.takeCreatedAt() ?? Number.NaN) - submittedAt)
  }
  const [p50, p99] = [round(quantile(took, 0.5)), round(quantile(took, 0.99))]
  const line = { name: 'container-task-overhead', figure: p50, unit: 'ms', n: pairs, p50, p99, machine: MACHINE }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(line)}\n`
      : `submit → call for a container p50 ${String(p50)} ms (to reach: 5), p99 ${String(p99)} ms (to reach: 25)\n`,
  )
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
    figure: Math.round(a),
    n: pairs,
    p50: Math.round(a),
    p99: Math.round(
      quantile(
        mesh.map(({ ms }) => ms),
        0.99,
      ),
    ),
    peer_p50: Math.round(b),
    phases,
    outside_phases_ms: Math.round(a - inside),
    machine: MACHINE,
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(result)}\n`
      : `mesh task ${String(result.p50)} ms ÷ docker run ${String(result.peer_p50)} ms = ${String(result.ratio)} (median of ${String(pairs)} pairs)\nphases ${JSON.stringify(phases)}, around them ${String(result.outside_phases_ms)} ms\n`,
  )
}
