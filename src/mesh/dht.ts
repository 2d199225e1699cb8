/**
 * A Kademlia DHT among members, under a protocol of our own. Of the library's service it is only its records: it dials
 * nobody, since the reconciler owns every dial, and asks and answers admitted peers only. It is hidden from the node's
 * peer and content routing: there, a relay search on a small network would walk the DHT without pause (measured: half a
 * core and more for as long as a relay is missing).
 * @see https://github.com/libp2p/specs/blob/master/kad-dht/README.md
 */
import {
  contentRoutingSymbol,
  peerDiscoverySymbol,
  peerRoutingSymbol,
  type PeerId as LibraryPeerId,
  type StreamHandler,
} from '@libp2p/interface'
import { kadDHT, passthroughMapper, type KadDHT, type KadDHTComponents } from '@libp2p/kad-dht'
import { multiaddr } from '@multiformats/multiaddr'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import type { Rejections } from '../core/rejections.ts'

const DHT_PROTOCOL = '/runner-mesh/kad/1.0.0'

/** Records of members that a hostile one may make up without end. */
const MOST_RECORDS = 10_000
/** The library answers with at most so many providers of a key. */
const BUCKET = 64

export interface DhtPeer {
  readonly peer: PeerId
  readonly addresses: readonly string[]
}

/** Who is in a mesh, as the DHT of its members knows it. */
export interface DhtRecords {
  /** Tells the members nearest to the key of the mesh that this peer is in it. @throws the signal's reason */
  provide(meshId: string, signal: AbortSignal): Promise<void>
  /** Members that said so, and members met on the way to them; each may be named more than once. */
  find(meshId: string, signal: AbortSignal): AsyncIterable<readonly DhtPeer[]>
}

/** Whom the DHT of this peer is made of. */
export interface DhtMembers {
  readonly isAdmitted: (peer: PeerId) => boolean
  /** Full multiaddrs of this peer. */
  readonly addresses: () => readonly string[]
  readonly rejections: Rejections
}

export interface Dht extends DhtRecords {
  /** For the services of the node. */
  readonly create: (members: DhtMembers) => (components: KadDHTComponents) => KadDHT
}

/** To be given to one node, which then serves its records. */
export function createDht(): Dht {
  let dht: KadDHT | undefined
  const started = (): KadDHT => {
    if (dht !== undefined) return dht
    throw new RunnerMeshError('stopping', 'The DHT of this peer is not running.')
  }
  return {
    create: (members) => (components) => {
      dht = hide(
        kadDHT({
          protocol: DHT_PROTOCOL,
          clientMode: false,
          // The default drops private addresses, which are most of what there is here.
          peerInfoMapper: passthroughMapper,
          kBucketSize: BUCKET,
          disjointPaths: 1,
          initialQuerySelfInterval: 100,
          reprovide: { interval: 1 * MINUTE, validity: 30 * MINUTE, threshold: 20 * MINUTE },
          networkDialTimeout: { minTimeout: 2 * SECOND },
        })(amongMembers(components, members)),
      )
      return dht
    },
    provide: async (meshId, signal) => {
      const key = await keyOf(meshId)
      const told = started().provide(key, { signal })[Symbol.asyncIterator]()
      while ((await told.next()).done !== true) signal.throwIfAborted()
    },
    find: async function* (meshId, signal) {
      for await (const event of started().findProviders(await keyOf(meshId), { signal })) {
        if (event.name === 'PROVIDER') yield event.providers.map(toDhtPeer)
        if (event.name === 'PEER_RESPONSE') yield [...event.closer, ...event.providers].map(toDhtPeer)
      }
    },
  }
}

/** The key under which the peers of a mesh are found. It tells nothing of the mesh key. */
async function keyOf(meshId: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(`runner-mesh/${meshId}/1`)))
}

function toDhtPeer({ id, multiaddrs }: Parameters<typeof passthroughMapper>[0]): DhtPeer {
  const peer = parsePeerId(id.toString())
  const end = `/p2p/${peer}`
  const texts = multiaddrs.map((address) => address.toString())
  return { peer, addresses: texts.map((text) => (text.endsWith(end) ? text : `${text}${end}`)) }
}

/** No router of the node: it is asked by name, or not at all. */
function hide(dht: KadDHT): KadDHT {
  for (const symbol of [peerRoutingSymbol, contentRoutingSymbol, peerDiscoverySymbol]) {
    Object.defineProperty(dht, symbol, { value: undefined })
  }
  return dht
}

/** The parts of the node as the DHT may use them: with admitted peers, on connections that stand. */
function amongMembers(
  components: KadDHTComponents,
  { isAdmitted, addresses, rejections }: DhtMembers,
): KadDHTComponents {
  const { registrar, connectionManager, datastore, ping, peerId, privateKey, peerStore, events, logger } = components
  const isMember = (peer: LibraryPeerId): boolean => isAdmitted(parsePeerId(peer.toString()))
  const checkMember = (peer: unknown): void => {
    if (isMember(peer as LibraryPeerId)) return
    throw new RunnerMeshError('not_admitted', `Peer ${String(peer)} is not connected as a member.`)
  }
  const guardHandler =
    (handler: StreamHandler): StreamHandler =>
    (stream, connection) => {
      if (isMember(connection.remotePeer)) return handler(stream, connection)
      rejections.count('stream_flood')
      stream.abort(new Error('not admitted'))
    }
  const records = new Set<string>()
  return {
    peerId,
    privateKey,
    peerStore,
    events,
    logger,
    registrar: overlay(registrar, {
      handle: (protocol, handler, options) => registrar.handle(protocol, guardHandler(handler), options),
    }),
    connectionManager: overlay(connectionManager, {
      openStream: async (peer, protocol, options) => {
        checkMember(peer)
        return connectionManager.openStream(peer, protocol, options)
      },
      isDialable: () => Promise.resolve(true),
    }),
    ping: overlay(ping, {
      ping: async (peer, options) => {
        checkMember(peer)
        return ping.ping(peer, options)
      },
    }),
    addressManager: overlay(components.addressManager, {
      getAddresses: () => addresses().map((address) => multiaddr(address)),
    }),
    datastore: overlay(datastore, {
      put: (key, value, options) => {
        const name = key.toString()
        if (records.size >= MOST_RECORDS && !records.has(name)) return key
        records.add(name)
        return datastore.put(key, value, options)
      },
      delete: (key, options) => {
        records.delete(key.toString())
        return datastore.delete(key, options)
      },
    }),
  }
}

/** The same object with some methods of its own; all others are called on the original. */
function overlay<T extends object>(original: T, own: Partial<T>): T {
  return new Proxy(original, {
    get: (target, name) => {
      if (Object.hasOwn(own, name)) return own[name as keyof T]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
