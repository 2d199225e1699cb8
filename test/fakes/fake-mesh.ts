/** The mesh of a peer that has no other: nobody to talk to, and a signer that proves nothing. */
import type { PeerId } from '../../src/core/ids.ts'
import type { Mesh, Signer } from '../../src/core/ports/mesh.ts'

/** It proves nothing; what is signed is what tests look at. */
export function fakeSigner(peer: PeerId): Signer {
  return {
    peer,
    seal: (_kind, payload) => Promise.resolve(Buffer.from(payload).toString('base64url')),
    open: (_kind, envelope) => Promise.resolve({ peer, payload: Buffer.from(envelope, 'base64url') }),
  }
}

/** A mesh of one. */
export function fakeMesh(self: PeerId, meshId: string): Mesh {
  return {
    self,
    meshId,
    meshIds: [meshId],
    signer: fakeSigner(self),
    protocols: () => [],
    addresses: () => [],
    onAddresses: () => undefined,
    reachable: () => 'unknown',
    sawPublicIp: () => undefined,
    isRelay: () => false,
    peers: () => [],
    onPeer: () => undefined,
    onPeerGone: () => undefined,
    legacy: { serve: () => undefined, onNode: () => undefined },
    openChannel: () => Promise.reject(new Error('there is no other peer')),
    onChannel: () => undefined,
    addTarget: () => undefined,
    removeTarget: () => undefined,
    targets: () => [],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
}
