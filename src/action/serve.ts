/** The step's story: join the mesh, work for it until the time is up or the job is cancelled, leave nothing behind. */
import { endGroup, info, saveState, setOutput, startGroup, warning } from '@actions/core'
import { loadConfig, type Environment } from '../app/config.ts'
import { startPeer } from '../app/peer/start-peer.ts'
import { createLogger } from '../app/logger.ts'
import { systemClock } from '../app/system.ts'
import { RunnerMeshError } from '../core/errors.ts'

/** Names of what main tells post. */
const STATE = { stateDir: 'state-dir', peerId: 'peer-id', stopped: 'stopped' } as const

export async function serve(
  environment: Environment,
  program: readonly [string, ...string[]],
  onStop: (stop: (why: string) => void) => void,
): Promise<void> {
  const config = loadConfig(environment)
  if (config.bootstrap.length === 0 && config.registry === 'off') {
    throw new RunnerMeshError(
      'config_invalid',
      'The inputs registry and bootstrap are both empty. Name the repository whose registry the peers share, or the address of a peer; runner-mesh up prints its own.',
    )
  }
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>()
  onStop(stop)
  startGroup('runner-mesh: join')
  const peer = await startPeer(config, { home: false, worker: true }, { log: createLogger(config.logLevel), program })
  setOutput('peer-id', peer.mesh.self)
  saveState(STATE.stateDir, peer.stateDir)
  saveState(STATE.peerId, peer.mesh.self)
  info(`peer ${peer.mesh.self} (${peer.runnerName}) works for the mesh ${peer.mesh.meshId}`)
  endGroup()
  const executor = peer.worker?.status()
  if (executor?.['available'] !== true)
    warning(`No tasks will run here: ${String(executor?.['problem'] ?? 'no engine')}`)
  const runForMs = config.runForMs
  if (runForMs !== undefined) {
    systemClock.after(runForMs, () => {
      stop(`its ${String(runForMs / 1000)} s are over`)
    })
  }
  const why = await stopped
  info(`stopping: ${why}`)
  await peer.stop()
  saveState(STATE.stopped, 'true')
}
