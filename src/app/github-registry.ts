/** The registry on a GitHub issue, put together as the configuration says. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { AnnouncementSeal, Discovery } from '../core/ports/discovery.ts'
import type { Mesh } from '../core/ports/mesh.ts'
import { GitHubClient, type RepositoryName } from '../github/github-client.ts'
import { GitHubRequests } from '../github/github-requests.ts'
import { createIssueRegistry } from '../github/issue-registry.ts'
import { spreadMs } from '../github/refresh-plan.ts'
import type { MemoryPlace } from '../github/registry-memory.ts'
import { RequestPace, type Budget } from '../github/request-pace.ts'
import type { Config } from './config.ts'
import { findPublicIp, interfaceAddresses } from './detection/public-ip.ts'
import { VERSION } from './version.ts'

export interface GitHubRegistryDeps {
  readonly config: Config
  readonly stateDir: string
  readonly mesh: Mesh
  /** Announcements are dated by GitHub's clock, which all peers share. */
  readonly sealBy: (clock: Clock) => AnnouncementSeal
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Told after each answer of GitHub. */
  readonly sawBudget?: (budget: Budget) => void
}

export const GITHUB_API_URL = 'https://api.github.com'
export const REGISTRY_MEMORY_FILE = 'registry.json'

/** @throws RunnerMeshError config_invalid without a token */
export function createGitHubRegistry(deps: GitHubRegistryDeps): Discovery | undefined {
  const { config, stateDir, mesh, sealBy, clock, random, log } = deps
  const repository = findRepository(config)
  if (repository === undefined) return undefined
  const spread = (): number => spreadMs(mesh.self, Math.max(config.registryFleetSize, mesh.peers().length + 1))
  const client = createGitHubClient(config, clock, spread, deps.sawBudget)
  const stopping = new AbortController()
  let publicIp: string | undefined
  const registry = createIssueRegistry({
    client,
    repository,
    title: config.registryIssueTitle,
    trustedApps: config.registryApps,
    fleetSize: config.registryFleetSize,
    marker: config.registryMarker,
    expiryMs: config.registryExpiryMs,
    announces: config.registryAnnounce,
    seal: sealBy(timeOfGitHub(client, clock)),
    mesh,
    publicIp: () => publicIp,
    onVisibility: config.publicIp === undefined ? (isPrivate) => void (isPrivate ? detect() : undefined) : undefined,
    memory: memoryFile(join(stateDir, REGISTRY_MEMORY_FILE), random, log),
    clock,
    random,
    log,
  })
  const detect = async (): Promise<void> => {
    const sources = {
      interfaces: interfaceAddresses,
      cloudMetadataUrl: config.cloudMetadataUrl,
      services: config.publicIpServices,
    }
    publicIp = await findPublicIp({ sources, clock, signal: stopping.signal })
    log.debug('public_ip.found', { publicIp })
    if (publicIp !== undefined) mesh.sawPublicIp(publicIp)
    registry.announceAgain()
  }
  if (config.publicIp !== 'auto' && config.publicIp !== 'off') publicIp = config.publicIp
  return {
    source: registry.source,
    onFound: (found) => registry.onFound(found),
    announce: (self) => registry.announce(self),
    problem: () => registry.problem(),
    problemCode: () => registry.problemCode(),
    start: async () => {
      await registry.start()
      if (config.publicIp === 'auto') void detect()
    },
    stop: async () => {
      stopping.abort(new Error('this peer is stopping'))
      await registry.stop()
    },
  }
}

/** @throws RunnerMeshError config_invalid without a token */
export function createGitHubClient(
  config: Config,
  clock: Clock,
  spread: () => number,
  sawBudget?: (budget: Budget) => void,
): GitHubClient {
  const requests = createGitHubRequests(config, clock, spread, sawBudget)
  if (requests !== undefined) return new GitHubClient(requests)
  throw new RunnerMeshError(
    'config_invalid',
    'The registry needs a token for GitHub. Set RUNNER_MESH_GITHUB_TOKEN (or GITHUB_TOKEN) to one with issues: write, or switch it off with --registry off.',
  )
}

/** @returns undefined without a token */
export function createGitHubRequests(
  config: Config,
  clock: Clock,
  spread: () => number,
  sawBudget?: (budget: Budget) => void,
): GitHubRequests | undefined {
  const token = config.githubToken ?? config.surroundings.githubToken
  if (token === undefined || token === '') return undefined
  return new GitHubRequests({
    token,
    apiUrl: config.githubApiUrl ?? config.surroundings.githubApiUrl ?? GITHUB_API_URL,
    userAgent: `runner-mesh/${VERSION}`,
    pace: new RequestPace({ clock, spreadMs: spread, ...(sawBudget === undefined ? {} : { sawBudget }) }),
    clock,
  })
}

export function findRepository({ registry }: Config): RepositoryName | undefined {
  const [owner = '', repo] = registry.split('/')
  return repo === undefined ? undefined : { owner, repo }
}

export function timeOfGitHub(client: GitHubClient, clock: Clock): Clock {
  return {
    now: () => client.now(),
    mono: () => clock.mono(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    after: (ms, callback) => clock.after(ms, callback),
  }
}

/** Losing it costs requests to GitHub, no more: what goes wrong with it is told and passed over. */
export function memoryFile(path: string, random: Random, log: Logger): MemoryPlace {
  return {
    load: async () => {
      try {
        return JSON.parse(await readFile(path, 'utf8')) as unknown
      } catch (error) {
        if (!isMissing(error)) log.warn('registry.memory_unreadable', { path, error: errorText(error) })
        return undefined
      }
    },
    save: async (value) => {
      const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}`
      try {
        await writeFile(temporary, `${JSON.stringify(value)}\n`, { flag: 'wx', mode: 0o600 })
        await rename(temporary, path)
      } catch (error) {
        log.warn('registry.memory_unwritable', { path, error: errorText(error) })
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}
