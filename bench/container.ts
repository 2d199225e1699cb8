/**
 * What our executor costs beside the `docker run --rm` of the same image on the same machine, without a mesh; and what
 * hardening costs. Rounds are interleaved, so that a busy moment hits every contestant. Run: node bench/container.ts [rounds]
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { RunPhases } from '../src/core/ports/executor.ts'
import { BUSYBOX, docker, newExecutor, prepareBusybox, runToEnd } from '../test/support/container-runs.ts'

const run = promisify(execFile)
const rounds = Number(process.argv[2] ?? 30)
const executor = newExecutor({ runner: `bench-${process.pid}` })

type Contestant = (times: Record<string, number>) => Promise<void>

const ours =
  (task: Parameters<typeof runToEnd>[1]): Contestant =>
  async (times) => {
    const { end } = await runToEnd(executor, { command: 'true', ...task })
    if (end.status !== 'completed') throw new Error(end.message)
    const phases: RunPhases = end.phases
    for (const [phase, ms] of Object.entries(phases)) times[phase] = Number(ms)
  }

const dockerRun =
  (network: string): Contestant =>
  async () => {
    await run('docker', ['run', '--rm', '--network', network, BUSYBOX, 'true'])
  }

/** The engine's calls alone: what is left when nobody asks for hardening, and nobody reads the output. */
const bareEngine: Contestant = async (times) => {
  const container = await timed(times, 'create_ms', () =>
    docker.createContainer({ Image: BUSYBOX, Cmd: ['true'], HostConfig: { NetworkMode: 'none' } }),
  )
  await timed(times, 'start_ms', () => container.start())
  await timed(times, 'run_ms', () => container.wait())
  await timed(times, 'collect_ms', () => container.remove({ force: true }))
}

const CONTESTANTS = {
  'docker run --rm, bridge': dockerRun('bridge'),
  'docker run --rm, none': dockerRun('none'),
  'executor, standard, none': ours({}),
  'executor, standard, bridge': ours({ network: 'bridge' }),
  'executor, strict, none': ours({ profile: 'strict' }),
  'engine calls, unhardened, none': bareEngine,
} satisfies Record<string, Contestant>
type Name = keyof typeof CONTESTANTS

const totals = new Map<Name, number[]>()
const phases = new Map<Name, Record<string, number>[]>()

await prepareBusybox()
for (let round = -2; round < rounds; round += 1) {
  for (const [name, contestant] of Object.entries(CONTESTANTS) as [Name, Contestant][]) {
    const times: Record<string, number> = {}
    const from = performance.now()
    await contestant(times)
    // Two rounds to warm up.
    if (round < 0) continue
    totals.set(name, [...(totals.get(name) ?? []), performance.now() - from])
    phases.set(name, [...(phases.get(name) ?? []), times])
  }
}

console.log(`${rounds} interleaved rounds, milliseconds: median (p90)\n`)
for (const [name, all] of totals) {
  const parts = ['pull_ms', 'create_ms', 'start_ms', 'run_ms', 'collect_ms'].flatMap((phase) => {
    const values = (phases.get(name) ?? []).flatMap((times) => times[phase] ?? [])
    return values.length === 0 ? [] : [`${phase.replace('_ms', '')} ${quantile(values, 0.5).toFixed(0)}`]
  })
  console.log(
    `${name.padEnd(32)} ${quantile(all, 0.5).toFixed(0)} (${quantile(all, 0.9).toFixed(0)})  ${parts.join(' · ')}`,
  )
}
console.log()
ratio('executor ÷ docker run --rm (none)', 'executor, standard, none', 'docker run --rm, none')
ratio(
  'executor (none, its default) ÷ docker run --rm (bridge, its default)',
  'executor, standard, none',
  'docker run --rm, bridge',
)
ratio('executor ÷ docker run --rm (bridge)', 'executor, standard, bridge', 'docker run --rm, bridge')
ratio('executor strict ÷ docker run --rm (none)', 'executor, strict, none', 'docker run --rm, none')
ratio('hardened ÷ unhardened', 'executor, standard, none', 'engine calls, unhardened, none')

/** Of pairs of one round, not of medians. */
function ratio(label: string, ours: Name, theirs: Name): void {
  const mine = totals.get(ours) ?? []
  const pairs = (totals.get(theirs) ?? []).map((ms, round) => (mine[round] ?? NaN) / ms)
  console.log(`${label}: ${quantile(pairs, 0.5).toFixed(2)}`)
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN
}

async function timed<T>(times: Record<string, number>, phase: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  try {
    return await work()
  } finally {
    times[phase] = performance.now() - from
  }
}
