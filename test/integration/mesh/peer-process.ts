/**
 * A peer in a process of its own, told what to do over IPC. It ends by itself once it is stopped and the parent has let
 * go of it: whatever would keep it alive then is a leak that its tests notice.
 */
import { join } from 'node:path'
import { toRunnerMeshError } from '../../../src/core/errors.ts'
import { Events } from '../../../src/core/events.ts'
import { createOperations } from '../../../src/core/operations/invoke.ts'
import type { Handlers } from '../../../src/core/operations/catalog.ts'
import { createAnnouncementSeal } from '../../../src/mesh/announcement-seal.ts'
import { createDiscoveries } from '../../../src/mesh/discovery/discoveries.ts'
import { createFileRegistry } from '../../../src/mesh/discovery/file-registry.ts'
import { createRememberedPeers } from '../../../src/mesh/discovery/remembered-peers.ts'
import { loadIdentity } from '../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey, type MeshKey } from '../../../src/mesh/mesh-key.ts'
import type { MeshLimits } from '../../../src/mesh/protocols.ts'
import { createPeersDoor } from '../../../src/peers/peers-door.ts'
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
}

export type Order =
  | { readonly do: 'start' }
  | { readonly do: 'look' }
  | { readonly do: 'target'; readonly address: string }
  | { readonly do: 'forget'; readonly address: string }
  | { readonly do: 'drop' }
  | { readonly do: 'call'; readonly times: number }
  | { readonly do: 'stop' }

export interface Look {
  readonly self: string
  readonly addresses: readonly string[]
  readonly peers: readonly { readonly peer: string; readonly runnerName: string; readonly source: string }[]
  readonly targets: readonly { readonly address: string; readonly state: string; readonly lastError?: string }[]
  readonly joined: number
  readonly left: number
  readonly links: number
  readonly warnings: readonly string[]
  readonly cpuMs: number
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
    announce: [],
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
      ...(remembers ? [createRememberedPeers({ path: join(stateDir, 'peers.json'), mesh, clock, random })] : []),
    ],
    hello,
    clock,
    log,
  })
  const look = (): Look => ({
    self: mesh.self,
    addresses: mesh.addresses(),
    peers: mesh.peers().map(({ peer, runnerName, source }) => ({ peer, runnerName, source })),
    targets: mesh.targets(),
    ...counts,
    links: door.links().length,
    warnings: log.lines.filter(({ level }) => level === 'warn').map(({ event }) => event),
    cpuMs: (process.cpuUsage().user + process.cpuUsage().system) / 1000,
  })
  const obey = async (order: Order): Promise<Look> => {
    switch (order.do) {
      case 'start':
        await mesh.start()
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
      case 'stop':
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
  process.send?.({ id: 0, answer: look() })
}

await run(JSON.parse(process.argv[2] ?? '') as PeerOptions)
