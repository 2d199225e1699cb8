/**
 * The parts of a peer and how they are put together. What is started last is stopped first:
 * identity and store → mesh → operations → worker → local socket → HTTP.
 */
import { availableParallelism } from 'node:os'
import { MeshCache } from '../coordinator/cache/mesh-cache.ts'
import { CronSchedules } from '../coordinator/cron/cron.ts'
import { createLocalLink, Links } from '../coordinator/links.ts'
import { createHandlers } from '../coordinator/handlers/create-handlers.ts'
import { Home } from '../coordinator/home.ts'
import { PeerBook } from '../coordinator/peer-book.ts'
import { ReadyNotices } from '../coordinator/ready-notices.ts'
import { sealTask, SUBMISSION } from '../coordinator/submission.ts'
import { errorText } from '../core/errors.ts'
import { Events } from '../core/events.ts'
import { LEASE, type LeaseSettings } from '../core/lease.ts'
import { createOperations, type Operations } from '../core/operations/invoke.ts'
import { ACCESS, type Access, type Caller } from '../core/operations/operation.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import type { ReadyNotice } from '../core/ports/link.ts'
import type { Mesh, SelfHello } from '../core/ports/mesh.ts'
import { createAnnouncementSeal } from '../mesh/announcement-seal.ts'
import { loadIdentity } from '../mesh/identity.ts'
import { createLibp2pMesh } from '../mesh/libp2p-mesh.ts'
import { createPeersDoor } from '../peers/peers-door.ts'
import { createSqliteCacheStore } from '../store/sqlite/cache-store.ts'
import { DirectoryLock } from '../store/sqlite/directory-lock.ts'
import { createSqliteTaskStore } from '../store/sqlite/sqlite-task-store.ts'
import type { Config } from './config.ts'
import { findRunnerName } from './detection/runner-name.ts'
import { createGuardian } from './guardian.ts'
import { createHttpDoors, type HttpDoors } from './http-doors.ts'
import { createLocalSocket } from './local-socket.ts'
import { loadMeshKeys } from './mesh-keys.ts'
import { createPeerDiscovery } from './peer-discovery.ts'
import { makeStateDirectory, socketPath, stateDirectory } from './state-directory.ts'
import { systemClock, systemRandom } from './system.ts'
import { VERSION } from './version.ts'
import { createWorkerParts, type WorkerParts } from './worker-parts.ts'

export interface PeerRoles {
  /** Keeps a queue and serves MCP. */
  readonly home: boolean
  readonly worker: boolean
}

export interface PeerSurroundings {
  readonly log: Logger
  /** How this program's command line is started again, for processes that must outlive this one. */
  readonly program: readonly [string, ...string[]]
}

export interface Peer {
  readonly mesh: Mesh
  readonly events: Events
  readonly operations: Operations
  readonly stateDir: string
  readonly runnerName: string
  readonly worker: WorkerParts | undefined
  readonly http: HttpDoors | undefined
  /** May be called twice; ends all that was started, whatever of it fails to end well. */
  stop(): Promise<void>
}

const DEFAULT_LISTEN = '/ip4/0.0.0.0/tcp/9720'

/** A member of the mesh may hand in work, do work and look at peers; what it sees of tasks is what is its own. */
const MEMBER_ACCESS: ReadonlySet<Access> = new Set<Access>([
  'tasks:read',
  'tasks:submit',
  'tasks:cancel',
  'tasks:work',
  'cache:read',
  'cache:write',
  'peers:read',
])

/**
 * Starts a peer. When a part refuses to start, what was started before it is stopped again.
 * @throws RunnerMeshError config_invalid, address_in_use, home_locked, store_corrupt, store_newer
 */
export async function startPeer(config: Config, roles: PeerRoles, { log, program }: PeerSurroundings): Promise<Peer> {
  const started: Startable[] = []
  const stop = async (): Promise<void> => {
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      await part.stop().catch((error: unknown) => {
        log.error('peer.stop_failed', { error: errorText(error) })
      })
    }
  }
  const start = async <T extends Startable>(part: T): Promise<T> => {
    await part.start()
    started.push(part)
    return part
  }
  try {
    return { ...(await assemble(config, roles, { log, program }, start)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Start = <T extends Startable>(part: T) => Promise<T>

async function assemble(
  config: Config,
  roles: PeerRoles,
  { log, program }: PeerSurroundings,
  start: Start,
): Promise<Omit<Peer, 'stop'>> {
  const [clock, random] = [systemClock, systemRandom]
  const stateDir = stateDirectory(config)
  await makeStateDirectory(stateDir)
  const identity = await loadIdentity({ stateDir, random })
  const meshKeys = await loadMeshKeys({ config, stateDir, make: roles.home, random })
  const lease: LeaseSettings = {
    ...LEASE,
    leaseMs: config.leaseMs,
    renewEveryMs: config.leaseMs / 3,
    marginMs: config.leaseMs / 10,
    lostGraceMs: config.lostGraceMs,
  }
  const runnerName = await findRunnerName(config)
  const events = new Events((error) => {
    log.error('events.listener_failed', { error: errorText(error) })
  })

  const home = roles.home
    ? await start(
        new Home({
          store: createSqliteTaskStore({
            directory: stateDir,
            clock,
            random,
            log,
            settings: { lostGraceMs: lease.lostGraceMs },
          }),
          events,
          clock,
          log,
          lease,
          ...(config.maxRunningPerSubmitter === undefined
            ? {}
            : { maxRunningPerSubmitter: config.maxRunningPerSubmitter }),
        }),
      )
    : undefined
  if (home === undefined) await start(directoryLock(stateDir))
  const homes = home === undefined ? [] : [home.store.homeId]
  const cacheStore = home === undefined ? undefined : await start(createSqliteCacheStore({ directory: stateDir, log }))

  const hello = (): SelfHello => ({
    homes,
    features: [...(roles.home ? ['home'] : []), ...(roles.worker ? ['worker'] : [])],
    runnerName,
  })
  const mesh = await createLibp2pMesh({
    identity,
    meshKeys,
    listen: config.listen.length > 0 ? config.listen : roles.home ? [DEFAULT_LISTEN] : [],
    announce: config.announce,
    hello,
    clock,
    random,
    log,
  })
  const peers = new PeerBook()
  peers.sawName(mesh.self, runnerName)
  mesh.onPeer(({ peer, runnerName: name }) => {
    peers.sawName(peer, name)
  })

  const links = new Links()
  const worker = roles.worker
    ? createWorkerParts({
        config,
        stateDir,
        mesh,
        links,
        clock,
        random,
        log,
        lease,
        processors: availableParallelism(),
        guardian: createGuardian({
          command: program,
          config,
          stateDir,
          runner: mesh.self,
          leaseMs: lease.leaseMs,
          clock,
          log,
        }),
      })
    : undefined
  const cron =
    home === undefined
      ? undefined
      : new CronSchedules({
          home,
          clock,
          log,
          seal: (task, now) => sealTask(task, now, { signer: mesh.signer, meshId: mesh.meshId, random }),
        })
  const operations = createOperations(
    createHandlers({
      home,
      cron,
      cache: new MeshCache({ self: mesh.self, store: cacheStore, links: () => links.all(), clock, log }),
      mesh,
      peers,
      events,
      clock,
      random,
      lease,
      submission: { ...SUBMISSION, retentionMs: config.retentionMs },
      version: VERSION,
      executorStatus: () => worker?.status() ?? { available: false, problem: 'This peer does not run tasks.' },
    }),
  )
  const door = createPeersDoor({ mesh, operations, access: () => MEMBER_ACCESS, events, clock, log })
  door.onLink((link) => {
    links.add(link)
  })
  door.onReady((link, notice) => {
    worker?.heard(link, notice)
  })
  const sealBy = (by: Clock) => createAnnouncementSeal({ signer: mesh.signer, meshKeys, clock: by })
  const discovery = createPeerDiscovery({ config, stateDir, mesh, sealBy, hello, clock, random, log })
  await start(mesh)
  await start(discovery)
  if (cron !== undefined) await start(cron)
  if (home !== undefined) {
    const tell = (notice: ReadyNotice): void => {
      door.notifyReady(notice)
    }
    await start(new ReadyNotices({ home, clock, log, tell }))
  }

  if (worker !== undefined) {
    if (home !== undefined) {
      const caller: Caller = { principal: `peer:${mesh.self}`, door: 'peers', access: MEMBER_ACCESS, peer: mesh.self }
      const closed = new AbortController()
      links.add(createLocalLink(operations, { self: mesh.self, homes, caller, closed: closed.signal }))
      // The worker lets go of the local home before the home stops.
      await start({
        start: () => Promise.resolve(),
        stop: () => {
          closed.abort(new Error('stopping'))
          return Promise.resolve()
        },
      })
    }
    await start(worker)
  }
  await start(createLocalSocket(socketPath(stateDir, config), operations, log))
  const http =
    roles.home && config.http !== 'off'
      ? await start(
          await createHttpDoors({ config, stateDir, operations, events, clock, random, log, access: new Set(ACCESS) }),
        )
      : undefined
  return { mesh, events, operations, stateDir, runnerName, worker, http }
}

/** A home locks its directory itself; a peer that only works does it here. */
function directoryLock(stateDir: string): Startable {
  let lock: DirectoryLock | undefined
  return {
    start: () => {
      lock ??= new DirectoryLock(stateDir, systemClock)
      return Promise.resolve()
    },
    stop: () => {
      lock?.release()
      lock = undefined
      return Promise.resolve()
    },
  }
}
