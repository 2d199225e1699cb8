/** A whole peer in a process of its own, as `runner-mesh up` puts it together, asked for operations over IPC. */
import { setTimeout as pause } from 'node:timers/promises'
import { loadConfig, type Environment } from '../../../src/app/config.ts'
import { startPeer } from '../../../src/app/peer/start-peer.ts'
import { toRunnerMeshError } from '../../../src/core/errors.ts'
import { ACCESS } from '../../../src/core/operations/operation.ts'
import { RecordingLog } from '../../support/recording-log.ts'

export interface HomeOrder {
  readonly id: number
  readonly do: 'call' | 'look' | 'collect' | 'stop'
  readonly operation?: string
  readonly input?: unknown
}

export interface HomeLook {
  readonly self: string
  readonly addresses: readonly string[]
  readonly rssMegabytes: number
  /** What of it is in use, or was until lately: on the JavaScript heap and beside it. */
  readonly usedMegabytes: number
}

const SWEEP_MS = 50
const SWEEPS = 5
const log = new RecordingLog()
const peer = await startPeer(
  loadConfig(JSON.parse(process.argv[2] ?? '{}') as Environment),
  { home: true, worker: false },
  { log, program: [process.execPath] },
)

function look(): HomeLook {
  const { rss, heapUsed, external } = process.memoryUsage()
  return {
    self: peer.mesh.self,
    addresses: peer.mesh.addresses(),
    rssMegabytes: rss / (1 << 20),
    usedMegabytes: (heapUsed + external) / (1 << 20),
  }
}

/** What is held: buffers are freed beside the loop, some time after a collection, and new litter falls meanwhile. */
async function leastAfterCollections(): Promise<HomeLook> {
  const looks: HomeLook[] = []
  for (let times = 0; times < SWEEPS; times += 1) {
    globalThis.gc?.()
    looks.push(look())
    await pause(SWEEP_MS)
  }
  looks.push(look())
  return looks.reduce((least, one) => (one.usedMegabytes < least.usedMegabytes ? one : least))
}

async function obey({ do: what, operation = '', input }: HomeOrder): Promise<unknown> {
  if (what === 'stop') {
    await peer.stop()
    process.disconnect()
    return undefined
  }
  if (what === 'collect') return leastAfterCollections()
  if (what === 'look') return look()
  return peer.operations.invoke(operation, input, {
    caller: { principal: 'local', door: 'cli', access: new Set(ACCESS) },
    signal: new AbortController().signal,
    progress: () => undefined,
  })
}

process.on('message', (order: HomeOrder) => {
  obey(order).then(
    (answer) => process.connected && process.send?.({ id: order.id, answer }),
    (thrown: unknown) => process.send?.({ id: order.id, error: toRunnerMeshError(thrown).message }),
  )
})
process.send?.({ id: 0, answer: look() })
