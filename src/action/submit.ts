/**
 * Mode `submit`: one task, run by whoever of the mesh fits. Where a peer of this runner keeps a queue already, it takes
 * the task; otherwise this step is a home of its own for as long as the task lives.
 */
import { saveState } from '@actions/core'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentName, loadConfig } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { startPeer } from '../app/peer/start-peer.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import { systemRandom } from '../app/system.ts'
import { RunnerMeshError } from '../core/errors.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { awaitJoin, passPreflight } from './checks.ts'
import { writeOutputs } from './outputs.ts'
import { LISTEN } from './peer-settings.ts'
import { runTask } from './run-task.ts'
import { STATE, type StepGround } from './step-ground.ts'
import { withoutCommands } from './step-log.ts'

const ROLES = { home: true, worker: false } as const

export async function submit(ground: StepGround): Promise<number> {
  const running = await findRunningHome(ground)
  if (running !== undefined) {
    try {
      ground.log.say('the peer of this runner takes the task')
      return await runTask(ground, running)
    } finally {
      await running.close()
    }
  }
  return submitAlone(ground)
}

/** The peer that an earlier step left in the background, if it keeps a queue. */
async function findRunningHome({
  environment,
  signal,
}: StepGround): Promise<(OperationsLink & { close(): Promise<void> }) | undefined> {
  const config = loadConfig({ ...environment, [environmentName('http')]: 'off' })
  try {
    const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger('silent'))
    const { features } = await link.call('p2p_peer_report', {}, { signal })
    if (features.includes('home')) return link
    await link.close()
  } catch (error) {
    if (!(error instanceof RunnerMeshError) || error.code !== 'peer_unreachable') throw error
  }
  return undefined
}

async function submitAlone(ground: StepGround): Promise<number> {
  const { environment, log, program } = ground
  const folder = `runner-mesh-submit-${Buffer.from(systemRandom.bytes(6)).toString('hex')}`
  const stateDir = join(environment['RUNNER_TEMP'] ?? tmpdir(), folder)
  const config = loadConfig({
    [environmentName('listen')]: LISTEN,
    // It finds others, and is gone in a moment: a comment of its own would be two writes for nothing.
    [environmentName('registry-announce')]: 'false',
    ...environment,
    [environmentName('http')]: 'off',
    [environmentName('work')]: 'false',
    [environmentName('state-dir')]: stateDir,
  })
  if (config.meshKey === undefined && config.meshKeyFile === undefined) {
    throw new RunnerMeshError('config_invalid', 'There is no mesh key. Set the input key to a secret that holds it.')
  }
  await passPreflight(ground, config, ROLES)
  saveState(STATE.stateDir, stateDir)
  const peer = await startPeer(config, ROLES, { log: withoutCommands(createLogger(config.logLevel)), program })
  try {
    const link = await openLocalLink(socketPath(peer.stateDir, config), createLogger('silent'))
    try {
      writeOutputs({ peerId: peer.mesh.self, stateDir })
      const { connected_peers: peers } = await log.group('runner-mesh: join', () => awaitJoin(ground, config, link))
      writeOutputs({ peers })
      return await runTask(ground, link)
    } finally {
      await link.close()
    }
  } finally {
    await peer.stop()
    await rm(stateDir, { recursive: true, force: true })
    saveState(STATE.stopped, 'true')
  }
}
