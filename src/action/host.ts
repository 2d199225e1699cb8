/** Mode `host`: the peer that is installed on this machine as a service, asked through its socket. */
import { access } from 'node:fs/promises'
import { environmentName, loadConfig, type Environment } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { SERVICE_STATE_DIR } from '../app/system-service/service-paths.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { writeJobSummary } from './job-summary.ts'
import { writeOutputs } from './outputs.ts'
import { runTask } from './run-task.ts'
import type { StepGround } from './step-ground.ts'

/** @throws RunnerMeshError peer_unreachable when there is none */
export async function host(ground: StepGround, stateDirGiven: string): Promise<number> {
  const config = loadConfig(await withServiceDirectory(ground.environment, stateDirGiven))
  const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger('silent'))
  try {
    await report(ground, link, stateDirectory(config))
    const { image, repository } = ground.inputs
    if (image === undefined && repository === undefined) {
      const { peers } = await link.call('list_peers', {})
      await writeJobSummary(ground.environment, 'runner-mesh: the peer of this machine', [], peers)
      return 0
    }
    return await runTask(ground, link)
  } finally {
    await link.close()
  }
}

async function report({ log, signal }: StepGround, link: OperationsLink, stateDir: string): Promise<void> {
  const {
    peer_id: peerId,
    runner_name: name,
    connected_peers: peers,
    discovery,
    executor,
  } = await link.call('p2p_peer_report', {}, { signal })
  writeOutputs({ peerId, stateDir, peers })
  log.note(`peer ${peerId} (${name}) is connected with ${String(peers)} others`)
  for (const { source, problem } of discovery) if (problem !== undefined) log.warn(`${source}: ${problem}`)
  const problem = executor['problem']
  if (typeof problem === 'string') log.note(`it runs no tasks itself: ${problem}`)
}

/** What the input says; else the folder of the service, else the one of a peer started by hand. */
async function withServiceDirectory(environment: Environment, given: string): Promise<Environment> {
  const name = environmentName('state-dir')
  if (given !== '') return { ...environment, [name]: given }
  try {
    await access(SERVICE_STATE_DIR)
    return { ...environment, [name]: SERVICE_STATE_DIR }
  } catch {
    return { ...environment, [name]: undefined }
  }
}
