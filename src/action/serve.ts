/** Mode `serve`: this step works for the mesh until its time is up, it is idle, its tasks are done, or the job is cancelled. */
import { saveState } from '@actions/core'
import { environmentName, loadConfig, type Config } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { startPeer, type Peer } from '../app/peer/start-peer.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import { systemClock } from '../app/system.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { awaitJoin, passPreflight, refuseForGood } from './checks.ts'
import { writeJobSummary, type TaskRow } from './job-summary.ts'
import { writeOutputs } from './outputs.ts'
import { LISTEN } from './peer-settings.ts'
import { STATE, type StepGround } from './step-ground.ts'
import { withoutCommands } from './step-log.ts'

const ROLES = { home: false, worker: true } as const
const RUN_FOR_MS = 5 * MINUTE
const LOOK_MS = SECOND / 4

export async function serve(ground: StepGround): Promise<number> {
  const { log, inputs, program } = ground
  const environment = { [environmentName('listen')]: LISTEN, ...ground.environment, [environmentName('http')]: 'off' }
  const config = loadConfig(environment)
  await passPreflight(ground, config, ROLES)
  saveState(STATE.stateDir, stateDirectory(config))
  const worked: TaskRow[] = []
  const peer = await startPeer(config, ROLES, { log: withoutCommands(createLogger(config.logLevel)), program })
  try {
    const { worker } = peer
    worker?.claims.limit(inputs['max-tasks'] ?? Infinity)
    worker?.onWorked(({ grant, end, durationMs }) => {
      worked.push({
        taskId: grant.task_id,
        what: whatOf(grant.payload) ?? grant.task_type,
        status: end.reason === undefined ? end.status : `${end.status} (${end.reason})`,
        exitCode: end.exitCode,
        where: 'here',
        durationMs,
      })
    })
    const link = await openLocalLink(socketPath(peer.stateDir, config), createLogger('silent'))
    try {
      await log
        .group('runner-mesh: join', () => join(ground, config, peer, link))
        .catch((error: unknown) => {
          // A cancelled step that stops in order has done what it was asked to, however far it had come.
          if (!ground.signal.aborted) throw error
        })
      log.say(`stopping: ${await workUntilDone(ground, config, peer, link, worked)}`)
      const { peers } = await link.call('list_peers', {})
      await writeJobSummary(ground.environment, `runner-mesh: ${peer.runnerName}`, worked, peers)
    } finally {
      await link.close()
    }
  } finally {
    await peer.stop()
    // Attempts that were given back at the end count too.
    writeOutputs({ tasksRun: worked.length })
    saveState(STATE.stopped, 'true')
  }
  return 0
}

async function join(ground: StepGround, config: Config, peer: Peer, link: OperationsLink): Promise<void> {
  const { log } = ground
  writeOutputs({ peerId: peer.mesh.self, stateDir: peer.stateDir })
  log.say(`peer ${peer.mesh.self} (${peer.runnerName}) works for the mesh ${peer.mesh.meshId}`)
  const { connected_peers: peers } = await awaitJoin(ground, config, link)
  writeOutputs({ peers })
}

/** @returns why it ended, for the log */
async function workUntilDone(
  { inputs, signal, log }: StepGround,
  config: Config,
  { worker }: Peer,
  link: OperationsLink,
  worked: readonly TaskRow[],
): Promise<string> {
  const { 'max-tasks': maxTasks, 'idle-seconds': idleSeconds } = inputs
  const isBounded = maxTasks !== undefined || idleSeconds !== undefined
  const runForMs = config.runForMs ?? (isBounded ? Infinity : RUN_FOR_MS)
  const startedAt = systemClock.mono()
  let idleSince = startedAt
  let seen = 0
  const told = new Set<string>()
  for (;;) {
    const now = systemClock.mono()
    const running = worker?.running ?? 0
    for (const { taskId, what, status, durationMs = 0 } of worked.slice(seen))
      log.note(`task ${taskId} (${what}): ${status} after ${(durationMs / SECOND).toFixed(1)} s`)
    if (running > 0 || worked.length > seen) idleSince = now
    seen = worked.length
    if (signal.aborted) return 'the job was cancelled'
    if (now - startedAt >= runForMs) return `its ${String(Math.round(runForMs / SECOND))} s are over`
    if (maxTasks !== undefined && seen >= maxTasks && running === 0) return `its ${String(maxTasks)} tasks are done`
    if (idleSeconds !== undefined && now - idleSince >= idleSeconds * SECOND)
      return `it was idle for ${String(idleSeconds)} s`
    const report = await link.call('p2p_peer_report', {})
    refuseForGood(config, report)
    for (const { source, problem } of report.discovery) {
      if (problem === undefined || told.has(problem)) continue
      told.add(problem)
      log.warn(`${source}: ${problem}`)
    }
    await systemClock.sleep(LOOK_MS, signal).catch(() => undefined)
  }
}

/** The image or repository of a container task. */
function whatOf({ image, repo_url: repository }: Readonly<Record<string, unknown>>): string | undefined {
  return [image, repository].find((name) => typeof name === 'string')
}
