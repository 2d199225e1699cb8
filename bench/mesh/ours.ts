/** Our side of the mesh benchmark: meshes that echo, take bulk, or serve the catalog of operations. */
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { Events } from '../../src/core/events.ts'
import type { Handlers } from '../../src/core/operations/catalog.ts'
import { createOperations } from '../../src/core/operations/invoke.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import type { Channel, Mesh } from '../../src/core/ports/mesh.ts'
import { loadIdentity } from '../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../src/mesh/mesh-key.ts'
import type { RelaySettings } from '../../src/mesh/relays/relaying.ts'
import { createPeersDoor } from '../../src/peers/peers-door.ts'
import { createRpcConnection, type RpcConnection } from '../../src/peers/rpc-connection.ts'
import { RecordingLog } from '../../test/support/recording-log.ts'
import { BULK_FRAME_BYTES, ROUND_MS, type Asked } from './bare.ts'

export const LISTEN = ['/ip4/127.0.0.1/tcp/0']

export async function ourMesh(
  key: string,
  listen: readonly string[],
  stateDir: string,
  relays: Partial<RelaySettings> = { slots: 0 },
): Promise<Mesh> {
  return createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random: systemRandom }),
    meshKeys: [parseMeshKey(key)],
    listen,
    announce: [],
    hello: () => ({ homes: [], features: [], runnerName: 'bench' }),
    clock: systemClock,
    random: systemRandom,
    log: new RecordingLog(),
    relays,
    limits: { inboundPerSecond: 10_000 },
  })
}

/** Answers every request with what it was asked. */
export function echo(mesh: Mesh): void {
  mesh.onPeer((_peer, channel) => {
    createRpcConnection(channel, {
      name: 'bench',
      log: new RecordingLog(),
      serve: (_method, params) => Promise.resolve(params),
    })
  })
}

/** The end of a channel that only asks. */
export function asker(channel: Channel): RpcConnection {
  const serve = () => Promise.reject(new Error('nothing is served here'))
  return createRpcConnection(channel, { name: 'bench', log: new RecordingLog(), serve })
}

/** Serves `list_peers`, and offers the operations of the first peer that joins. */
export function doorOf(mesh: Mesh): { readonly link: Promise<OperationsLink> } {
  const handlers: Partial<Handlers> = {
    list_peers: () => Promise.resolve({ self_peer_id: mesh.self, count: 0, peers: [] }),
  }
  const door = createPeersDoor({
    mesh,
    operations: createOperations(handlers as Handlers),
    access: () => new Set(['peers:read'] as const),
    events: new Events(() => undefined),
    clock: systemClock,
    log: new RecordingLog(),
  })
  return { link: new Promise((resolve) => door.onLink(resolve)) }
}

/** Starts a mesh and dials. @returns its channel to the peer at that address */
export async function joinThrough(mesh: Mesh, address: string): Promise<Channel> {
  const joined = new Promise<Channel>((resolve) => {
    // On the way there may be a relay.
    mesh.onPeer(({ peer }, channel) => {
      if (address.endsWith(peer)) resolve(channel)
    })
  })
  await mesh.start()
  mesh.addTarget(address, 'bench')
  return joined
}

/** For the time of a round, with a fixed number under way. */
export async function askOurs(inFlight: number, request: () => Promise<unknown>): Promise<Asked> {
  const tookMs: number[] = []
  const from = performance.now()
  const until = from + ROUND_MS
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (let at = performance.now(); at < until;) {
        await request()
        const answeredAt = performance.now()
        tookMs.push(answeredAt - at)
        at = answeredAt
      }
    }),
  )
  return { value: tookMs.length / ((performance.now() - from) / 1000), tookMs }
}

/** MB/s through a channel: back-pressure by awaiting each send; the end is known by an echo behind it. */
export async function ourBulk(channel: Channel, rpc: RpcConnection, megabytes: number): Promise<number> {
  const frame = Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', method: '$/bulk', params: 'x'.repeat(BULK_FRAME_BYTES - 60) }),
  )
  const from = performance.now()
  for (let sent = 0; sent < megabytes << 20; sent += frame.length) await channel.send(frame)
  await rpc.request('echo', {})
  return megabytes / ((performance.now() - from) / 1000)
}

/** From the target's being named to the answer of a first operation, in ms. */
export async function setUpOurs(key: string, address: string, stateDir: string): Promise<number> {
  const mesh = await ourMesh(key, [], stateDir)
  const { link } = doorOf(mesh)
  await mesh.start()
  const from = performance.now()
  mesh.addTarget(address, 'bench')
  await (await link).call('list_peers', {})
  const ms = performance.now() - from
  await mesh.stop()
  return ms
}
