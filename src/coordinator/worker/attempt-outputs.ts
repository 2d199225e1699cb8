/** The logs and artifacts of the attempts that this worker runs, from their first byte to the home that keeps them. */
import type { Artifact, InputReference } from '../../core/artifact.ts'
import { errorText } from '../../core/errors.ts'
import { getTaskIdParts, type TaskId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import { LOG_START, type LogRecord, type LogStream } from '../../core/log-record.ts'
import type { ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { Startable } from '../../core/ports/clock.ts'
import type { ArtifactFault, RunInput } from '../../core/ports/executor.ts'
import type { AttemptKey, LogState, LogStore } from '../../core/ports/log-store.ts'
import type { SecretPatterns } from '../../core/redactor.ts'
import { TimeLimit } from '../../core/time-limit.ts'
import { deliverArtifacts, inputFromHome, type DeliveryNotice } from './artifact-delivery.ts'
import { AttemptLog, type KeptStream } from './attempt-log.ts'
import type { DeliveryDeps } from './home-delivery.ts'
import { LogDelivery } from './log-delivery.ts'
import { LogSpool } from './log-spool.ts'

export interface AttemptOutputsDeps extends DeliveryDeps {
  readonly spool: LogStore
  readonly artifacts: ArtifactStore
}

/** How long the end of an attempt waits for its log to be at home, so that who hears of the end finds the log whole. */
const LOG_FIRST_MS = 2 * SECOND
/** Of each stream, to see after a restart whether the engine still has its beginning. */
const COMPARED_BYTES = 1024

export class AttemptOutputs implements Startable {
  readonly #deps: AttemptOutputsDeps
  readonly #delivery: LogDelivery
  /** Attempts whose artifacts are known to be at home. */
  readonly #atHome = new Set<string>()

  constructor(deps: AttemptOutputsDeps) {
    this.#deps = deps
    this.#delivery = new LogDelivery(deps)
  }

  start(): Promise<void> {
    return this.#delivery.start()
  }

  stop(): Promise<void> {
    return this.#delivery.stop()
  }

  /** The log of an attempt, gone on with where a former process of this worker left it. */
  async openLog(key: AttemptKey, secrets: SecretPatterns): Promise<AttemptLog> {
    const { spool: store, clock, log } = this.#deps
    const state = await store.state(key)
    const onGrown = (): void => {
      this.#delivery.grew(key)
    }
    const spool = new LogSpool(key, { store, clock, log, onGrown }, state?.next ?? LOG_START)
    return new AttemptLog(spool, secrets, await this.#kept(key, state))
  }

  /** The container is gone and `log` has ended: brings home what it has left, as long as the lease is kept. */
  async bringHome(
    key: AttemptKey,
    artifacts: readonly Artifact[],
    signal: AbortSignal,
    notify?: DeliveryNotice,
  ): Promise<readonly ArtifactFault[]> {
    const { clock, log } = this.#deps
    let faults: readonly ArtifactFault[] = []
    try {
      faults = await deliverArtifacts(this.#deps, key, artifacts, signal, notify)
      if (artifacts.length > 0) this.#atHome.add(nameOf(key))
    } catch (error) {
      // The outbox goes on with it.
      log.warn('artifacts.put_off', { ...key, error: errorText(error) })
    }
    using limit = new TimeLimit(clock, LOG_FIRST_MS, 'the end is told first')
    await this.#delivery.delivered(key, limit.or(signal))
    return faults
  }

  /** Before the end of an attempt is told: what it names must be there. @throws the signal's reason */
  async ensureAtHome(key: AttemptKey, artifacts: readonly Artifact[], signal: AbortSignal): Promise<void> {
    if (artifacts.length === 0 || this.#atHome.has(nameOf(key))) return
    const faults = await deliverArtifacts(this.#deps, key, artifacts, signal)
    for (const fault of faults) this.#deps.log.warn('artifact.not_taken', { ...key, ...fault })
  }

  /** The home has answered for what this worker did of the task, or it was given up: nothing of it is needed here. */
  async forget(taskId: TaskId): Promise<void> {
    const { artifacts, desks } = this.#deps
    const isOwn = desks.isOwn(getTaskIdParts(taskId).home)
    for (const key of (await artifacts.keys()).filter((one) => one.taskId === taskId)) {
      this.#atHome.delete(nameOf(key))
      if (!isOwn) await artifacts.remove(key)
    }
  }

  inputs(key: AttemptKey, references: readonly InputReference[]): readonly RunInput[] {
    return references.map((reference, index) => inputFromHome(this.#deps, key, reference, index))
  }

  collect(key: AttemptKey, path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<Artifact> {
    return this.#deps.artifacts.collect(key, path, bytes, content)
  }

  /** After a restart, when it is known which attempts go on or wait to be told: the logs of all others have ended. */
  async endOthers(isKept: (key: AttemptKey) => boolean): Promise<void> {
    const { spool, artifacts, clock, desks } = this.#deps
    for (const key of await spool.keys()) {
      const state = await spool.state(key)
      if (state === undefined || state.ended || isKept(key)) continue
      const end: LogRecord = { kind: 'end', at: clock.now(), ...state.next, bytes: new Uint8Array() }
      await spool.append(key, [end])
      this.#delivery.grew(key)
    }
    for (const key of await artifacts.keys()) {
      if (!desks.isOwn(getTaskIdParts(key.taskId).home) && !isKept(key)) await artifacts.remove(key)
    }
  }

  async #kept(key: AttemptKey, state: LogState | undefined): Promise<Record<LogStream, KeptStream>> {
    const first = state === undefined ? [] : await this.#deps.spool.read(key, { seq: 0 }, 16 * COMPARED_BYTES)
    const head = (stream: LogStream): Uint8Array => {
      const bytes = Buffer.concat(first.filter(({ kind }) => kind === stream).map((record) => record.bytes))
      return Uint8Array.from(bytes.subarray(0, COMPARED_BYTES))
    }
    return {
      stdout: { bytes: state?.next.stdoutBytes ?? 0, head: head('stdout') },
      stderr: { bytes: state?.next.stderrBytes ?? 0, head: head('stderr') },
    }
  }
}

function nameOf({ taskId, attempt }: AttemptKey): string {
  return `${taskId}/${String(attempt)}`
}
