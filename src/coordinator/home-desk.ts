/**
 * The home's side of logs, artifacts and inputs: who may hand in what, and where it is kept. A log is written by one sink
 * at a time; a worker that comes back takes over from its own earlier one.
 */
import { inputReferences, type Artifact, type InputReference } from '../core/artifact.ts'
import { RunnerMeshError } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import { findTaskIdParts, type PeerId, type TaskId } from '../core/ids.ts'
import type { LogRecord } from '../core/log-record.ts'
import type { ArtifactIntake, ArtifactStore } from '../core/ports/artifact-store.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { AttemptKey, LogStore } from '../core/ports/log-store.ts'
import type { InputContent, LogSink, OutputDesk } from '../core/ports/output-desk.ts'
import type { TaskStore } from '../core/ports/task-store.ts'
import type { Task } from '../core/task.ts'
import type { HomeOutputs } from './home-outputs.ts'

export interface HomeDeskDeps {
  readonly tasks: Pick<TaskStore, 'find'>
  readonly logs: LogStore
  readonly artifacts: ArtifactStore
  readonly events: Events
  readonly clock: Pick<Clock, 'now'>
}

export class HomeDesk implements HomeOutputs {
  readonly logs: LogStore
  readonly artifacts: ArtifactStore
  readonly #deps: HomeDeskDeps
  /** The sink that writes each log now. */
  readonly #writing = new Map<string, symbol>()

  constructor(deps: HomeDeskDeps) {
    this.#deps = deps
    this.logs = deps.logs
    this.artifacts = deps.artifacts
  }

  isWriting = (key: AttemptKey): boolean => this.#writing.has(nameOf(key))

  /** The desk as one worker sees it; its connection has proven who it is. */
  serve(worker: PeerId): OutputDesk {
    return {
      openLog: (key) => this.#openLog(worker, key),
      openArtifact: (key, artifact) => this.#openArtifact(worker, key, artifact),
      openInput: (key, index, offset) => this.#openInput(worker, key, index, offset),
    }
  }

  async #openLog(worker: PeerId, key: AttemptKey): Promise<LogSink> {
    await this.#grantedTask(worker, key)
    const mine = Symbol(worker)
    const name = nameOf(key)
    this.#writing.set(name, mine)
    const state = await this.logs.state(key)
    let checked = true
    return {
      nextSeq: state?.next.seq ?? 0,
      append: async (records) => {
        if (this.#writing.get(name) !== mine)
          throw new RunnerMeshError('lease_lost', `The log of ${key.taskId} is written by another stream now.`)
        // A grant may go to somebody else meanwhile: then this writer is done.
        if (!checked) await this.#grantedTask(worker, key)
        checked = false
        await this.#append(key, records)
      },
      flushed: () => Promise.resolve(),
      close: () => {
        if (this.#writing.get(name) === mine) this.#writing.delete(name)
        return Promise.resolve()
      },
    }
  }

  async #append(key: AttemptKey, records: readonly LogRecord[]): Promise<void> {
    const { next } = await this.logs.append(key, records)
    this.#deps.events.emit({
      name: 'task.logged',
      at: this.#deps.clock.now(),
      ...key,
      nextSeq: next.seq,
      bytes: next.stdoutBytes + next.stderrBytes,
    })
  }

  async #openArtifact(worker: PeerId, key: AttemptKey, artifact: Artifact): Promise<ArtifactIntake> {
    await this.#grantedTask(worker, key)
    const intake = await this.artifacts.receive(key, artifact)
    return {
      get offset() {
        return intake.offset
      },
      write: (bytes) => intake.write(bytes),
      close: () => intake.close(),
      finish: async () => {
        try {
          await this.#grantedTask(worker, key)
        } catch (error) {
          await intake.close()
          throw error
        }
        await intake.finish()
      },
    }
  }

  async #openInput(worker: PeerId, key: AttemptKey, index: number, offset: number): Promise<InputContent> {
    const task = await this.#grantedTask(worker, key)
    const inputs = inputReferences.safeParse(task.payload['inputs'])
    const input = inputs.success ? inputs.data[index] : undefined
    if (input === undefined) throw new RunnerMeshError('bad_request', `Task ${task.id} has no input ${String(index)}.`)
    const artifact = await this.#findInput(task, input)
    const content = artifact === undefined ? undefined : await this.artifacts.read(artifact.sha256, offset)
    if (artifact === undefined || content === undefined) throw missing(input)
    return { artifact, content }
  }

  /** What the submitter of a task may give it: artifacts of the tasks it has submitted itself. */
  async #findInput(task: Task, input: InputReference): Promise<Artifact | undefined> {
    if ('task_id' in input) {
      const source = await this.#findOwned(input.task_id, task.submitter)
      if (source === undefined) return undefined
      const left = await this.artifacts.list({ taskId: source.id, attempt: source.attempt })
      return left.find(({ path }) => path === input.path)
    }
    for (const owner of await this.artifacts.owners(input.sha256)) {
      const source = await this.#findOwned(owner, task.submitter)
      if (source === undefined) continue
      for (let attempt = source.attempt; attempt > 0; attempt -= 1) {
        const left = await this.artifacts.list({ taskId: source.id, attempt })
        const same = left.find(({ sha256 }) => sha256 === input.sha256)
        if (same !== undefined) return same
      }
    }
    return undefined
  }

  async #findOwned(taskId: string, submitter: string): Promise<Task | undefined> {
    const task = findTaskIdParts(taskId) === undefined ? undefined : await this.#deps.tasks.find(taskId as TaskId)
    return task?.submitter === submitter ? task : undefined
  }

  /** @throws RunnerMeshError task_not_found, lease_lost */
  async #grantedTask(worker: PeerId, { taskId, attempt }: AttemptKey): Promise<Task> {
    const task = findTaskIdParts(taskId) === undefined ? undefined : await this.#deps.tasks.find(taskId)
    if (task === undefined) throw new RunnerMeshError('task_not_found', `No task ${taskId.slice(0, 80)} at this home.`)
    if (task.attempt === attempt && task.worker === worker) return task
    throw new RunnerMeshError(
      'lease_lost',
      `Attempt ${String(attempt)} of task ${taskId} is not the latest grant of peer ${worker}.`,
    )
  }
}

function missing(input: InputReference): RunnerMeshError {
  const what = 'task_id' in input ? `${input.path} of task ${input.task_id}` : `content ${input.sha256}`
  return new RunnerMeshError(
    'bad_request',
    `Input ${input.name}: no ${what} is kept for this submitter. Name the task among needs, so that it has ended before.`,
  )
}

function nameOf({ taskId, attempt }: AttemptKey): string {
  return `${taskId}/${String(attempt)}`
}
