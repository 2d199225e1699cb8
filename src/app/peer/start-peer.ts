/**
 * The parts of a peer in the order they are started; what is started last is stopped first:
 * home → mesh → discovery → worker → local socket → HTTP. Each room's parts are put together in the file of its name.
 */
import { availableParallelism } from 'node:os'
import { withAuditTrail } from '../../coordinator/audit-trail.ts'
import { Links } from '../../coordinator/links.ts'
import { ReadyNotices } from '../../coordinator/ready-notices.ts'
import { errorText } from '../../core/errors.ts'
import { findTaskCaller } from '../../coordinator/task-tokens.ts'
import type { Events } from '../../core/events.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import { ACCESS } from '../../core/operations/operation.ts'
import type { Startable } from '../../core/ports/clock.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import { createMcpPeerDoor } from '../../mcp/peers/peer-door.ts'
import { PeerSessions } from '../../mcp/peers/peer-sessions.ts'
import { createPeersDoor } from '../../peers/peers-door.ts'
import type { Config } from '../config.ts'
import { AuditFile } from '../audit-file.ts'
import { createGuardian } from '../guardian.ts'
import type { HttpDoors } from '../http/http-doors.ts'
import type { HttpMount } from '../http/http-server.ts'
import { createLocalSocket } from '../local-socket.ts'
import { createPeerDiscovery } from '../peer-discovery.ts'
import { socketPath } from '../state-directory.ts'
import { createTracing } from '../tracing/peer-tracing.ts'
import { VERSION } from '../version.ts'
import { collectYoungGeneration } from '../young-generation.ts'
import { layGround, type Ground, type PeerRoles, type PeerSurroundings } from './ground.ts'
import { openHome } from './home-parts.ts'
import { MEMBER_ACCESS } from './member-access.ts'
import { openLegacyBridge } from './legacy-bridge.ts'
import { createMeshParts } from './mesh-parts.ts'
import { createImageSources } from './image-sources.ts'
import { openOutputs } from './output-parts.ts'
import { createOperationParts } from './operation-parts.ts'
import { createOwnHomeLink } from './own-home-link.ts'
import { createWatchParts } from './watch-parts.ts'
import { createWorkerParts, type WorkerParts } from './worker-parts.ts'

export type { PeerRoles } from './ground.ts'

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

/**
 * Starts a peer. When a part refuses to start, what was started before it is stopped again.
 * @throws RunnerMeshError config_invalid, address_in_use, home_locked, store_corrupt, store_newer
 */
export async function startPeer(config: Config, roles: PeerRoles, surroundings: PeerSurroundings): Promise<Peer> {
  const started: Startable[] = []
  const stop = async (): Promise<void> => {
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      await part.stop().catch((error: unknown) => {
        surroundings.log.error('peer.stop_failed', { error: errorText(error) })
      })
    }
  }
  const start: Ground['start'] = async (part) => {
    await part.start()
    started.push(part)
    return part
  }
  try {
    return { ...(await startParts(await layGround(config, roles, surroundings, start))), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(ground: Ground): Promise<Omit<Peer, 'stop'>> {
  const { config, roles, stateDir, runnerName, lease, events, clock, random, log, program, start } = ground
  const homeParts = await openHome(ground)
  const { home, homes } = homeParts
  const meshParts = await createMeshParts(ground, homes)
  const { mesh } = meshParts
  const links = new Links()
  const guard = { command: program, config, stateDir, runner: mesh.self, leaseMs: lease.leaseMs, clock, log }
  const outputs = await openOutputs(ground, homeParts, mesh, links)
  const images = createImageSources(config, clock, log)
  const worker =
    outputs.attempts !== undefined
      ? createWorkerParts({
          ...{ config, stateDir, mesh, links, clock, random, log, lease },
          membership: meshParts.membership,
          processors: availableParallelism(),
          guardian: createGuardian(guard),
          images,
          policy: ground.policy,
          outputs: outputs.attempts,
        })
      : undefined
  meshParts.capabilities.ofWorker(worker)
  const discovery = createPeerDiscovery({ ...ground, ...meshParts, links })
  const peerTools = new PeerSessions({ mesh, version: VERSION, clock, log })
  const parts = createOperationParts(
    ...([ground, homeParts, meshParts, links, worker, discovery, images.pins, peerTools, outputs] as const),
  )

  const { cron } = parts
  const audit = await start(new AuditFile(stateDir, log))
  const tracing = await start(
    await createTracing({
      ...{ config, peer: mesh.self, runnerName, events, clock, log },
      onWorked: worker === undefined ? undefined : (listener) => worker.onWorked(listener),
      operations: withAuditTrail(parts.operations, audit.record, clock),
      store: home?.store,
    }),
  )
  const { operations } = tracing

  const door = createPeersDoor({
    ...{ mesh, operations, events, clock, log },
    rejections: meshParts.rejections,
    access: () => MEMBER_ACCESS,
    tidy: collectYoungGeneration,
  })
  door.onLink((link) => {
    links.add(link)
  })
  door.onReady((link, notice) => {
    worker?.heard(link, notice)
  })
  door.onRenew(({ homes: theirs }) => {
    worker?.leasesWanted(theirs)
  })
  events.listen((event) => {
    if (event.name !== 'task.cancel_requested' || event.worker === undefined) return
    if (event.worker === mesh.self) worker?.leasesWanted(homes)
    else door.askToRenew(event.worker)
  })
  const bridge = await openLegacyBridge({ ground, homeParts, meshParts, operations, worker, links, pins: images.pins })
  createMcpPeerDoor({ mesh, operations, access: () => MEMBER_ACCESS, version: VERSION, events, clock, log })
  await start(mesh)
  await start(bridge)
  await start(peerTools)
  await start(discovery)

  if (cron !== undefined) await start(cron)
  if (home !== undefined)
    await start(new ReadyNotices({ home, clock, log, tell: (notice) => door.notifyReady(notice) }))
  if (worker !== undefined) {
    if (home !== undefined) await start(createOwnHomeLink(links, operations, { self: mesh.self, homes }))
    await start(worker)
  }

  await start(createLocalSocket(socketPath(stateDir, config), operations, log))
  const webhook = await startWebhook(ground, operations)
  const http =
    roles.home && config.http !== 'off'
      ? await start(
          await (
            await import('../http/http-doors.ts')
          ).createHttpDoors({
            ...{ config, stateDir, operations, peerTools, events, clock, random, log },
            meter: ground.meter,
            recordAudit: audit.record,
            ...createWatchParts(ground, homeParts, meshParts, worker),
            access: new Set(ACCESS),
            ...(webhook === undefined ? {} : { webhook }),
            ...(home === undefined
              ? {}
              : { findTask: (token) => findTaskCaller({ signer: mesh.signer, store: home.store }, token) }),
          }),
        )
      : undefined
  return { mesh, events, operations, stateDir, runnerName, worker, http }
}

/** Loaded only where GitHub's events are taken. */
async function startWebhook(ground: Ground, operations: Operations): Promise<HttpMount | undefined> {
  const { config, roles, start } = ground
  const hasSecret = config.webhookSecret !== undefined || config.webhookSecretFile !== undefined
  if (!hasSecret || !roles.home || config.http === 'off') return undefined
  const { createWebhookParts } = await import('./webhook-parts.ts')
  const door = await createWebhookParts(ground, operations)
  if (door === undefined) return undefined
  const { handle } = await start(door)
  return { path: '/webhook', handle }
}
