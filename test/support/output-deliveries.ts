/** A log of 50 MB and an artifact of 200 MB on their way home: from the worker's disk to the home's, as tasks bring them. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '../../src/app/system.ts'
import { HomeDesk } from '../../src/coordinator/home-desk.ts'
import { deliverArtifacts } from '../../src/coordinator/worker/artifact-delivery.ts'
import type { DeliveryDeps } from '../../src/coordinator/worker/home-delivery.ts'
import { LogDelivery } from '../../src/coordinator/worker/log-delivery.ts'
import { Events } from '../../src/core/events.ts'
import { parsePeerId, type PeerId, type TaskId } from '../../src/core/ids.ts'
import {
  LOG_RECORD_BYTES,
  LOG_START,
  positionAfter,
  type LogPosition,
  type LogRecord,
} from '../../src/core/log-record.ts'
import type { AttemptKey, LogStore } from '../../src/core/ports/log-store.ts'
import type { ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { Mesh } from '../../src/core/ports/mesh.ts'
import type { Task } from '../../src/core/task.ts'
import { createStreamDesk } from '../../src/peers/stream-desk.ts'
import { serveStreams } from '../../src/peers/stream-door.ts'
import { createFileArtifactStore } from '../../src/store/artifacts/file-artifact-store.ts'
import { createFileLogStore } from '../../src/store/logs/file-log-store.ts'
import { RecordingLog } from './recording-log.ts'

const MIB = 1_048_576
export const [LOG_MIB, ARTIFACT_MIB] = [50, 200] as const
const limits = { headBytes: 16 * MIB, tailBytes: 64 * MIB }
const log = new RecordingLog()

async function storesIn(directory: string): Promise<{ logs: LogStore; artifacts: ArtifactStore }> {
  const artifacts = createFileArtifactStore({ directory: join(directory, 'artifacts'), totalBytes: 8192 * MIB })
  await artifacts.start()
  return { logs: createFileLogStore({ directory: join(directory, 'logs'), limits }), artifacts }
}

export interface OutputHome {
  /** What came last, in bytes. */
  kept(): Promise<{ readonly log: number; readonly artifact: number }>
}

/** A home where every task is held by whoever asks. What came before is thrown away. */
export async function serveOutputs(mesh: Mesh, directory: string): Promise<OutputHome> {
  const stores = await storesIn(directory)
  const desk = (peer: PeerId) => {
    const find = (id: TaskId) => Promise.resolve({ id, attempt: 1, worker: peer, submitter: 'bench' } as Task)
    const events = new Events(() => undefined)
    const served = new HomeDesk({ tasks: { find }, ...stores, events, clock: systemClock }).serve(peer)
    const openFresh = async <T>(open: () => Promise<T>): Promise<T> => {
      for (const store of [stores.logs, stores.artifacts]) for (const key of await store.keys()) await store.remove(key)
      return open()
    }
    return {
      ...served,
      openLog: (...call: Parameters<typeof served.openLog>) => openFresh(() => served.openLog(...call)),
      openArtifact: (...call: Parameters<typeof served.openArtifact>) => openFresh(() => served.openArtifact(...call)),
    }
  }
  serveStreams({ mesh, desk, clock: systemClock, log })
  return {
    kept: async () => {
      const bytes = { log: 0, artifact: 0 }
      for (const key of await stores.logs.keys()) bytes.log += (await stores.logs.state(key))?.next.stdoutBytes ?? 0
      for (const key of await stores.artifacts.keys()) {
        for (const artifact of await stores.artifacts.list(key)) bytes.artifact += artifact.bytes
      }
      return bytes
    },
  }
}

export interface OutputWorker {
  log(mesh: Mesh, address: string): Promise<number>
  artifact(mesh: Mesh, address: string): Promise<number>
}

/** Brings what it makes to a home; both in MB/s. */
export async function workWithOutputs(directory: string): Promise<OutputWorker> {
  const { logs, artifacts } = await storesIn(directory)
  let serial = 0
  const next = (): AttemptKey => {
    serial += 1
    return { taskId: `aaaaaaaaaaaaaaaa.1.${String(serial)}` as TaskId, attempt: 1 }
  }
  const deps = (mesh: Mesh, address: string): DeliveryDeps => {
    const peer = parsePeerId(/\/p2p\/([^/]+)$/.exec(address)?.[1] ?? '')
    const desk = createStreamDesk(peer, { mesh, clock: systemClock })
    return {
      desks: { find: () => desk, isOwn: () => false, putLast: () => undefined, onFound: () => () => undefined },
      clock: systemClock,
      log,
    }
  }
  const piece = randomBytes(MIB)
  return {
    log: async (mesh, address) => {
      const key = next()
      await fill(logs, key)
      const delivery = new LogDelivery({ ...deps(mesh, address), spool: logs })
      const from = performance.now()
      delivery.grew(key)
      await delivery.delivered(key, new AbortController().signal)
      return LOG_MIB / ((performance.now() - from) / 1000)
    },
    artifact: async (mesh, address) => {
      const key = next()
      const content = (function* () {
        yield Buffer.alloc(MIB, serial)
        for (let count = 1; count < ARTIFACT_MIB; count += 1) yield piece
      })()
      const left = await artifacts.collect(key, '/out', ARTIFACT_MIB * MIB, content as never)
      const from = performance.now()
      const signal = new AbortController().signal
      const faults = await deliverArtifacts({ ...deps(mesh, address), artifacts }, key, [left], signal)
      const ms = performance.now() - from
      if (faults.length > 0) throw new Error(faults[0]?.message)
      await artifacts.remove(key)
      return ARTIFACT_MIB / (ms / 1000)
    },
  }
}

async function fill(store: LogStore, key: AttemptKey): Promise<void> {
  const line = 'a line of output as programs write them, some eighty characters long, and more\n'
  const text = Buffer.from(line.repeat(Math.floor(LOG_RECORD_BYTES / line.length)))
  let position: LogPosition = LOG_START
  for (let bytes = 0; bytes < LOG_MIB * MIB; bytes += text.length) {
    const record: LogRecord = { kind: 'stdout', at: 1, ...position, bytes: text }
    position = positionAfter(record)
    await store.append(key, [record])
  }
  await store.append(key, [{ kind: 'end', at: 1, ...position, bytes: new Uint8Array() }])
}
