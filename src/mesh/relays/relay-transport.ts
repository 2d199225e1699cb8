/**
 * Connections through a relay (circuit-relay-v2), and the reservations that let others reach this peer that way. The
 * library's own policy is off: it would dial, choose relays and give some up for ever; here only `reserve` asks for one.
 * @see https://github.com/libp2p/specs/blob/master/relay/circuit-v2.md
 */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import type { PeerId as Libp2pPeerId, Transport, Upgrader } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { parsePeerId, type PeerId } from '../../core/ids.ts'
import { only, withOwn } from './library-parts.ts'

type Create = ReturnType<typeof circuitRelayTransport>

/** Where the transport keeps its reservations, beyond what its type says; the tests over real relays hold this true. */
interface ReservationStore {
  relayFilter: unknown
  readonly reservations: {
    get(relay: Libp2pPeerId): { readonly timeout: NodeJS.Timeout } | undefined
    delete(relay: Libp2pPeerId): void
    keys(): Iterable<Libp2pPeerId>
  }
  addRelay(relay: Libp2pPeerId, type: 'configured'): Promise<unknown>
  addEventListener(type: 'relay:removed', listener: (event: { readonly detail: { relay: Libp2pPeerId } }) => void): void
}

export interface RelayTransportOptions {
  readonly isAdmitted: (peer: PeerId) => boolean
  readonly guard: (upgrader: Upgrader) => Upgrader
}

export interface Reservations {
  /** Asks a connected relay to pass on connections to this peer. @throws the library's errors, the relay's refusal */
  reserve(relay: PeerId): Promise<void>
  /** Forgets a reservation that the relay has forgotten, or will. */
  drop(relay: PeerId): void
  /** The relays that hold one now. */
  list(): readonly PeerId[]
  /** Called when a relay's connection has closed, and its reservation with it. */
  onLost(lost: (relay: PeerId) => void): void
}

/** Nobody becomes a relay by being seen, and nobody is none for ever because it was away once. */
const EVERYBODY = { has: () => true, add: () => undefined, remove: () => undefined }
const NOBODY = { has: () => false, add: () => undefined, remove: () => undefined }

export function createRelayTransport({ isAdmitted, guard }: RelayTransportOptions): {
  readonly create: Create
  readonly reservations: Reservations
} {
  let store: ReservationStore | undefined
  const listeners: ((relay: PeerId) => void)[] = []
  const list = () => [...(store?.reservations.keys() ?? [])].map((id) => parsePeerId(id.toString()))
  const create: Create = (components) => {
    const transport = circuitRelayTransport({ discoveryFilter: EVERYBODY })(
      withOwn(components, {
        upgrader: guard(components.upgrader),
        // Through a relay come only those connections that it was asked to pass on.
        registrar: only((peer) => isAdmitted(peer) && list().includes(peer), components.registrar),
        // The library marks relays there, to dial them again by itself.
        peerStore: withOwn(components.peerStore, {
          merge: (id) => components.peerStore.merge(id, {}),
          all: () => Promise.resolve([]),
        }),
      }),
    ) as Transport & { readonly reservationStore: ReservationStore }
    store = transport.reservationStore
    store.relayFilter = NOBODY
    store.addEventListener('relay:removed', ({ detail }) => {
      for (const lost of listeners) lost(parsePeerId(detail.relay.toString()))
    })
    return transport
  }
  const reservations: Reservations = {
    reserve: async (relay) => {
      await store?.addRelay(peerIdFromString(relay), 'configured')
    },
    drop: (relay) => {
      const id = peerIdFromString(relay)
      clearTimeout(store?.reservations.get(id)?.timeout)
      store?.reservations.delete(id)
    },
    list,
    onLost: (lost) => listeners.push(lost),
  }
  return { create, reservations }
}
