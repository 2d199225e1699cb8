/**
 * `npm run bench -- action [--dist folder] [--rounds N] [--json]`: what loading the packaged Action costs, how soon a new peer is announced,
 * connected and waits with a claim (two processes, a simulated GitHub), and what an idle peer holds in memory. Each figure
 * is given as a multiple of a bare node's in the same run, since a loaded machine slows both; of loading, the processor
 * time too, which others on the machine hardly change.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { openLocalLink } from '../src/app/local-socket.ts'
import { createLogger } from '../src/app/logger.ts'
import { systemClock } from '../src/app/system.ts'
import { startPeerProcess } from '../scripts/demo/peer-process.ts'
import { GitHubServer } from '../test/support/github-server/server.ts'
import { quantile, Report, round as round3 } from './queue/report.ts'

/**
 * Of loading, processor time: on a calm machine the clock shows no more. A machine that is not calm lets this bench go
 * first with: chrt -f 10 npm run bench -- action
 */
const REACH = { mainMs: 400, postMs: 150, joinMs: 1_500, residentMiB: 150 }
const LOOK_MS = 5
const SETTLED_MS = 5_000
const { values } = parseArgs({
  options: {
    dist: { type: 'string', default: new URL('../dist', import.meta.url).pathname },
    rounds: { type: 'string', default: '11' },
    json: { type: 'boolean', default: false },
  },
})
const { dist } = values
const ROUNDS = Number(values.rounds)
const report = new Report(values.json)
const cli = [process.execPath, join(dist, 'cli.js')]

const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-action-'))
const server = await new GitHubServer({ clock: systemClock }).listen()
try {
  const eventFile = join(folder, 'event.json')
  await writeFile(eventFile, JSON.stringify({ repository: { private: true } }))
  const meter = join(folder, 'meter.cjs')
  await writeFile(meter, "process.on('exit', () => require('fs').writeSync(3, JSON.stringify(process.cpuUsage())))")
  const main = [join(dist, 'main.js')]
  // Each is refused, or has nothing to do, before it does anything: what is left is loading.
  const bare = await loadOf(meter, ['-e', '0'], {})
  const refused = await loadOf(meter, main, { INPUT_MODE: 'none' })
  const serving = await loadOf(meter, main, { INPUT_MODE: 'serve', GITHUB_EVENT_PATH: eventFile })
  const post = await loadOf(meter, [join(dist, 'post.js')], {})
  const version = await loadOf(meter, [join(dist, 'cli.js'), '--version'], {})
  reportLoad('action-load-refused', 'load of main, refused input', refused, bare, REACH.mainMs)
  reportLoad('action-load-main', 'load of main, mode serve', serving, bare, REACH.mainMs)
  reportLoad('action-load-post', 'load of post', post, bare, REACH.postMs)
  reportLoad('action-load-cli', 'load of cli --version', version, bare)
  await joining(median(bare.wallsMs))
} finally {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
}

interface Load {
  readonly wallsMs: readonly number[]
  readonly cpuMs: number
}

/** @param meter is loaded first and tells the processor time of the process at its end */
async function loadOf(meter: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Load> {
  const walls: number[] = []
  const cpus: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now()
    const child = spawn(process.execPath, ['--require', meter, ...args], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { HOME: folder, ...env },
    })
    const [told] = await Promise.all([text(child.stdio[3] as Readable), once(child, 'exit')])
    walls.push(performance.now() - startedAt)
    const { user, system } = JSON.parse(told) as NodeJS.CpuUsage
    cpus.push((user + system) / 1000)
  }
  return { wallsMs: walls, cpuMs: median(cpus) }
}

/** Whether others find it, it is connected, and its claim waits at the home: whichever is last. */
async function joining(bare: number): Promise<void> {
  const repository = server.addRepository('octo/runners')
  const token = server.accounts.token(server.accounts.addApp('github-actions'))
  const env = { RUNNER_MESH_GITHUB_TOKEN: token, GITHUB_API_URL: server.url }
  const shared = ['--registry', 'octo/runners', '--listen', '/ip4/127.0.0.1/tcp/0', '--log-level', 'error']
  const stateDir = join(folder, 'home')
  const home = await startPeerProcess({
    args: ['up', '--state-dir', stateDir, '--http', 'off', '--work', 'false', ...shared],
    env,
    cli,
  })
  const keyFile = join(folder, 'mesh.key')
  await copyFile(join(stateDir, 'mesh.key'), keyFile)
  const link = await openLocalLink(join(stateDir, 'peer.sock'), createLogger('silent'))
  const comments = (): number => repository.issues.reduce((sum, { comments: all }) => sum + all.length, 0)
  const until = async (look: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await look())) await systemClock.sleep(LOOK_MS)
  }
  await until(() => comments() === 1)
  const times: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now()
      const worker = await startPeerProcess({
        args: ['worker', '--state-dir', join(folder, `worker-${String(round)}`), '--key-file', keyFile, ...shared],
        env,
        cli,
      })
      await until(async () => comments() === 2 && (await link.call('p2p_taskqueue_status', {})).parked_claims > 0)
      times.push(performance.now() - startedAt)
      if (round === 0) {
        await systemClock.sleep(SETTLED_MS)
        for (const [what, peer] of [
          ['worker', worker],
          ['home', home],
        ] as const) {
          const mib = await residentMiB(peer.child.pid ?? 0)
          report.add(
            { name: `action-resident-${what}`, figure: mib, unit: 'MiB', n: 1 },
            `${`resident, idle ${what}`.padEnd(34)} ${String(mib).padStart(6)} MiB  ${verdict(mib, REACH.residentMiB)}`,
          )
        }
      }
      await worker.stop()
      await until(async () => comments() === 1 && (await link.call('p2p_taskqueue_status', {})).parked_claims === 0)
    }
  } finally {
    await link.close()
    await home.stop()
  }
  const [p50, p99] = [Math.round(median(times)), Math.round(quantile(times, 0.99))]
  const ratio = round3(p50 / bare)
  report.add(
    { name: 'action-join', figure: p50, unit: 'ms', ratio, peer: 'a bare node that starts', n: times.length, p50, p99 },
    `${'start → announced, connected, claim'.padEnd(34)} ${String(p50).padStart(6)} ms   ${verdict(p50, REACH.joinMs)}  (${String(ratio)} × bare node, ${bare.toFixed(0)} ms)`,
  )
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8')
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024)
}

/** Measured by processor time; the time on the clock stands beside it. */
function reportLoad(name: string, what: string, { cpuMs, wallsMs }: Load, bare: Load, reach?: number): void {
  const ratio = round3(cpuMs / bare.cpuMs)
  const within = reach === undefined ? '' : `  ${verdict(cpuMs, reach)} ms`
  const [p50, p99] = [Math.round(median(wallsMs)), Math.round(quantile(wallsMs, 0.99))]
  const peer = `a bare node (${bare.cpuMs.toFixed(0)} ms)`
  report.add(
    { name, figure: Math.round(cpuMs), unit: 'ms of processor time', ratio, peer, n: wallsMs.length, p50, p99 },
    `${what.padEnd(34)} ${cpuMs.toFixed(0).padStart(6)} ms of processor time, ${String(ratio)} × ${peer}${within}  (${String(p50)} ms on the clock)`,
  )
}

function verdict(value: number, reach: number): string {
  return `${value <= reach ? 'within' : 'OVER'} ${String(reach)}`
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
