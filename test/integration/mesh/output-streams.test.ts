/** The stream protocol over real connections: windows, rights, cut transfers, and peers that mean no good. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import { HomeDesk } from '../../../src/coordinator/home-desk.ts'
import { Events, type AnyEvent } from '../../../src/core/events.ts'
import type { PeerId, TaskId } from '../../../src/core/ids.ts'
import { LOG_START, positionAfter, type LogPosition, type LogRecord } from '../../../src/core/log-record.ts'
import type { AttemptKey, LogStore } from '../../../src/core/ports/log-store.ts'
import type { Mesh } from '../../../src/core/ports/mesh.ts'
import type { Task } from '../../../src/core/task.ts'
import { loadIdentity } from '../../../src/mesh/identity.ts'
import { createLibp2pMesh } from '../../../src/mesh/libp2p-mesh.ts'
import { parseMeshKey } from '../../../src/mesh/mesh-key.ts'
import { createStreamDesk } from '../../../src/peers/stream-desk.ts'
import { serveStreams } from '../../../src/peers/stream-door.ts'
import { STREAM_PROTOCOL, WINDOW_BYTES } from '../../../src/peers/stream-talk.ts'
import { createFileArtifactStore } from '../../../src/store/artifacts/file-artifact-store.ts'
import { createFileLogStore } from '../../../src/store/logs/file-log-store.ts'
import { eventually } from '../../support/eventually.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { MESH_KEY } from './peers.ts'

const MIB = 1_048_576
const TASK = 'aaaaaaaaaaaaaaaa.1.1' as TaskId
const KEY: AttemptKey = { taskId: TASK, attempt: 2 }
const never = new AbortController().signal

async function meshFor(t: TestContext, directory: string, prepare: (mesh: Mesh) => void): Promise<Mesh> {
  const mesh = await createLibp2pMesh({
    identity: await loadIdentity({ stateDir: directory, random: systemRandom }),
    meshKeys: [parseMeshKey(MESH_KEY)],
    listen: ['/ip4/127.0.0.1/tcp/0'],
    announce: [],
    hello: () => ({ homes: [], features: [], runnerName: 'test' }),
    clock: systemClock,
    random: systemRandom,
    log: new RecordingLog(),
  })
  prepare(mesh)
  t.after(() => mesh.stop())
  await mesh.start()
  return mesh
}

interface House {
  readonly home: Mesh
  readonly worker: Mesh
  readonly desk: HomeDesk
  readonly events: AnyEvent[]
  readonly tasks: Map<string, Partial<Task>>
}

/** A home with one task, which `worker` holds in its second attempt. */
async function house(t: TestContext, wrap: (logs: LogStore) => LogStore = (logs) => logs): Promise<House> {
  const scratch = await scratchDirectory('memory')
  t.after(() => scratch[Symbol.asyncDispose]())
  const limits = { headBytes: 16 * MIB, tailBytes: 64 * MIB }
  const logs = wrap(createFileLogStore({ directory: join(scratch.path, 'logs'), limits }))
  const artifacts = createFileArtifactStore({ directory: join(scratch.path, 'artifacts'), totalBytes: 1024 * MIB })
  await artifacts.start()
  t.after(() => artifacts.stop())
  const tasks = new Map<string, Partial<Task>>()
  const heard: AnyEvent[] = []
  const events = new Events((fault) => assert.fail(String(fault)))
  events.listen((event) => heard.push(event))
  const find = (id: TaskId) => Promise.resolve(tasks.get(id) as Task | undefined)
  const desk = new HomeDesk({ tasks: { find }, logs, artifacts, events, clock: systemClock })
  const log = new RecordingLog()
  const home = await meshFor(t, join(scratch.path), (mesh) =>
    serveStreams({ mesh, desk: (peer) => desk.serve(peer), clock: systemClock, log }),
  )
  const second = await scratchDirectory('memory')
  t.after(() => second[Symbol.asyncDispose]())
  const worker = await meshFor(t, second.path, (mesh) =>
    serveStreams({ mesh, desk: undefined, clock: systemClock, log }),
  )
  const joined = Promise.withResolvers<undefined>()
  worker.onPeer(() => joined.resolve(undefined))
  worker.addTarget(home.addresses()[0] ?? '', 'test')
  await joined.promise
  tasks.set(TASK, { id: TASK, attempt: 2, worker: worker.self, submitter: 'local', payload: {} })
  return { home, worker, desk, events: heard, tasks }
}

/** Appends wait for the gate. */
function slowed(logs: LogStore, gate: Promise<unknown>): LogStore {
  return {
    start: () => logs.start(),
    stop: () => logs.stop(),
    state: (key) => logs.state(key),
    append: async (...call) => {
      await gate
      return logs.append(...call)
    },
    read: (...call) => logs.read(...call),
    attempts: (taskId) => logs.attempts(taskId),
    keys: () => logs.keys(),
    remove: (key) => logs.remove(key),
  }
}

function deskOf({ home, worker }: House) {
  return createStreamDesk(home.self, { mesh: worker, clock: systemClock })
}

function* records(count: number, bytes: number, from: LogPosition = LOG_START): Generator<LogRecord> {
  let next = from
  for (let index = 0; index < count; index += 1) {
    const text = Buffer.alloc(bytes, `record ${String(next.seq)} `)
    text[bytes - 1] = 10
    const record: LogRecord = { kind: index % 2 === 0 ? 'stdout' : 'stderr', at: 1, ...next, bytes: text }
    next = positionAfter(record)
    yield record
  }
}

test('a log arrives whole and in order, and the home tells where it stands, never what it says', async (t) => {
  const there = await house(t)
  const sink = await deskOf(there).openLog(KEY, never)
  assert.equal(sink.nextSeq, 0)
  assert.equal(there.desk.isWriting(KEY), true)
  const sent = [...records(300, 32_768)]
  for (let at = 0; at < sent.length; at += 10) await sink.append(sent.slice(at, at + 10))
  await sink.flushed()
  const state = await there.desk.logs.state(KEY)
  assert.equal(state?.next.seq, 300)
  const kept = await there.desk.logs.read(KEY, { seq: 0 }, 100 * MIB)
  assert.deepEqual(
    kept.map(({ seq, kind }) => [seq, kind]),
    sent.map(({ seq, kind }) => [seq, kind]),
  )
  assert.ok(kept.every(({ bytes }, index) => Buffer.compare(bytes, sent[index]?.bytes ?? new Uint8Array()) === 0))
  const told = there.events.filter((event) => event.name === 'task.logged')
  assert.equal(told.at(-1)?.nextSeq, 300)
  assert.doesNotMatch(JSON.stringify(told), /record/)
  await sink.close()
  await eventually(
    'the home sees the end of the stream',
    () => there.desk.isWriting(KEY),
    (writing) => !writing,
  )

  const again = await deskOf(there).openLog(KEY, never)
  assert.equal(again.nextSeq, 300, 'a new stream goes on where the home stands')
  await again.close()
})

test('a home that is slow slows its worker down: what is on the way stays within the window', async (t) => {
  const gate = Promise.withResolvers<undefined>()
  const there = await house(t, (logs) => slowed(logs, gate.promise))
  const sink = await deskOf(there).openLog(KEY, never)
  let sent = 0
  const sending = (async () => {
    for (const record of records(512, 65_536)) {
      await sink.append([record])
      sent += record.bytes.length
    }
    await sink.flushed()
  })()
  await eventually(
    'the window is full',
    () => sent,
    (bytes) => bytes >= WINDOW_BYTES - MIB,
  )
  const before = process.memoryUsage().rss
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(sent <= WINDOW_BYTES, `${String(sent)} bytes were sent to a home that takes none`)
  assert.ok(process.memoryUsage().rss - before < 32 * MIB)
  gate.resolve(undefined)
  await sending
  assert.equal((await there.desk.logs.state(KEY))?.next.seq, 512)
  await sink.close()
})

test('only the peer with the latest grant writes: not the one before, nor a stranger, nor for an unknown task', async (t) => {
  const there = await house(t)
  const desk = deskOf(there)
  const artifact = { path: '/a', bytes: 1, sha256: createHash('sha256').update('a').digest('hex') }
  await assert.rejects(desk.openLog({ taskId: TASK, attempt: 1 }, never), { code: 'lease_lost' })
  await assert.rejects(desk.openLog({ taskId: 'aaaaaaaaaaaaaaaa.1.9' as TaskId, attempt: 1 }, never), {
    code: 'task_not_found',
  })
  const sink = await desk.openLog(KEY, never)
  await sink.append([...records(1, 10)])
  await sink.flushed()
  there.tasks.set(TASK, { ...there.tasks.get(TASK), attempt: 3, worker: 'somebody' as PeerId })
  await sink.append([...records(2, 10)])
  await assert.rejects(sink.flushed(), { code: 'lease_lost' })
  assert.equal((await there.desk.logs.state(KEY))?.next.seq, 1, 'nothing was written after the grant had gone')
  await assert.rejects(desk.openArtifact(KEY, artifact, never), { code: 'lease_lost' })
  await assert.rejects(desk.openInput(KEY, 0, 0, never), { code: 'lease_lost' })
  const toWorker = createStreamDesk(there.worker.self, { mesh: there.home, clock: systemClock })
  await assert.rejects(toWorker.openLog(KEY, never), { code: 'peer_not_allowed' })
})

test('an artifact that was cut off goes on where it stopped, and a forged one is refused', async (t) => {
  const there = await house(t)
  const desk = deskOf(there)
  const content = randomBytes(6 * MIB)
  const artifact = {
    path: '/out/big',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }
  const cut = new AbortController()
  const first = await desk.openArtifact(KEY, artifact, cut.signal)
  await first.write(content.subarray(0, 5 * MIB))
  cut.abort()
  await assert.rejects(first.finish())
  const second = await desk.openArtifact(KEY, artifact, never)
  const { offset } = second
  await second.write(content.subarray(offset))
  await second.finish()
  assert.ok(offset > 0 && offset <= 5 * MIB, `it went on at ${String(offset)}`)
  assert.deepEqual(await there.desk.artifacts.list(KEY), [artifact])

  const forged = { ...artifact, path: '/out/forged', sha256: '0'.repeat(64) }
  const intake = await desk.openArtifact(KEY, forged, never)
  await intake.write(content)
  await assert.rejects(intake.finish(), { code: 'signature_invalid' })
  assert.deepEqual(await there.desk.artifacts.list(KEY), [artifact])
})

test('an input is given from any offset, of the submitter’s own tasks alone, no faster than it is read', async (t) => {
  const there = await house(t)
  const content = randomBytes(12 * MIB)
  const source = { taskId: 'aaaaaaaaaaaaaaaa.1.5' as TaskId, attempt: 1 }
  const left = await there.desk.artifacts.collect(source, '/out/x', content.length, [content] as never)
  const inputs = [
    { name: 'by-task', task_id: source.taskId, path: '/out/x' },
    { name: 'by-content', sha256: left.sha256 },
  ]
  there.tasks.set(TASK, { ...there.tasks.get(TASK), payload: { inputs } })
  const desk = deskOf(there)
  there.tasks.set(source.taskId, { id: source.taskId, attempt: 1, submitter: 'somebody else' })
  for (const index of [0, 1, 2]) await assert.rejects(desk.openInput(KEY, index, 0, never), { code: 'bad_request' })
  there.tasks.set(source.taskId, { id: source.taskId, attempt: 1, submitter: 'local' })
  for (const index of [0, 1]) {
    const { artifact, content: pieces } = await desk.openInput(KEY, index, 2 * MIB, never)
    assert.deepEqual(artifact, left)
    const heard: Uint8Array[] = []
    for await (const piece of pieces) heard.push(piece)
    assert.equal(Buffer.compare(Buffer.concat(heard), content.subarray(2 * MIB)), 0)
  }
  // A reader that leaves early leaves nothing open.
  const { content: pieces } = await desk.openInput(KEY, 0, 0, never)
  for await (const piece of pieces) {
    assert.ok(piece.length > 0)
    break
  }
})

test('a peer that sends more than the window, or what is no word, is cut off; others go on', async (t) => {
  const there = await house(t)
  const closed = (channel: Awaited<ReturnType<Mesh['openChannel']>>) =>
    new Promise<void>((resolve) => channel.onClose(() => resolve()))

  const flood = await there.worker.openChannel(there.home.self, STREAM_PROTOCOL)
  const flooded = closed(flood)
  const frame = Buffer.alloc(MIB - 8, 2)
  const flooding = (async () => {
    for (let count = 0; count < 64; count += 1) await flood.send(frame)
  })().catch(() => undefined)
  await flooded
  await flooding

  const garbage = await there.worker.openChannel(there.home.self, STREAM_PROTOCOL)
  const refused = closed(garbage)
  await garbage.send(Buffer.from([1, ...Buffer.from('{"open":"everything"}')]))
  await refused

  const sink = await deskOf(there).openLog(KEY, never)
  await sink.append([...records(3, 100)])
  await sink.flushed()
  assert.equal((await there.desk.logs.state(KEY))?.next.seq, 3)
  await sink.close()
})
