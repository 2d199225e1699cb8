/** The real catalog with its access and input checks, over handlers that keep tasks in memory. */
import { RunnerMeshError } from '../../src/core/errors.ts'
import { Events } from '../../src/core/events.ts'
import { formatTaskId, type HomeId, type TaskId } from '../../src/core/ids.ts'
import type { Handlers, Input, OperationName, Output } from '../../src/core/operations/catalog.ts'
import { createOperations, type Operations } from '../../src/core/operations/invoke.ts'
import type { Access, Call, Caller } from '../../src/core/operations/operation.ts'
import type { TaskView } from '../../src/core/operations/views.ts'
import { isTerminal } from '../../src/core/task.ts'

const HOME = 'abcdefghijklmnop' as HomeId
const NOW = 1_700_000_000_000
const MISFIT = { peer_id: 'other', runner_name: 'two', fits: false, rule: 'labels', message: 'lacks the label gpu' }

export interface FakeTask extends TaskView {
  log: string
}

export interface FakeOperations {
  readonly operations: Operations
  readonly events: Events
  readonly tasks: Map<string, FakeTask>
  /** Calls as they reached their handlers, in order. */
  readonly calls: { readonly name: OperationName; readonly input: unknown; readonly call: Call }[]
  submit(submitter: string, fields?: Partial<FakeTask>): FakeTask
  change(taskId: string, fields: Partial<FakeTask>): void
}

export function createFakeOperations(overrides: Partial<Handlers> = {}): FakeOperations {
  const tasks = new Map<string, FakeTask>()
  const calls: FakeOperations['calls'] = []
  const events = new Events((thrown) => {
    throw thrown as Error
  })
  const changed = new EventTarget()

  const submit = (submitter: string, fields: Partial<FakeTask> = {}): FakeTask => {
    const task: FakeTask = {
      task_id: formatTaskId({ home: HOME, epoch: 1, seq: tasks.size + 1 }),
      task_type: 'docker.hub',
      status: 'queued',
      phase: 'ready',
      priority: 5,
      attempt: 0,
      failures: 0,
      lost: 0,
      created_at: NOW,
      updated_at: NOW,
      submitter,
      log: '',
      ...fields,
    }
    tasks.set(task.task_id, task)
    events.emit({ name: 'task.submitted', at: NOW, taskId: task.task_id as TaskId, type: task.task_type, submitter })
    return task
  }
  const change = (taskId: string, fields: Partial<FakeTask>): void => {
    const task = tasks.get(taskId)
    if (task === undefined) throw new Error(`no task ${taskId}`)
    Object.assign(task, fields)
    const id = task.task_id as TaskId
    if (isTerminal(task.status)) events.emit({ name: 'task.settled', at: NOW, taskId: id, status: task.status })
    else {
      const progress = { phase: 'running', message: 'at work', logBytes: task.log.length } as const
      events.emit({ name: 'task.progressed', at: NOW, taskId: id, worker: 'worker' as never, progress })
    }
    changed.dispatchEvent(new Event(taskId))
  }
  const owned = (taskId: string, { caller }: Call): FakeTask => {
    const task = tasks.get(taskId)
    if (task === undefined || (task.submitter !== caller.principal && !caller.access.has('admin'))) {
      throw new RunnerMeshError('task_not_found', `There is no task ${taskId} that you may see.`)
    }
    return task
  }
  const view = ({ log: _, ...task }: FakeTask): TaskView => task
  const tail = (task: FakeTask, lines: number): { log_tail?: string } =>
    lines === 0 || !isTerminal(task.status)
      ? {}
      : { log_tail: task.log.replace(/\n$/, '').split('\n').slice(-lines).join('\n') }
  const submitted = (task: FakeTask) => ({
    task_id: task.task_id,
    created: true,
    durability: 'local' as const,
    status: task.status,
    task_type: task.task_type,
  })

  const handlers: Partial<Handlers> = {
    p2p_taskqueue_status: () => {
      const count = (status: string): number => [...tasks.values()].filter((task) => task.status === status).length
      return Promise.resolve({
        peer_id: 'self',
        version: '0.0.0',
        queued: count('queued'),
        running: count('running'),
        completed: count('completed'),
        failed: count('failed'),
        cancelled: count('cancelled'),
        parked_claims: 0,
        connected_peers: 1,
      })
    },
    p2p_taskqueue_submit: (input, call) =>
      Promise.resolve(submitted(submit(call.caller.principal, { task_type: input.task_type, payload: input.payload }))),
    p2p_taskqueue_submit_docker_hub: (input, call) =>
      Promise.resolve(submitted(submit(call.caller.principal, { payload: { image: input.image } }))),
    p2p_taskqueue_submit_docker_github: (input, call) =>
      Promise.resolve(
        submitted(
          submit(call.caller.principal, {
            task_type: 'docker.github',
            payload: { repo: input.repo_url, ref: input.ref },
          }),
        ),
      ),
    p2p_taskqueue_get_task: (input, call) => {
      const task = owned(input.task_id, call)
      return Promise.resolve({ task: view(task), ...tail(task, input.log_tail_lines) })
    },
    p2p_taskqueue_wait_task: async (input, call) => {
      const task = owned(input.task_id, call)
      const log = (): { log_tail?: string } => tail(task, input.log_tail_lines)
      if (input.timeout_s === 0) return { task: view(task), timed_out: !isTerminal(task.status), ...log() }
      while (!isTerminal(task.status)) {
        await new Promise<void>((resolve, reject) => {
          call.signal.addEventListener('abort', () => reject(call.signal.reason as Error), { once: true })
          changed.addEventListener(input.task_id, () => resolve(), { once: true })
        })
        call.progress({ message: `${task.status}: ${task.log.split('\n').at(-1) ?? ''}` })
      }
      return { task: view(task), timed_out: false, ...log() }
    },
    p2p_taskqueue_preview: ({ submit: name }) =>
      Promise.resolve({
        task_type: name === 'p2p_taskqueue_submit_docker_github' ? 'docker.github' : 'docker.hub',
        summary: 'None of the 1 workers that asked this home fits. Nothing was submitted.',
        fitting: 0,
        peers: [MISFIT],
      }),
    p2p_taskqueue_explain: (input, call) => {
      const { task_id, status } = owned(input.task_id, call)
      const summary = 'None of the 1 workers that asked this home fits.'
      return Promise.resolve({ task_id, status, summary, peers: [MISFIT] })
    },
    p2p_taskqueue_read_log: (input, call) => {
      const task = owned(input.task_id, call)
      return Promise.resolve({ task_id: task.task_id, status: task.status, ...readLines(task, input) })
    },
    p2p_taskqueue_list_tasks: (input, call) => {
      const mine = [...tasks.values()].filter((task) => task.submitter === call.caller.principal).toReversed()
      return Promise.resolve({ tasks: mine.slice(0, input.limit).map(view) })
    },
    p2p_taskqueue_complete_task: (input, call) => {
      const task = owned(input.task_id, call)
      change(task.task_id, { status: input.status })
      return Promise.resolve({ outcome: 'cancelled' as const, task: view(task) })
    },
    p2p_taskqueue_cancel: (input, call) => {
      const task = owned(input.task_id, call)
      if (isTerminal(task.status)) return Promise.resolve({ outcome: 'terminal' as const, status: task.status })
      change(task.task_id, { status: 'cancelled', reason: 'cancelled' })
      return Promise.resolve({ outcome: 'cancelled' as const, status: task.status })
    },
    list_peers: () =>
      Promise.resolve({
        self_peer_id: 'self',
        count: 1,
        peers: [{ peer_id: 'self', runner_name: 'runner\u202e-one', alive: true, self: true, homes: [], features: [] }],
      }),
    p2p_taskqueue_claim_next: () => Promise.resolve({ grants: [] }),
    ...overrides,
  }
  const recorded = Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (input: unknown, call: Call) => {
        calls.push({ name: name as OperationName, input, call })
        return (handler as (input: unknown, call: Call) => Promise<unknown>)(input, call)
      },
    ]),
  )
  // Operations that no test asks for have no fake; asking for one fails the test that does.
  return { operations: createOperations(recorded as unknown as Handlers), events, tasks, calls, submit, change }
}

/** A log whose records are its lines. */
function readLines(
  { log, status }: FakeTask,
  input: Input<'p2p_taskqueue_read_log'>,
): Omit<Output<'p2p_taskqueue_read_log'>, 'task_id' | 'status'> {
  const lines = log === '' ? [] : log.split(/(?<=\n)/)
  let seq = input.from_seq ?? Math.max(0, lines.length - (input.tail_lines ?? lines.length))
  const entries = []
  for (let bytes = 0; seq < lines.length && bytes < input.max_bytes; seq += 1) {
    const text = lines[seq] ?? ''
    bytes += text.length
    if (text.includes(input.grep ?? '')) entries.push({ seq, at: NOW, stream: 'stdout' as const, text })
  }
  const ended = isTerminal(status) && seq >= lines.length
  return {
    ...{ attempt: 1, entries, cuts: [], next_seq: seq, ended, complete: ended },
    ...{ bytes: log.length, lines: lines.length },
  }
}

export function callerWith(principal: string, ...access: readonly Access[]): Caller {
  return { principal, door: 'mcp', access: new Set(access) }
}

/** What a token for an agent allows. */
export const AGENT_ACCESS = ['tasks:read', 'tasks:submit', 'tasks:cancel', 'peers:read'] as const
