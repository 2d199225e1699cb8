/** Opens the registry for the command line: with this machine's mesh key, its token and its memory. */
import { join } from 'node:path'
import { RunnerMeshError } from '../core/errors.ts'
import { RegistryDesk } from '../github/registry-desk.ts'
import { RememberedRegistry } from '../github/registry-memory.ts'
import { createAnnouncementSeal } from '../mesh/announcement-seal.ts'
import { createEnvelopeSigner } from '../mesh/envelope-signer.ts'
import { loadIdentity } from '../mesh/identity.ts'
import type { Config } from './config.ts'
import {
  createGitHubClient,
  findRepository,
  memoryFile,
  REGISTRY_MEMORY_FILE,
  timeOfGitHub,
} from './github-registry.ts'
import { createLogger } from './logger.ts'
import { loadMeshKeys } from './mesh-keys.ts'
import { stateDirectory } from './state-directory.ts'
import { systemClock, systemRandom } from './system.ts'

export interface OpenRegistry {
  readonly desk: RegistryDesk
  /** Who writes this peer's comment, as far as it is remembered. */
  readonly author: string | undefined
}

/** @throws RunnerMeshError config_invalid without registry, mesh key or token */
export async function openRegistry(config: Config): Promise<OpenRegistry> {
  const repository = findRepository(config)
  if (repository === undefined) {
    throw new RunnerMeshError('config_invalid', 'No registry is set. Name its repository: --registry owner/repository')
  }
  const stateDir = stateDirectory(config)
  const meshKeys = await loadMeshKeys({ config, stateDir, make: false, random: systemRandom })
  const client = createGitHubClient(config, systemClock, () => 0)
  const log = createLogger('silent')
  const memory = new RememberedRegistry(memoryFile(join(stateDir, REGISTRY_MEMORY_FILE), systemRandom, log))
  await memory.load()
  const signer = createEnvelopeSigner(await loadIdentity({ stateDir, random: systemRandom }))
  const desk = new RegistryDesk({
    client,
    repository,
    title: config.registryIssueTitle,
    trustedApps: config.registryApps,
    marker: config.registryMarker,
    seal: createAnnouncementSeal({ signer, meshKeys, clock: timeOfGitHub(client, systemClock) }),
    log,
  })
  return { desk, author: memory.value.author }
}
