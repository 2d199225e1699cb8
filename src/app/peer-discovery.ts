/** How this peer finds others, as its configuration says. None of the ways is a condition; each is reported by name. */
import { join } from 'node:path'
import type { Clock, Logger, Random } from '../core/ports/clock.ts'
import type { AnnouncementSeal, Discovery } from '../core/ports/discovery.ts'
import type { Mesh, SelfHello } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import type { Dht } from '../mesh/dht.ts'
import { createDhtDiscovery } from '../mesh/discovery/dht-records.ts'
import { createDiscoveries, type Discoveries } from '../mesh/discovery/discoveries.ts'
import { createFileRegistry } from '../mesh/discovery/file-registry.ts'
import { createKnownAddresses, parseBootstrapPeers } from '../mesh/discovery/known-addresses.ts'
import { createMdns } from '../mesh/discovery/mdns.ts'
import { createPredecessorAnnounceFile, createPredecessorPeerFolder } from '../mesh/discovery/predecessor-files.ts'
import { createRememberedPeers } from '../mesh/discovery/remembered-peers.ts'
import { createRendezvous, type RendezvousOptions } from '../mesh/discovery/rendezvous.ts'
import type { QueueMeter } from '../dashboard/metrics/queue-meter.ts'
import type { Config } from './config.ts'
import { createGitHubRegistry } from './github-registry.ts'

export interface PeerDiscoveryDeps {
  readonly config: Config
  readonly stateDir: string
  readonly mesh: Mesh
  /** Under the keys of the mesh; the clock says what is current. */
  readonly sealBy: (clock: Clock) => AnnouncementSeal
  readonly hello: () => SelfHello
  /** The homes this peer is connected with, for rendezvous. */
  readonly links: RendezvousOptions['links']
  readonly dht: Dht | undefined
  readonly rejections: Rejections
  readonly meter: QueueMeter
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** To be created before the mesh starts, and started after it. */
export function createPeerDiscovery(deps: PeerDiscoveryDeps): Discoveries {
  const { config, stateDir, mesh, sealBy, links, dht, rejections, clock, random } = deps
  const seal = sealBy(clock)
  const { self } = mesh
  const named = parseBootstrapPeers(config.surroundings.predecessorBootstrap ?? '')
  const ways: readonly (Discovery | undefined)[] = [
    createKnownAddresses('bootstrap', config.bootstrap),
    named.length === 0 ? undefined : createKnownAddresses('CACHE_BOOTSTRAP_PEERS', named),
    createRememberedPeers({ path: join(stateDir, 'peers.json'), mesh, clock, random }),
    config.registryDir === undefined
      ? undefined
      : createFileRegistry({ directory: config.registryDir, self, seal, clock, random, rejections }),
    createGitHubRegistry({ ...deps, sawBudget: (budget) => deps.meter.sawBudget(budget) }),
    config.rendezvous ? createRendezvous({ self, links, seal, clock }) : undefined,
    dht === undefined ? undefined : createDhtDiscovery({ mesh, dht, clock }),
    config.predecessorAnnounceFile === undefined
      ? undefined
      : createPredecessorAnnounceFile(config.predecessorAnnounceFile, clock),
    config.predecessorPeerDir === undefined ? undefined : createPredecessorPeerFolder(config.predecessorPeerDir, clock),
    // While keys are being changed, some neighbours ask by the old name of the mesh and some by the new.
    ...(config.mdns ? mesh.meshIds : []).map((meshId) =>
      createMdns({ meshId, self, addresses: () => mesh.addresses(), clock, random }),
    ),
  ]
  return createDiscoveries({ ...deps, discoveries: ways.filter((way) => way !== undefined) })
}
