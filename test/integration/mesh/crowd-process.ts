/** Several peers in one process, which find each other and those of other processes in a folder; tells how many each has met. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock as clock, systemRandom as random } from '../../../src/app/system.ts'
import { createAnnouncementSeal } from '../../../src/mesh/announcement-seal.ts'
import { createDiscoveries } from '../../../src/mesh/discovery/discoveries.ts'
import { createFileRegistry } from '../../../src/mesh/discovery/file-registry.ts'
import { loadIdentity } from '../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { RecordingLog } from '../../support/recording-log.ts'

export interface Crowd {
  readonly key: string
  readonly directory: string
  readonly peers: number
}

/** How many each of the peers here is connected with. */
export type Met = readonly number[]

async function run({ key, directory, peers }: Crowd): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'runner-mesh-crowd-'))
  const meshKeys = [parseMeshKey(key)] as const
  const all = await Promise.all(
    Array.from({ length: peers }, async (_, index) => {
      const log = new RecordingLog()
      const hello = () => ({ homes: [], features: [], runnerName: `peer ${String(index)}` })
      const identity = await loadIdentity({ stateDir: join(scratch, String(index)), random })
      const listen = ['/ip4/127.0.0.1/tcp/0']
      const mesh = await createLibp2pMesh({ identity, meshKeys, listen, announce: [], hello, clock, random, log })
      const seal = createAnnouncementSeal({ signer: mesh.signer, meshKeys, clock })
      const registry = createFileRegistry({ directory, self: mesh.self, seal, clock, random, everyMs: 200 })
      return { mesh, discoveries: createDiscoveries({ mesh, discoveries: [registry], hello, clock, log }) }
    }),
  )
  for (const { mesh, discoveries } of all) {
    await mesh.start()
    await discoveries.start()
  }
  const tell = (): unknown => process.send?.(all.map(({ mesh }) => mesh.peers().length) satisfies Met)
  process.on('message', tell)
  tell()
  process.once('disconnect', () => {
    void rm(scratch, { recursive: true, force: true }).finally(() => process.exit())
  })
}

await run(JSON.parse(process.argv[2] ?? '') as Crowd)
