/**
 * What a container task costs, phase by phase: through the mesh (submit on one peer, run by another process, result back),
 * by our executor alone, by the engine's bare calls, and by `docker run --rm` of the same image on the same machine; and what
 * hardening costs. Rounds are interleaved, so that a busy moment hits every contestant.
 *
 * `npm run bench -- container [rounds] [--quick] [--json]` (30; quick: 6)
 */
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import type { RunPhases } from '../src/core/ports/executor.ts'
import { BUSYBOX, docker, newExecutor, prepareBusybox, runToEnd } from '../test/support/container-runs.ts'
import { startMeshPair } from './task/mesh-pair.ts'

const run = promisify(execFile)
const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const rounds = Number(positionals[0] ?? (values.quick ? 6 : 30))
await prepareBusybox()
await using peers = await startMeshPair()
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

/** The bytes are the same; what is around the phases is the mesh and the queue. */
const throughMesh: Contestant = async (times) => {
  const { ms, phases } = await peers.run(BUSYBOX)
  Object.assign(times, phases, { around_ms: ms - Object.values(phases).reduce((sum, phase) => sum + phase, 0) })
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
  'task through the mesh, none': throughMesh,
  'executor, standard, none': ours({}),
  'executor, standard, bridge': ours({ network: 'bridge' }),
  'executor, strict, none': ours({ profile: 'strict' }),
  'engine calls, unhardened, none': bareEngine,
} satisfies Record<string, Contestant>
type Name = keyof typeof CONTESTANTS

const totals = new Map<Name, number[]>()
const phases = new Map<Name, Record<string, number>[]>()

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

const PHASES = ['pull_ms', 'create_ms', 'start_ms', 'run_ms', 'collect_ms', 'around_ms'] as const

interface Ratio {
  readonly name: string
  readonly label: string
  readonly ours: Name
  readonly theirs: Name
  /** What is compared; the whole run when unset. */
  readonly of?: (name: Name) => readonly number[]
}

const mesh = 'task through the mesh, none'
const standard = 'executor, standard, none'
const unhardened = 'engine calls, unhardened, none'
const [bridge, none] = ['docker run --rm, bridge', 'docker run --rm, none'] as const
const RATIOS: readonly Ratio[] = [
  { name: 'mesh-to-docker-run', label: 'task through the mesh ÷ docker run --rm (none)', ours: mesh, theirs: none },
  {
    name: 'mesh-to-docker-run-as-they-come',
    label: 'task through the mesh (none, its default) ÷ docker run --rm (bridge, its default)',
    ...{ ours: mesh, theirs: bridge },
  },
  { name: 'executor-to-docker-run', label: 'executor ÷ docker run --rm (none)', ours: standard, theirs: none },
  {
    name: 'executor-to-docker-run-bridge',
    label: 'executor ÷ docker run --rm (bridge)',
    ...{ ours: 'executor, standard, bridge', theirs: bridge },
  },
  {
    name: 'executor-strict-to-docker-run',
    label: 'executor strict ÷ docker run --rm (none)',
    ...{ ours: 'executor, strict, none', theirs: none },
  },
  { name: 'hardened', label: 'hardened ÷ unhardened, whole run', ours: standard, theirs: unhardened },
  {
    name: 'hardened-start',
    label: 'hardened ÷ unhardened, create and start',
    ...{ ours: standard, theirs: unhardened, of: startOf },
  },
]

if (values.json) {
  for (const { name, ours: mine, theirs, of = wholeOf } of RATIOS) {
    const line = {
      ...{ name: `container-${name}`, ratio: ratioOf(mine, theirs, of), peer: theirs, unit: 'ms', n: rounds },
      ...{ p50: Math.round(quantile(of(mine), 0.5)), peer_p50: Math.round(quantile(of(theirs), 0.5)) },
      phases: Object.fromEntries(phasesOf(mine)),
      machine: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
    }
    console.log(JSON.stringify(line))
  }
} else {
  console.log(`${rounds} interleaved rounds, milliseconds: median (p90)\n`)
  for (const [name, all] of totals) {
    const parts = phasesOf(name).map(([phase, ms]) => `${phase.replace('_ms', '')} ${String(ms)}`)
    const whole = `${quantile(all, 0.5).toFixed(0)} (${quantile(all, 0.9).toFixed(0)})`
    console.log(`${name.padEnd(32)} ${whole}  ${parts.join(' · ')}`.trimEnd())
  }
  console.log()
  for (const { label, ours: mine, theirs, of = wholeOf } of RATIOS)
    console.log(`${label}: ${ratioOf(mine, theirs, of).toFixed(2)}`)
}

/** Medians of those phases that the contestant tells. */
function phasesOf(name: Name): (readonly [string, number])[] {
  return PHASES.flatMap((phase) => {
    const all = (phases.get(name) ?? []).flatMap((times) => times[phase] ?? [])
    return all.length === 0 ? [] : [[phase, Math.round(quantile(all, 0.5))] as const]
  })
}

/** The median of pairs of one round, not a ratio of medians. */
function ratioOf(mine: Name, theirs: Name, of: (name: Name) => readonly number[]): number {
  const ours = of(mine)
  const pairs = of(theirs).map((ms, round) => (ours[round] ?? NaN) / ms)
  return Number(quantile(pairs, 0.5).toFixed(3))
}

function wholeOf(name: Name): readonly number[] {
  return totals.get(name) ?? []
}

function startOf(name: Name): readonly number[] {
  return (phases.get(name) ?? []).map(({ create_ms: create = NaN, start_ms: start = NaN }) => create + start)
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
