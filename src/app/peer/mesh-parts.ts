/** The mesh side of a peer: its identity and keys, the node, and who is known by which name. */
import { join } from 'node:path'
import { isIP } from 'node:net'
import { PeerBook } from '../../coordinator/peer-book.ts'
import type { HomeId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { AnnouncementSeal } from '../../core/ports/discovery.ts'
import type { Membership } from '../../core/ports/membership.ts'
import type { Mesh, SelfHello } from '../../core/ports/mesh.ts'
import { Rejections } from '../../core/rejections.ts'
import { createAnnouncementSeal } from '../../mesh/announcement-seal.ts'
import type { Dht } from '../../mesh/dht.ts'
import { loadIdentity } from '../../mesh/identity.ts'
import { createLibp2pMesh } from '../../mesh/libp2p-mesh.ts'
import { MembershipLists } from '../../mesh/membership-lists.ts'
import { loadMeshKeys } from '../mesh-keys.ts'
import type { Ground } from './ground.ts'
import { OwnCapabilities } from './own-capabilities.ts'

const DEFAULT_LISTEN = '/ip4/0.0.0.0/tcp/9720'

export interface MeshParts {
  /** Created, not started: doors and discovery register before. */
  readonly mesh: Mesh
  readonly peers: PeerBook
  readonly hello: () => SelfHello
  readonly membership: Membership
  /** What is turned away is counted here, by whatever part of the peer. */
  readonly rejections: Rejections
  /** Set on a peer that takes part in the DHT. */
  readonly dht: Dht | undefined
  readonly capabilities: OwnCapabilities
  /** Seals announcements under the keys of the mesh; the clock says what is current. */
  readonly sealBy: (clock: Clock) => AnnouncementSeal
}

/** @throws RunnerMeshError config_invalid */
export async function createMeshParts(ground: Ground, homes: readonly HomeId[]): Promise<MeshParts> {
  const { config, roles, stateDir, runnerName, clock, random, log, start } = ground
  const identity = await loadIdentity({ stateDir, random })
  const meshKeys = await loadMeshKeys({ config, stateDir, make: roles.home, random })
  const rejections = new Rejections()
  const membership = await start(
    new MembershipLists({
      self: identity.peer,
      revokedPath: config.revokedPeersFile ?? join(stateDir, 'revoked-peers'),
      ...(config.allowedPeersFile === undefined ? {} : { allowedPath: config.allowedPeersFile }),
      revoked: config.revokedPeers,
      allowed: config.allowedPeers,
      clock,
      random,
      log,
    }),
  )
  const dht = config.dht ? (await import('../../mesh/dht.ts')).createDht() : undefined
  const capabilities = new OwnCapabilities({ config, protocols: () => mesh.protocols(), clock, log })
  void capabilities.lookForGpus()
  const hello = (): SelfHello => ({
    homes,
    features: [...(roles.home ? ['home'] : []), ...(roles.worker ? ['worker'] : [])],
    runnerName,
    capabilities: capabilities.standing(),
  })
  const mesh = await createLibp2pMesh({
    identity,
    meshKeys,
    listen: config.listen.length > 0 ? config.listen : roles.home ? [DEFAULT_LISTEN] : [],
    announce: config.announce,
    relays: { relay: config.relay, slots: config.relaySlots },
    hello,
    membership,
    rejections,
    ...(dht === undefined ? {} : { dht }),
    clock,
    random,
    log,
  })
  if (config.publicIp !== undefined && isIP(config.publicIp) !== 0) mesh.sawPublicIp(config.publicIp)
  const peers = new PeerBook()
  peers.sawName(mesh.self, runnerName)
  mesh.onPeer(({ peer, runnerName: name }) => {
    peers.sawName(peer, name)
  })
  return {
    mesh,
    peers,
    hello,
    membership,
    rejections,
    dht,
    capabilities,
    sealBy: (by) => createAnnouncementSeal({ signer: mesh.signer, meshKeys, clock: by, rejections }),
  }
}
