/** A home over its real store, asked through the catalog's operations, with time in the test's hands. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { MeshCache } from '../../src/coordinator/cache/mesh-cache.ts'
import { CronSchedules } from '../../src/coordinator/cron/cron.ts'
import { createHandlers } from '../../src/coordinator/handlers/create-handlers.ts'
import { HomeDesk } from '../../src/coordinator/home-desk.ts'
import { Home } from '../../src/coordinator/home.ts'
import { PeerBook } from '../../src/coordinator/peer-book.ts'
import { sealTask, SUBMISSION } from '../../src/coordinator/submission.ts'
import { parseTaskEnvelope, type TaskEnvelope } from '../../src/core/envelope.ts'
import { Events, type AnyEvent } from '../../src/core/events.ts'
import type { PeerId } from '../../src/core/ids.ts'
import { LEASE } from '../../src/core/lease.ts'
import { CATALOG, type OperationName, type Output, type RawInput } from '../../src/core/operations/catalog.ts'
import { createOperations, type Operations } from '../../src/core/operations/invoke.ts'
import { ACCESS, type Access, type Caller, type ProgressNote } from '../../src/core/operations/operation.ts'
import type { TaskPins } from '../../src/core/ports/task-pins.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import { createFileArtifactStore } from '../../src/store/artifacts/file-artifact-store.ts'
import { createFileLogStore } from '../../src/store/logs/file-log-store.ts'
import { createSqliteTaskStore } from '../../src/store/sqlite/sqlite-task-store.ts'
import { fakeMesh, fakeSigner } from '../fakes/fake-mesh.ts'
import { fakePeering } from '../fakes/fake-peering.ts'
import { openLogAtOnce } from './log-at-once.ts'
import { ManualClock, settle } from './manual-clock.ts'
import { RecordingLog } from './recording-log.ts'
import { scratchDirectory } from './scratch-directory.ts'
import { SeededRandom } from './seeded-random.ts'

const SELF = '12D3KooWHouseHouseHouseHouseHouseHouseHouseHouseHous' as PeerId
const MESH_ID = 'mesh-of-the-house'
const RIGHTS: readonly Access[] = ['tasks:read', 'tasks:submit', 'tasks:cancel', 'tasks:work']

export const ADMIN: Caller = { principal: 'local', door: 'cli', access: new Set(ACCESS) }
export const ALICE: Caller = { principal: 'token:alice', door: 'mcp', access: new Set(RIGHTS) }
export const BOB: Caller = { principal: 'token:bob', door: 'mcp', access: new Set(RIGHTS) }
export const WORKER = workerNamed('12D3KooWWorkerWorkerWorkerWorkerWorkerWorkerWorkerWo')

export function workerNamed(peer: string): Caller {
  return { principal: `peer:${peer}`, door: 'peers', access: new Set(RIGHTS), peer: peer as PeerId }
}

/** Nothing to ask: tags stay tags, and every ref names one commit. */
const NO_PINS: TaskPins = {
  digestOf: () => Promise.resolve(undefined),
  commitOf: () => Promise.resolve('c'.repeat(40)),
}

export interface QueueHouseOptions {
  readonly maxRunningPerSubmitter?: number
  /** Lays something between the home and its store, made anew at each restart. */
  readonly around?: (store: TaskStore) => TaskStore
}

interface Open {
  readonly events: Events
  readonly home: Home
  readonly outputs: HomeDesk
  readonly cron: CronSchedules
  readonly operations: Operations
}

type Task = Output<'p2p_taskqueue_get_task'>['task']
type Grant = Output<'p2p_taskqueue_claim_next'>['grants'][number]

export class QueueHouse implements AsyncDisposable {
  readonly clock = new ManualClock()
  readonly log = new RecordingLog()
  readonly heard: AnyEvent[] = []
  readonly #directory: Awaited<ReturnType<typeof scratchDirectory>>
  readonly #options: QueueHouseOptions
  #open: Open | undefined

  static async open(options: QueueHouseOptions = {}): Promise<QueueHouse> {
    const house = new QueueHouse(await scratchDirectory('memory'), options)
    await house.start()
    return house
  }

  constructor(directory: Awaited<ReturnType<typeof scratchDirectory>>, options: QueueHouseOptions) {
    this.#directory = directory
    this.#options = options
  }

  get home(): Home {
    assert(this.#open !== undefined)
    return this.#open.home
  }

  /** Of its present life: all are new after a restart. */
  get doors(): Pick<Open, 'events' | 'operations' | 'outputs'> {
    assert(this.#open !== undefined)
    return this.#open
  }

  async start(): Promise<void> {
    const { clock, log } = this
    const random = new SeededRandom()
    const { around = (store: TaskStore) => store, ...settings } = this.#options
    const store = createSqliteTaskStore({
      openLog: openLogAtOnce,
      directory: this.#directory.path,
      clock,
      random,
      log,
      settings: { ballastBytes: 0 },
    })
    const events = new Events((thrown) => {
      throw thrown as Error
    })
    events.listen((event) => this.heard.push(event))
    const home = new Home({ store: around(store), events, clock, log, lease: LEASE, ...settings })
    const { path } = this.#directory
    const outputs = new HomeDesk({
      tasks: store,
      logs: createFileLogStore({ directory: join(path, 'logs'), limits: { headBytes: 1e6, tailBytes: 1e6 } }),
      artifacts: createFileArtifactStore({ directory: join(path, 'artifacts'), totalBytes: 1e6 }),
      events,
      clock,
    })
    const mesh = fakeMesh(SELF, MESH_ID)
    const seal = { signer: mesh.signer, meshIds: mesh.meshIds, random }
    const cron = new CronSchedules({
      home,
      clock,
      log,
      pin: (task) => Promise.resolve(task),
      seal: (task, now) => sealTask(task, now, seal),
    })
    const operations = createOperations(
      createHandlers({
        home,
        outputs,
        cron,
        cache: new MeshCache({ self: SELF, store: undefined, links: () => [], clock, log }),
        mesh,
        peers: new PeerBook(),
        peering: fakePeering({ self: SELF, clock, log }),
        events,
        clock,
        random,
        lease: LEASE,
        submission: SUBMISSION,
        pins: NO_PINS,
        version: '0.0.0',
        executorStatus: () => ({}),
      }),
    )
    await home.start()
    await cron.start()
    this.#open = { events, home, outputs, cron, operations }
    await this.pass(0)
  }

  async stop(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.cron.stop()
    await open?.home.stop()
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.#directory[Symbol.asyncDispose]()
  }

  /** Time passes, second by second, and the home does what falls due. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await this.clock.advance(Math.min(left, 1_000))
      await this.quiet()
    }
    await this.clock.advance(0)
    await this.quiet()
  }

  /** Nothing is on its way to the disk any more. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await settle()
  }

  /** As a door calls it: an answer of another form than the catalog's is a fault of its own. */
  async call<N extends OperationName>(
    name: N,
    input: RawInput<N>,
    caller: Caller = ALICE,
    { signal = new AbortController().signal, progress = () => undefined }: CallExtras = {},
  ): Promise<Output<N>> {
    assert(this.#open !== undefined)
    const answer = await this.#open.operations.call(name, input, { caller, signal, progress })
    CATALOG[name].output.parse(answer)
    return answer
  }

  async submit(input: Partial<RawInput<'p2p_taskqueue_submit'>> = {}, caller: Caller = ALICE): Promise<string> {
    return (await this.call('p2p_taskqueue_submit', { task_type: 'test.noop', payload: {}, ...input }, caller)).task_id
  }

  async claim(
    input: Partial<RawInput<'p2p_taskqueue_claim_next'>> = {},
    caller: Caller = WORKER,
  ): Promise<readonly Grant[]> {
    return (await this.call('p2p_taskqueue_claim_next', input, caller)).grants
  }

  /** The next task, which there must be. */
  async take(caller: Caller = WORKER): Promise<Grant> {
    const [grant] = await this.claim({}, caller)
    assert(grant !== undefined, 'nothing was granted')
    return grant
  }

  settle(
    grant: Grant,
    end: Partial<RawInput<'p2p_taskqueue_complete_task'>> = {},
    caller: Caller = WORKER,
  ): Promise<Output<'p2p_taskqueue_complete_task'>> {
    const { task_id, fence } = grant
    return this.call('p2p_taskqueue_complete_task', { task_id, fence, ...end }, caller)
  }

  fail(grant: Grant, end: Partial<RawInput<'p2p_taskqueue_complete_task'>> = {}) {
    return this.settle(grant, { status: 'failed', reason: 'exit', exit_code: 1, ...end })
  }

  renew(grant: Grant, caller: Caller = WORKER): Promise<Output<'p2p_taskqueue_renew'>> {
    const { task_id, fence } = grant
    return this.call('p2p_taskqueue_renew', { leases: [{ task_id, fence }] }, caller)
  }

  async get(taskId: string, caller: Caller = ADMIN): Promise<Task> {
    return (await this.call('p2p_taskqueue_get_task', { task_id: taskId }, caller)).task
  }

  /** Status and phase or reason in one word, such as `queued/ready` or `failed/exit`. */
  async state(taskId: string): Promise<string> {
    const { status, phase, reason } = await this.get(taskId)
    return [status, phase ?? reason].filter((word) => word !== undefined).join('/')
  }
}

interface CallExtras {
  readonly signal?: AbortSignal
  readonly progress?: (note: ProgressNote) => void
}

/** What the task of a grant was signed as. @throws RunnerMeshError signature_invalid when its time is over */
export async function openEnvelope(envelope: string | undefined, now: number): Promise<TaskEnvelope> {
  assert(envelope !== undefined, 'the task is not signed')
  const { payload } = await fakeSigner(SELF).open('task', envelope)
  return parseTaskEnvelope(payload, { meshes: [MESH_ID], now })
}
