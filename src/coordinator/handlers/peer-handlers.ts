/** Handlers of the operations about single peers, and of the rendezvous. */
import { RunnerMeshError } from '../../core/errors.ts'
import { parsePeerId } from '../../core/ids.ts'
import type { Handlers } from '../../core/operations/catalog.ts'
import type { RendezvousBook } from '../rendezvous-book.ts'
import type { HandlerDeps } from './context.ts'

type PeerOperation =
  | 'p2p_peer_capabilities'
  | 'p2p_peer_revoke'
  | 'p2p_peer_restore'
  | 'p2p_peers_revoked'
  | 'p2p_rendezvous_register'
  | 'p2p_rendezvous_discover'

export function createPeerHandlers({ mesh, peering }: HandlerDeps): Pick<Handlers, PeerOperation> {
  const { membership, capabilities } = peering
  return {
    p2p_peer_capabilities: async ({ peer_id: peer = mesh.self }, { caller, signal }) => {
      // A peer is asked by its neighbours for itself, and sent by none to ask others.
      if (caller.peer !== undefined && peer !== mesh.self) {
        throw new RunnerMeshError('forbidden', `Peer ${mesh.self} answers peers for itself only.`)
      }
      return { peer_id: peer, capabilities: await capabilities.ask(peer, signal) }
    },
    p2p_peer_revoke: async ({ peer_id: id, note }) => {
      const peer = parsePeerId(id)
      if (peer === mesh.self) {
        throw new RunnerMeshError('bad_request', 'A peer cannot revoke itself. Stop it: runner-mesh needs no more.')
      }
      return { revoked: await membership.revoke(peer, note) }
    },
    p2p_peer_restore: async ({ peer_id: id }) => ({ restored: await membership.restore(parsePeerId(id)) }),
    p2p_peers_revoked: () => {
      const allowed = membership.allowed()
      return Promise.resolve({
        revoked: membership
          .revoked()
          .map(({ peer, note }) => (note === undefined ? { peer_id: peer } : { peer_id: peer, note })),
        ...(allowed === undefined ? {} : { allowed: [...allowed] }),
      })
    },
    p2p_rendezvous_register: async ({ announcement }, { caller }) => {
      if (caller.peer === undefined) throw new RunnerMeshError('forbidden', 'Only a peer of the mesh can register.')
      return { ttl_ms: await bookOf(peering.rendezvous).register(caller.peer, announcement) }
    },
    p2p_rendezvous_discover: ({ cookie, limit }, { caller }) =>
      Promise.resolve(bookOf(peering.rendezvous).discover(caller.peer, { cookie, limit })),
  }
}

/** @throws RunnerMeshError peer_not_allowed */
function bookOf(book: RendezvousBook | undefined): RendezvousBook {
  if (book !== undefined) return book
  throw new RunnerMeshError('peer_not_allowed', 'This peer is no rendezvous. Ask a home: runner-mesh up')
}
