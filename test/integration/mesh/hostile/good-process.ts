/** A member in a process of its own that asks at a steady rate, and tells over IPC how many were answered. */
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock, systemRandom } from '../../../../src/app/system.ts'
import { Events } from '../../../../src/core/events.ts'
import { createOperations } from '../../../../src/core/operations/invoke.ts'
import type { Handlers } from '../../../../src/core/operations/catalog.ts'
import { loadIdentity } from '../../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../../../src/mesh/mesh-key.ts'
import { createPeersDoor } from '../../../../src/peers/peers-door.ts'
import { RecordingLog } from '../../../support/recording-log.ts'

export interface GoodOptions {
  readonly stateDir: string
  readonly key: string
  readonly target: string
}

export interface Asked {
  readonly asked: number
  /** Within a second after the last was asked. */
  readonly answered: number
  readonly p99Ms: number
  /** Times that its connection was lost. */
  readonly lost: number
}

const PER_SECOND = 500
const EVERY_MS = 20

const { stateDir, key, target } = JSON.parse(process.argv[2] ?? '') as GoodOptions
const log = new RecordingLog()
const mesh = await createLibp2pMesh({
  identity: await loadIdentity({ stateDir, random: systemRandom }),
  meshKeys: [parseMeshKey(key)],
  listen: [],
  announce: [],
  hello: () => ({ homes: [], features: [], runnerName: 'good' }),
  clock: systemClock,
  random: systemRandom,
  log,
})
const door = createPeersDoor({
  mesh,
  operations: createOperations({} as Handlers),
  access: () => new Set(),
  events: new Events(() => undefined),
  clock: systemClock,
  log,
})
let lost = 0
mesh.onPeerGone(() => (lost += 1))
mesh.addTarget(target, 'test')
await mesh.start()

async function ask(ms: number): Promise<Asked> {
  const lostBefore = lost
  const from = performance.now()
  const took: number[] = []
  let asked = 0
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - from) {
    for (const due = (elapsed * PER_SECOND) / 1000; asked < due; asked += 1) {
      const at = performance.now()
      door
        .links()[0]
        ?.call('p2p_taskqueue_status', {})
        .then(
          () => took.push(performance.now() - at),
          () => undefined,
        )
    }
    await pause(EVERY_MS)
  }
  await pause(1000)
  took.sort((a, b) => a - b)
  return {
    asked,
    answered: took.length,
    p99Ms: took[Math.floor(took.length * 0.99)] ?? Infinity,
    lost: lost - lostBefore,
  }
}

process.on('message', ({ ms }: { ms: number }) => {
  void ask(ms).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit(0))
while (door.links().length === 0) await pause(EVERY_MS)
process.send?.('ready')
