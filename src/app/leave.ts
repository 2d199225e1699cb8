/** For a peer that was killed: what it could not take with it is taken away. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RunnerMeshError } from '../core/errors.ts'
import type { PeerId } from '../core/ids.ts'
import { SECOND } from '../core/lease.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { OwnComment } from '../github/own-comment.ts'
import { RememberedRegistry } from '../github/registry-memory.ts'
import { IDENTITY_FILE, loadIdentity } from '../mesh/identity.ts'
import { isDirectoryHeld } from '../store/sqlite/directory-lock.ts'
import type { Config } from './config.ts'
import { createGitHubClient, findRepository, memoryFile, REGISTRY_MEMORY_FILE } from './github-registry.ts'
import { removeLeftContainers } from './leftovers.ts'
import { createLogger } from './logger.ts'
import { stateDirectory } from './state-directory.ts'
import { systemClock, systemRandom } from './system.ts'

const GITHUB_MS = 10 * SECOND

export interface Left {
  readonly containers: number
  readonly comments: number
}

/**
 * @returns what was taken away
 * @throws RunnerMeshError home_locked while the peer is running, and what GitHub refuses
 */
export async function leaveForPeer(config: Config): Promise<Left> {
  const stateDir = stateDirectory(config)
  // It never came as far as having a name.
  if (!existsSync(join(stateDir, IDENTITY_FILE))) return { containers: 0, comments: 0 }
  if (isDirectoryHeld(stateDir)) {
    throw new RunnerMeshError('home_locked', `A peer is running on ${stateDir}. Stop it; it takes all its own with it.`)
  }
  const identity = await loadIdentity({ stateDir, random: systemRandom })
  const containers = await removeLeftContainers(config, identity.peer)
  return { containers, comments: await withdrawComments(config, stateDir, identity.peer) }
}

async function withdrawComments(config: Config, stateDir: string, self: PeerId): Promise<number> {
  const repository = findRepository(config)
  if (repository === undefined) return 0
  const place = memoryFile(join(stateDir, REGISTRY_MEMORY_FILE), systemRandom, createLogger(config.logLevel))
  const memory = new RememberedRegistry(place)
  await memory.load()
  const client = createGitHubClient(config, systemClock, () => 0)
  const { registryApps: trustedApps, registryMarker: marker } = config
  const own = new OwnComment({ client, repository, self, trustedApps, marker, memory })
  const late = () => new RunnerMeshError('timeout', 'GitHub did not answer within 10 s; the comment expires by itself.')
  using limit = new TimeLimit(systemClock, GITHUB_MS, late)
  return await own.removeAll(limit.signal)
}
