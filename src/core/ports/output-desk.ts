/**
 * What a worker and the home of its task hand each other beside the queue's own calls: the log and the artifacts of an
 * attempt on their way home, and the inputs of a task on their way to the worker. The same in one process and over the mesh.
 *
 * Only the peer with the task's latest grant is served; an attempt's number names its grant, for no two share one.
 */
import type { Artifact } from '../artifact.ts'
import type { LogRecord } from '../log-record.ts'
import type { ArtifactIntake } from './artifact-store.ts'
import type { AttemptKey } from './log-store.ts'

export interface LogSink {
  /** Where the home wants the log to go on. */
  readonly nextSeq: number
  /** Resolves when more may follow: what is on its way stays bounded. @throws RunnerMeshError peer_unreachable, forbidden */
  append(records: readonly LogRecord[]): Promise<void>
  /** Resolves when everything appended stands at the home. */
  flushed(): Promise<void>
  /** No more for now. */
  close(): Promise<void>
}

export interface InputContent {
  /** As the task that left it named it. */
  readonly artifact: Artifact
  /** From the offset on. Leaving the iteration ends the transfer. */
  readonly content: AsyncIterable<Uint8Array>
}

export interface OutputDesk {
  /** @throws RunnerMeshError lease_lost when another peer has been given the task, task_not_found, peer_unreachable */
  openLog(attempt: AttemptKey, signal: AbortSignal): Promise<LogSink>
  /** @throws RunnerMeshError lease_lost, task_not_found, too_large, storage_low, peer_unreachable */
  openArtifact(attempt: AttemptKey, artifact: Artifact, signal: AbortSignal): Promise<ArtifactIntake>
  /**
   * @param index which of the task's inputs
   * @throws RunnerMeshError lease_lost, task_not_found, bad_request when there is no such artifact, peer_unreachable
   */
  openInput(attempt: AttemptKey, index: number, offset: number, signal: AbortSignal): Promise<InputContent>
}
