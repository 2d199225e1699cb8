/**
 * Some of the members of a mesh that comes up at once, in a process of their own: whole meshes of ours, or bare libp2p nodes
 * that dial whoever they are told of. They begin when their parent says where all are.
 */
import { join } from 'node:path'
import type { Libp2p } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { loadIdentity } from '../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../src/mesh/mesh-key.ts'
import { RecordingLog } from '../../test/support/recording-log.ts'
import { bareNode } from '../mesh/bare.ts'

export type Kind = 'ours' | 'bare'

interface Member {
  readonly addresses: readonly string[]
  /** Hears of all members, itself among them, as from a registry. */
  meet(addresses: readonly string[]): void
  /** How many others it is connected with; with ours, admitted. */
  known(): number
}

const LISTEN = ['/ip4/127.0.0.1/tcp/0']
const LOOK_EVERY_MS = 10
const REDIAL_MS = 100

const [kind = 'ours', count = '0', folder = '', key = ''] = process.argv.slice(2)
process.once('disconnect', () => process.exit())
const members = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) => (kind === 'ours' ? ours(join(folder, String(index))) : bare())),
)
process.on('message', (all: readonly string[]) => {
  for (const member of members) member.meet(all)
  const look = (): void => {
    if (members.every((member) => member.known() >= all.length - 1)) process.send?.('all')
    else systemClock.after(LOOK_EVERY_MS, look)
  }
  look()
})
process.send?.(members.map(({ addresses }) => addresses[0]))

async function ours(stateDir: string): Promise<Member> {
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir, random: systemRandom }),
    meshKeys: [parseMeshKey(key)],
    listen: LISTEN,
    announce: [],
    hello: () => ({ homes: [], features: [], runnerName: 'bench' }),
    ...{ clock: systemClock, random: systemRandom, log: new RecordingLog() },
  })
  await mesh.start()
  return {
    addresses: mesh.addresses(),
    meet: (addresses) => {
      for (const address of addresses) mesh.addTarget(address, 'bench')
    },
    known: () => mesh.peers().length,
  }
}

/** Each pair is dialled from one side, and again until it is connected: libp2p alone does neither. */
async function bare(): Promise<Member> {
  const node: Libp2p = await bareNode(LISTEN)
  const self = node.peerId.toString()
  const reach = async (address: string): Promise<void> => {
    for (;;) {
      try {
        await node.dial(multiaddr(address))
        return
      } catch {
        await systemClock.sleep(REDIAL_MS)
      }
    }
  }
  return {
    addresses: node.getMultiaddrs().map(String),
    meet: (addresses) => {
      const own = addresses.findIndex((address) => address.endsWith(self))
      for (const address of addresses.slice(own + 1)) void reach(address)
    },
    known: () => node.getPeers().length,
  }
}
