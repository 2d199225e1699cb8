/**
 * A peer in a process of its own, told what to do over IPC. It ends by itself once it is stopped and the parent has let
 * go of it: whatever would keep it alive then is a leak that its tests notice.
 */
import { join } from 'node:path'
import { parsePeerId } from '../../../src/core/ids.ts'
import type { AdmittedPeer } from '../../../src/core/ports/mesh.ts'
import { toRunnerMeshError } from '../../../src/core/errors.ts'
import { Events } from '../../../src/core/events.ts'
import { createOperations } from '../../../src/core/operations/invoke.ts'
import type { Handlers } from '../../../src/core/operations/catalog.ts'
import { createAnnouncementSeal } from '../../../src/mesh/announcement-seal.ts'
import { createDiscoveries } from '../../../src/mesh/discovery/discoveries.ts'
import { createFileRegistry } from '../../../src/mesh/discovery/file-registry.ts'
import { createMdns } from '../../../src/mesh/discovery/mdns.ts'
import { createRememberedPeers } from '../../../src/mesh/discovery/remembered-peers.ts'
import { loadIdentity } from '../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey, type MeshKey } from '../../../src/mesh/mesh-key.ts'
import type { MeshLimits } from '../../../src/mesh/protocols.ts'
import type { RelaySettings } from '../../../src/mesh/relays/relaying.ts'
import { createPeersDoor } from '../../../src/peers/peers-door.ts'
import { serveOutputs, workWithOutputs } from '../../support/output-deliveries.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { systemClock, systemRandom } from '../../../src/app/system.ts'

export interface PeerOptions {
  readonly name: string
  readonly stateDir: string
  readonly keys: readonly string[]
  readonly listen: readonly string[]
  readonly limits?: Partial<MeshLimits>
  /** A folder in which peers find each other. */
  readonly registry?: string
  /** Whether peers met are found again after a restart. */
  readonly remembers?: boolean
  readonly announce?: readonly string[]
  readonly relays?: Partial<RelaySettings>
  readonly mdns?: boolean
  /** Whether it keeps logs and artifacts for others, and brings its own to them. */
  readonly outputs?: boolean
}

/** Bytes, counted by whoever receives them. */
const BULK_PROTOCOL = '/test/bulk/1.0.0'
const BULK_FRAME_BYTES = 65_536

export type Order =
  | { readonly do: 'start' }
  | { readonly do: 'look' }
  | { readonly do: 'target'; readonly address: string }
  | { readonly do: 'forget'; readonly address: string }
  | { readonly do: 'drop' }
  | { readonly do: 'call'; readonly times: number }
  | { readonly do: 'send'; readonly to: string; readonly megabytes: number }
  /** A log of LOG_MIB or an artifact of ARTIFACT_MIB to its home, as a worker does. */
  | { readonly do: 'deliver'; readonly what: 'log' | 'artifact'; readonly to: string }
  | { readonly do: 'stop' }

export interface Look {
  readonly self: string
  readonly addresses: readonly string[]
  readonly peers: readonly { readonly peer: string; readonly runnerName: string; readonly source: string }[]
  readonly ways: readonly Pick<AdmittedPeer, 'peer' | 'relayed' | 'address'>[]
  readonly reachable: string
  readonly isRelay: boolean
  readonly sources: readonly { readonly source: string; readonly found: number }[]
  readonly targets: readonly { readonly address: string; readonly state: string; readonly lastError?: string }[]
  readonly joined: number
  readonly left: number
  readonly links: number
  readonly warnings: readonly string[]
  readonly cpuMs: number
  readonly rssMegabytes: number
  /** Of this peer's last sending. */
  readonly sendMs: number
  /** What it keeps for others, in bytes. */
  readonly kept: { readonly log: number; readonly artifact: number }
}

async function run(options: PeerOptions): Promise<void> {
  const log = new RecordingLog()
  const [first, ...more] = options.keys.map(parseMeshKey)
  const meshKeys = [first as MeshKey, ...more] as const
  const hello = () => ({ homes: [], features: ['test'], runnerName: options.name })
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir: options.stateDir, random: systemRandom }),
    meshKeys,
    listen: options.listen,
    announce: options.announce ?? [],
    ...(options.relays === undefined ? {} : { relays: options.relays }),
    hello,
    clock: systemClock,
    random: systemRandom,
    log,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  })
  const events = new Events((fault) => log.error('listener.failed', { fault: String(fault) }))
  const counts = { joined: 0, left: 0 }
  const channels = new Set<{ close(): Promise<void> }>()
  mesh.onPeer((_peer, channel) => {
    counts.joined += 1
    channels.add(channel)
    channel.onClose(() => channels.delete(channel))
  })
  mesh.onPeerGone(() => (counts.left += 1))
  const handlers: Partial<Handlers> = {
    list_peers: () => Promise.resolve({ self_peer_id: mesh.self, count: mesh.peers().length, peers: [] }),
  }
  const door = createPeersDoor({
    mesh,
    operations: createOperations(handlers as Handlers),
    access: () => new Set(['peers:read'] as const),
    events,
    clock: systemClock,
    log,
  })
  const [clock, random, signer] = [systemClock, systemRandom, mesh.signer]
  const seal = createAnnouncementSeal({ signer, meshKeys, clock })
  const { registry: directory, remembers = false, stateDir } = options
  const discoveries = createDiscoveries({
    mesh,
    discoveries: [
      ...(directory === undefined
        ? []
        : [createFileRegistry({ directory, self: mesh.self, seal, clock, random, everyMs: 100 })]),
      ...(options.mdns === true
        ? [
            createMdns({
              meshId: mesh.meshId,
              self: mesh.self,
              addresses: () => mesh.addresses(),
              clock,
              random,
              everyMs: 500,
            }),
          ]
        : []),
      ...(remembers ? [createRememberedPeers({ path: join(stateDir, 'peers.json'), mesh, clock, random })] : []),
    ],
    hello,
    clock,
    log,
  })
  let sendMs = 0
  mesh.onChannel(BULK_PROTOCOL, (channel) => {
    let bytes = 0
    channel.onFrame((frame) => {
      bytes += frame.length
      if (frame.length === 1) void channel.send(Buffer.from(String(bytes)))
    })
  })
  const sendBulk = async (to: string, megabytes: number): Promise<void> => {
    const channel = await mesh.openChannel(parsePeerId(to), BULK_PROTOCOL)
    const counted = new Promise<string>((resolve, reject) => {
      channel.onFrame((frame) => resolve(Buffer.from(frame).toString()))
      channel.onClose((cause) => reject(cause ?? new Error('the stream ended before all was counted')))
    })
    const from = performance.now()
    const frame = new Uint8Array(BULK_FRAME_BYTES)
    for (let sent = 0; sent < megabytes << 20; sent += frame.length) await channel.send(frame)
    await channel.send(Uint8Array.of(0))
    const [count, wanted] = [await counted, String((megabytes << 20) + 1)]
    if (count !== wanted) throw new Error(`${count} bytes have arrived of ${wanted}`)
    sendMs = performance.now() - from
    await channel.close()
  }
  const outputs =
    options.outputs === true
      ? {
          home: await serveOutputs(mesh, join(stateDir, 'home')),
          worker: await workWithOutputs(join(stateDir, 'worker')),
        }
      : undefined
  const deliver = async (what: 'log' | 'artifact', to: string): Promise<void> => {
    const from = performance.now()
    await outputs?.worker[what](mesh, `/p2p/${to}`)
    sendMs = performance.now() - from
  }
  const look = async (): Promise<Look> => ({
    kept: (await outputs?.home.kept()) ?? { log: 0, artifact: 0 },
    self: mesh.self,
    addresses: mesh.addresses(),
    peers: mesh.peers().map(({ peer, runnerName, source }) => ({ peer, runnerName, source })),
    ways: mesh.peers().map(({ peer, relayed, address }) => ({ peer, relayed, address })),
    reachable: mesh.reachable(),
    isRelay: mesh.isRelay(),
    sources: discoveries.list(),
    targets: mesh.targets(),
    ...counts,
    links: door.links().length,
    warnings: log.lines.filter(({ level }) => level === 'warn').map(({ event }) => event),
    rssMegabytes: process.memoryUsage.rss() / (1 << 20),
    sendMs,
    cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
  })
  let stopped = false
  // Whoever gave the orders is gone: nobody will say `stop` any more.
  process.on('disconnect', () => {
    if (!stopped) process.exit(1)
  })
  const obey = async (order: Order): Promise<Look> => {
    switch (order.do) {
      case 'start':
        // One that could not start has nothing to stop, and must end by itself.
        stopped = true
        await mesh.start()
        stopped = false
        await discoveries.start()
        break
      case 'target':
        mesh.addTarget(order.address, 'test')
        break
      case 'forget':
        mesh.removeTarget(order.address)
        break
      case 'drop':
        await Promise.all([...channels].map((channel) => channel.close()))
        break
      case 'call':
        for (let call = 0; call < order.times; call += 1) await door.links()[0]?.call('list_peers', {})
        break
      case 'send':
        await sendBulk(order.to, order.megabytes)
        break
      case 'deliver':
        await deliver(order.what, order.to)
        break
      case 'stop':
        stopped = true
        await discoveries.stop()
        await mesh.stop()
        break
      case 'look':
        break
    }
    return look()
  }
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    obey(order).then(
      (answer) => process.send?.({ id, answer }),
      (thrown: unknown) => {
        const { code, message } = toRunnerMeshError(thrown)
        process.send?.({ id, error: { code, message } })
      },
    )
  })
  process.send?.({ id: 0, answer: await look() })
}

await run(JSON.parse(process.argv[2] ?? '') as PeerOptions)
