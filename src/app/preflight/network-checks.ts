/** What must be reachable: GitHub, with this token, and the peers that were named by address. */
import { connect } from 'node:net'
import { SECOND } from '../../core/lease.ts'
import { toRunnerMeshError, type ErrorCode } from '../../core/errors.ts'
import { REGISTRY_LABEL } from '../../github/registry-issue.ts'
import type { Config } from '../config.ts'
import { createGitHubClient, findRepository } from '../github-registry.ts'
import { systemClock } from '../system.ts'
import type { CheckResult } from './check.ts'

const CONNECT_TIMEOUT_MS = 3 * SECOND
/** Announcements are dated by GitHub's clock; beyond this a wrong one is worth a word all the same. */
const WORTH_TELLING_MS = 60 * SECOND

/** One request: whether this token may see the issues of the registry's repository. It also tells GitHub's time. */
export async function checkGitHub(config: Config, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const repository = findRepository(config)
  if (repository === undefined) return []
  const name = 'registry'
  try {
    const client = createGitHubClient(config, systemClock, () => 0)
    await client.listIssues(repository, REGISTRY_LABEL, signal)
    return [checkScopes(client.scopes(), config), checkClock(client.now() - systemClock.now())]
  } catch (thrown) {
    const { code, message, retryable } = toRunnerMeshError(thrown)
    // What GitHub will answer later is no reason not to start.
    const state = retryable ? 'warning' : 'error'
    return [{ name, state, code, detail: message, fix: registryFix(config, code) }]
  }
}

function registryFix({ registry }: Config, code: ErrorCode): string {
  if (code === 'unauthorized')
    return 'The token of a job ends with the job; in a workflow its own one is enough, with "permissions: issues: write".'
  if (code === 'forbidden' || code === 'config_invalid')
    return `The job that uses ${registry} as its registry needs "permissions: issues: write" there.`
  return 'Look for a proxy, a firewall or DNS between this machine and GitHub; peers that were met before are found without it.'
}

/** A classic token tells its scopes; of others GitHub tells what they may only when they write. */
export function checkScopes(
  scopes: readonly string[] | undefined,
  { registry, registryAnnounce }: Config,
): CheckResult {
  const name = 'registry'
  if (scopes === undefined || !registryAnnounce || scopes.includes('repo') || scopes.includes('public_repo'))
    return { name, state: 'ok', detail: `The token reads the issues of ${registry}.` }
  const has = scopes.length === 0 ? 'none' : scopes.join(', ')
  return {
    ...{ name, state: 'error', code: 'forbidden' },
    detail: `The token may not write comments on issues of ${registry}: its scopes are ${has}.`,
    fix: 'Give it the scope repo (public_repo is enough for a public repository), or use a fine-grained one with issues: write.',
  }
}

/** @param aheadMs by how much GitHub's clock is ahead of this machine's */
export function checkClock(aheadMs: number): CheckResult {
  const name = 'clock'
  if (Math.abs(aheadMs) < WORTH_TELLING_MS)
    return { name, state: 'ok', detail: 'It agrees with GitHub’s within a minute.' }
  const direction = aheadMs > 0 ? 'behind' : 'ahead of'
  return {
    ...{ name, state: 'warning', code: 'config_invalid' },
    detail: `This machine is ${String(Math.round(Math.abs(aheadMs) / SECOND))} s ${direction} GitHub.`,
    fix: 'Set its clock by NTP: leases do not need it, certificates and the times people read do.',
  }
}

/** Whether anything listens at the addresses that were named. */
export async function checkBootstrap(config: Config, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const targets = config.bootstrap.map((address) => ({ address, place: placeOf(address) }))
  const tried = await Promise.all(
    targets.map(async ({ address, place }) => ({
      address,
      problem: place === undefined ? undefined : await tryConnect(place, signal),
    })),
  )
  const closed = tried.filter(({ problem }) => problem !== undefined)
  if (closed.length === 0) {
    const detail = `${String(tried.length)} of ${String(tried.length)} addresses answer.`
    return tried.length === 0 ? [] : [{ name: 'bootstrap', state: 'ok', detail }]
  }
  const isOnlyWay = closed.length === tried.length && config.registry === 'off' && config.registryDir === undefined
  return closed.map(({ address, problem }) => ({
    ...{ name: 'bootstrap', code: 'peer_unreachable' },
    state: isOnlyWay && !config.mdns ? 'error' : 'warning',
    detail: `Nothing answers at ${address} (${problem ?? ''}).`,
    fix: 'Start the peer there, open its port in the firewall, or name another address.',
  }))
}

export interface Place {
  readonly host: string
  readonly port: number
}

/** The first hop of a multiaddr that begins with TCP; others are the mesh's to try. */
function placeOf(address: string): Place | undefined {
  const [, host, port] = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)(?:\/|$)/.exec(address) ?? []
  return host === undefined ? undefined : { host, port: Number(port) }
}

/** @returns why not, or undefined when something accepted the connection */
export async function tryConnect({ host, port }: Place, signal: AbortSignal): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const socket = connect({ host, port })
  const giveUp = (): void => {
    resolve('given up')
  }
  signal.addEventListener('abort', giveUp)
  const cancelTimer = systemClock.after(CONNECT_TIMEOUT_MS, () => {
    resolve('no answer within 3 s')
  })
  socket.once('connect', () => {
    resolve(undefined)
  })
  socket.once('error', (cause) => {
    resolve('code' in cause ? String(cause.code) : cause.message)
  })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', giveUp)
    cancelTimer()
    socket.destroy()
  }
}
