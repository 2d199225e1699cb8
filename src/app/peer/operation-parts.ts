/** The operations of a peer: every handler of the catalog on this peer's home, mesh and worker. */
import { MeshCache } from '../../coordinator/cache/mesh-cache.ts'
import { CronSchedules } from '../../coordinator/cron/cron.ts'
import { createHandlers } from '../../coordinator/handlers/create-handlers.ts'
import { PeerCapabilities } from '../../coordinator/peer-capabilities.ts'
import { RendezvousBook } from '../../coordinator/rendezvous-book.ts'
import type { Links } from '../../coordinator/links.ts'
import { StalledWorkers } from '../../coordinator/stalled-workers.ts'
import { pinPayload } from '../../coordinator/pinning.ts'
import { sealTask, SUBMISSION } from '../../coordinator/submission.ts'
import { createOperations, type Operations } from '../../core/operations/invoke.ts'
import type { Discoveries } from '../../mesh/discovery/discoveries.ts'
import type { PeerTools } from '../../core/ports/peer-tools.ts'
import type { TaskPins } from '../../core/ports/task-pins.ts'
import { VERSION } from '../version.ts'
import type { Ground } from './ground.ts'
import type { HomeParts } from './home-parts.ts'
import type { MeshParts } from './mesh-parts.ts'
import type { OutputParts } from './output-parts.ts'
import type { WorkerParts } from './worker-parts.ts'

export interface OperationParts {
  readonly operations: Operations
  readonly cron: CronSchedules | undefined
}

/** What a schedule asks when it fires ends by its own time limits. */
const NEVER = new AbortController().signal

export function createOperationParts(
  { config, events, lease, policy, clock, random, log }: Ground,
  { home, cacheStore }: HomeParts,
  { mesh, peers, membership, rejections, capabilities, sealBy }: MeshParts,
  links: Links,
  worker: WorkerParts | undefined,
  discovery: Discoveries,
  pins: TaskPins,
  peerTools: PeerTools,
  outputs: OutputParts,
): OperationParts {
  const cron =
    home === undefined
      ? undefined
      : new CronSchedules({
          home,
          clock,
          log,
          pin: async (task) => ({ ...task, payload: await pinPayload(task.type, task.payload, pins, NEVER) }),
          seal: (task, now) => sealTask(task, now, { signer: mesh.signer, meshIds: mesh.meshIds, random }),
        })
  const handlers = createHandlers({
    home,
    cron,
    outputs: outputs.desk,
    cache: new MeshCache({ self: mesh.self, store: cacheStore, links: () => links.all(), clock, log }),
    mesh,
    peers,
    peering: {
      membership,
      rejections,
      rendezvous:
        home !== undefined && config.rendezvous
          ? new RendezvousBook({ seal: sealBy(clock), clock, rejections })
          : undefined,
      capabilities: new PeerCapabilities({
        self: mesh.self,
        own: () => capabilities.now(),
        links: () => links.all(),
        clock,
        log,
      }),
      sources: discovery,
    },
    stalled:
      home === undefined ? undefined : new StalledWorkers({ events, clock, log, rejections, leaseMs: lease.leaseMs }),
    events,
    clock,
    random,
    lease,
    submission: { ...SUBMISSION, retentionMs: config.retentionMs },
    loopDepth: () => policy.policy.loop_depth,
    version: VERSION,
    callableTools: { peers: peerTools, allowed: new Set(config.mcpCallTools) },
    pins,
    claims: worker?.claims,
    waysOfDiscovery: () => discovery.list(),
    executorStatus: () => worker?.status() ?? { available: false, problem: 'This peer does not run tasks.' },
  })
  return { operations: createOperations(handlers), cron }
}
