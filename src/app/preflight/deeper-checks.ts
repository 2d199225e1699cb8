/** What `doctor` looks at beside the checks that every start makes: it may take seconds, and still changes nothing. */
import { lookup } from 'node:dns/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorText, toRunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import { loadIdentity } from '../../mesh/identity.ts'
import { createLibp2pMesh } from '../../mesh/libp2p-mesh.ts'
import type { Config } from '../config.ts'
import { openLocalLink } from '../local-socket.ts'
import { createLogger } from '../logger.ts'
import { loadMeshKeys } from '../mesh-keys.ts'
import type { PeerRoles } from '../peer/ground.ts'
import { socketPath, stateDirectory } from '../state-directory.ts'
import { systemClock, systemRandom } from '../system.ts'
import type { CheckResult } from './check.ts'
import { tryConnect, type Place } from './network-checks.ts'

/** Where images without a registry in their name come from. */
export const DOCKER_HUB: Place = { host: 'registry-1.docker.io', port: 443 }
const DEFAULT_PORT = 9720
const HANDSHAKE_MS = 6 * SECOND
const LOOK_MS = 50

/** @returns undefined when no peer runs on this state directory */
export async function checkRunning(config: Config): Promise<CheckResult | undefined> {
  try {
    const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger('silent'))
    const { version, connected_peers: peers } = await link.call('p2p_taskqueue_status', {})
    await link.close()
    return {
      ...{ name: 'peer', state: 'ok' },
      detail: `One runs here already (${version}, connected with ${String(peers)}).`,
    }
  } catch {
    return undefined
  }
}

/** Whether what `up` would listen on is free. Nothing stays open. */
export async function checkPorts(config: Config, roles: PeerRoles): Promise<readonly CheckResult[]> {
  const defaultPeers = roles.home
    ? [{ host: '0.0.0.0', port: DEFAULT_PORT, flag: 'listen /ip4/0.0.0.0/tcp/<port>' }]
    : []
  const peers =
    config.listen.length === 0
      ? defaultPeers
      : config.listen.flatMap((address) => {
          const [, host, port] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/.exec(address) ?? []
          return host === undefined ? [] : [{ host, port: Number(port), flag: 'listen /ip4/0.0.0.0/tcp/<port>' }]
        })
  const colon = config.http.lastIndexOf(':')
  const http =
    config.http === 'off' || !roles.home
      ? []
      : [
          {
            host: config.http.slice(0, colon).replaceAll(/[[\]]/g, ''),
            port: Number(config.http.slice(colon + 1)),
            flag: 'http <host>:<port>',
          },
        ]
  const results = await Promise.all(
    [...peers, ...http].map(async ({ host, port, flag }): Promise<CheckResult> => {
      const [name, where] = ['port', `${host}:${String(port)}`]
      const problem = await tryListen({ host, port })
      if (problem === undefined) return { name, state: 'ok', detail: `${where} is free.` }
      const isTaken = problem === 'EADDRINUSE'
      return {
        ...{ name, state: 'error', code: isTaken ? 'address_in_use' : 'config_invalid' },
        detail: isTaken ? `Another process listens on ${where}.` : `Nothing can listen on ${where} (${problem}).`,
        fix: `Find it with: ss -ltnp 'sport = :${String(port)}' — stop it, or choose another with --${flag}.`,
      }
    }),
  )
  return results
}

async function tryListen({ host, port }: Place): Promise<string | undefined> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  server.once('error', (cause) => resolve('code' in cause ? String(cause.code) : cause.message))
  server.listen(port, host, () => resolve(undefined))
  const problem = await promise
  if (problem === undefined) await new Promise<void>((closed) => server.close(() => closed()))
  return problem
}

/** Opens a connection to each named peer under a name that is forgotten afterwards: only then a wrong mesh key shows. */
export async function checkMembership(config: Config, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const name = 'membership'
  if (config.bootstrap.length === 0) return []
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-doctor-'))
  try {
    const mesh = await createLibp2pMesh({
      identity: await loadIdentity({ stateDir: folder, random: systemRandom }),
      meshKeys: await loadMeshKeys({ config, stateDir: stateDirectory(config), make: false, random: systemRandom }),
      listen: [],
      announce: [],
      hello: () => ({ homes: [], features: [], runnerName: 'doctor' }),
      clock: systemClock,
      random: systemRandom,
      log: createLogger('silent'),
    })
    await mesh.start()
    try {
      for (const address of config.bootstrap) mesh.addTarget(address, 'doctor')
      const until = systemClock.mono() + HANDSHAKE_MS
      const isOpen = (): boolean =>
        mesh.targets().some(({ state, lastErrorCode }) => state !== 'connected' && lastErrorCode === undefined)
      while (isOpen() && systemClock.mono() < until) await systemClock.sleep(LOOK_MS, signal)
      const targets = mesh.targets()
      const refused = targets.filter(({ lastErrorCode }) => lastErrorCode === 'not_admitted')
      const met = targets.filter(({ state }) => state === 'connected').length
      if (refused.length === 0)
        return met === 0 ? [] : [{ name, state: 'ok', detail: `${String(met)} peers take this one as a member.` }]
      return refused.map(({ address, lastError = '' }) => ({
        ...{ name, state: 'error', code: 'not_admitted' },
        detail: `The peer at ${address} refuses this one. ${lastError}`,
        fix: 'Copy mesh.key of a member again and name it with --key-file (or RUNNER_MESH_KEY); see also: runner-mesh peers revoked, there.',
      }))
    } finally {
      await mesh.stop()
    }
  } catch (thrown) {
    const { code, message } = toRunnerMeshError(thrown)
    // No key, or one that is none, is told by its own check.
    if (code === 'config_invalid') return []
    return [{ name, state: 'warning', code, detail: message, fix: 'Try again; if it stays, name another address.' }]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Names first, then the way: they have different fixes. */
export async function checkImageRegistry({ host, port }: Place, signal: AbortSignal): Promise<CheckResult> {
  try {
    await lookup(host)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : errorText(cause)
    return {
      ...{ name: 'dns', state: 'warning', code: 'peer_unreachable' },
      detail: `The name ${host} leads nowhere (${why}).`,
      fix: 'Look at /etc/resolv.conf and at what answers DNS for this machine; images that are present run all the same.',
    }
  }
  const name = 'images'
  const where = `${host}:${String(port)}`
  const problem = await tryConnect({ host, port }, signal)
  if (problem === undefined) return { name, state: 'ok', detail: `${where} answers.` }
  return {
    ...{ name, state: 'warning', code: 'peer_unreachable' },
    detail: `The registry ${where} does not answer (${problem}).`,
    fix: 'Open the way to it, or set a mirror in /etc/docker/daemon.json; images that are present run all the same.',
  }
}
