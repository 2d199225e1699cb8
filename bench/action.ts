/**
 * `npm run bench -- action [bundle folder]`: how long the packaged Action takes to load, how soon a new peer is announced,
 * connected and waits with a claim (two processes, a simulated GitHub), and what an idle peer holds in memory. Each time
 * is given beside that of a bare node in the same run, since a loaded machine slows both.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLocalLink } from '../src/app/local-socket.ts'
import { createLogger } from '../src/app/logger.ts'
import { systemClock } from '../src/app/system.ts'
import { startPeerProcess } from '../scripts/demo/peer-process.ts'
import { GitHubServer } from '../test/support/github-server/server.ts'

const REACH = { mainMs: 400, postMs: 150, joinMs: 1_500, residentMiB: 150 }
const ROUNDS = 11
const LOOK_MS = 5
const SETTLED_MS = 5_000
const dist = process.argv[2] ?? new URL('../dist', import.meta.url).pathname
const cli = [process.execPath, join(dist, 'cli.js')]

const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-action-'))
const server = await new GitHubServer({ clock: systemClock }).listen()
try {
  const bare = await loadOf(['-e', '0'], {})
  // Refused before it does anything: what is left is loading.
  report('load of main', await loadOf([join(dist, 'main.js')], { INPUT_MODE: 'none' }), REACH.mainMs, bare)
  report('load of post', await loadOf([join(dist, 'post.js')], {}), REACH.postMs, bare)
  await joining(bare)
} finally {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
}

async function loadOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now()
    await once(spawn(process.execPath, args, { stdio: 'ignore', env: { HOME: folder, ...env } }), 'exit')
    times.push(performance.now() - startedAt)
  }
  return median(times)
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
        const mib = await residentMiB(worker.child.pid ?? 0)
        console.log(
          `${'resident, idle worker'.padEnd(34)} ${String(mib).padStart(6)} MiB  ${verdict(mib, REACH.residentMiB)}`,
        )
      }
      await worker.stop()
      await until(async () => comments() === 1 && (await link.call('p2p_taskqueue_status', {})).parked_claims === 0)
    }
  } finally {
    await link.close()
    await home.stop()
  }
  report('start → announced, connected, claim', median(times), REACH.joinMs, bare)
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8')
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024)
}

function report(what: string, ms: number, reach: number, bare: number): void {
  const ratio = (ms / bare).toFixed(1)
  console.log(
    `${what.padEnd(34)} ${ms.toFixed(0).padStart(6)} ms   ${verdict(ms, reach)}  (${ratio} × bare node, ${bare.toFixed(0)} ms)`,
  )
}

function verdict(value: number, reach: number): string {
  return `${value <= reach ? 'within' : 'OVER'} ${String(reach)}`
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
