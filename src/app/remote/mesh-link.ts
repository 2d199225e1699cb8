/**
 * The operations of a peer elsewhere, as a member of its mesh: the command line dials it under an identity of its own that
 * is kept, so that what it submits today is its own tomorrow. A peer has one live connection, so commands of one machine
 * to the same peer share that of the first: it serves the others on a socket beside the identity, as ssh does.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import { loadIdentity } from '../../mesh/identity.ts'
import { createLibp2pMesh } from '../../mesh/libp2p-mesh.ts'
import { createRpcLink } from '../../peers/operations-rpc.ts'
import type { Config } from '../config.ts'
import { createLocalSocket, openLocalLink } from '../local-socket.ts'
import { loadMeshKeys } from '../mesh-keys.ts'
import { makeStateDirectory, socketPath, stateDirectory } from '../state-directory.ts'
import { systemClock, systemRandom } from '../system.ts'

type ClosableLink = OperationsLink & { close(): Promise<void> }

const FOLDER = 'command-line'
const CONNECT_MS = 15 * SECOND
/** How long others that use this connection may take to end when its owner ends. */
const LAST_CALLS_MS = 2 * SECOND
const LOOK_MS = 50
/** Between two calls of a command. */
const QUIET_LOOKS = 6

/**
 * @param address a multiaddr that ends in /p2p/<peer id>
 * @throws RunnerMeshError peer_unreachable, not_admitted; config_invalid without a mesh key
 */
export async function openMeshLink(address: string, config: Config, log: Logger): Promise<ClosableLink> {
  const folder = join(stateDirectory(config), FOLDER)
  await makeStateDirectory(folder)
  const path = socketPath(folder, config, `${createHash('sha256').update(address).digest('hex').slice(0, 16)}.sock`)
  const shared = await openLocalLink(path, log).catch(() => undefined)
  if (shared !== undefined) return shared
  const { mesh, link } = await dial(address, folder, config, log)
  const sharing = new SharedLink(link)
  const socket = createLocalSocket(path, sharing.operations, log)
  // Without a socket the others cannot join; this command can go on.
  await socket.start().catch((cause: unknown) => log.debug('command_line.not_shared', { cause }))
  return {
    ...link,
    close: async () => {
      await sharing.rest(LAST_CALLS_MS)
      await socket.stop()
      await link.close()
      await mesh.stop()
    },
  }
}

async function dial(address: string, folder: string, config: Config, log: Logger) {
  const meshKeys = await loadMeshKeys({ config, stateDir: stateDirectory(config), make: false, random: systemRandom })
  const identity = await loadIdentity({ stateDir: folder, random: systemRandom })
  const mesh = await createLibp2pMesh({
    ...{ identity, meshKeys, listen: [], announce: [], clock: systemClock, random: systemRandom, log },
    hello: () => ({ homes: [], features: [], runnerName: 'command line' }),
  })
  const met = Promise.withResolvers<ClosableLink>()
  mesh.onPeer(({ peer, homes }, channel) => {
    if (address.endsWith(`/p2p/${peer}`)) met.resolve(createRpcLink(channel, { peer, homes }, { log }))
  })
  await mesh.start()
  const over = new AbortController()
  try {
    mesh.addTarget(address, 'command line')
    return { mesh, link: await Promise.race([met.promise, watch(mesh, over.signal)]) }
  } catch (thrown) {
    await mesh.stop()
    throw thrown
  } finally {
    over.abort()
  }
}

/** Ends only by saying why the peer was not met: at once when it refuses this machine, else when time is over. */
async function watch(mesh: Mesh, signal: AbortSignal): Promise<never> {
  const until = systemClock.mono() + CONNECT_MS
  for (;;) {
    await systemClock.sleep(LOOK_MS, signal)
    const [target] = mesh.targets()
    const { lastErrorCode: code, lastError = 'It does not answer.' } = target ?? {}
    // A first dial that failed is told at once; waiting for a peer to come back is what the caller does.
    if (code !== undefined) throw new RunnerMeshError(code, lastError)
    if (systemClock.mono() > until) throw new RunnerMeshError('peer_unreachable', lastError)
  }
}

/** The same operations for other processes of this user, by way of this one. */
class SharedLink {
  readonly #link: OperationsLink
  #open = 0
  #isShared = false

  constructor(link: OperationsLink) {
    this.#link = link
  }

  readonly operations: Pick<Operations, 'invoke'> = {
    invoke: (name, input, { signal, progress: onProgress }) => {
      const call = this.#link.call(name as 'list_peers', input as Record<string, never>, { signal, onProgress })
      this.#isShared = true
      this.#open += 1
      return call.finally(() => {
        this.#open -= 1
      })
    },
  }

  /** Resolves when nobody has used the link for a moment, or after `ms`. */
  async rest(ms: number): Promise<void> {
    const until = systemClock.mono() + ms
    let quiet = 0
    while (this.#isShared && quiet < QUIET_LOOKS && systemClock.mono() < until) {
      await systemClock.sleep(LOOK_MS)
      quiet = this.#open === 0 ? quiet + 1 : 0
    }
  }
}
