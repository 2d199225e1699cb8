/**
 * Files by what is in them, and which attempt of which task left them. One content is kept once, however many tasks left
 * it, and goes with the last of them.
 *
 * Files with an index over node:sqlite, the database of a shared home, and the fake; one contract suite holds them all.
 */
import type { Artifact } from '../artifact.ts'
import type { TaskId } from '../ids.ts'
import type { Startable } from './clock.ts'
import type { AttemptKey } from './log-store.ts'

/** A content on its way in. One at a time for each content; a second waits for the first. */
export interface ArtifactIntake {
  /** How much of it is there from an earlier try, or all of it: writing goes on there. */
  readonly offset: number
  write(bytes: Uint8Array): Promise<void>
  /**
   * Checks length and SHA-256, then keeps it as left by that attempt.
   * @throws RunnerMeshError signature_invalid when it is not what was announced; nothing of it is kept then
   */
  finish(): Promise<void>
  /** Gives up for now; what is there may be gone on with. Does nothing after `finish`. */
  close(): Promise<void>
}

export interface ArtifactStore extends Startable {
  /** @throws RunnerMeshError storage_low when it would not fit, too_large when the attempt has too many or too much */
  receive(key: AttemptKey, artifact: Artifact): Promise<ArtifactIntake>
  /**
   * Keeps a file of unknown content, whose length alone is known, as left by that attempt.
   * @throws RunnerMeshError storage_low, too_large
   */
  collect(key: AttemptKey, path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<Artifact>
  /** The files of one attempt, by path. */
  list(key: AttemptKey): Promise<readonly Artifact[]>
  /** Tasks that left this content. */
  owners(sha256: string): Promise<readonly TaskId[]>
  /** @returns undefined when the content is not there (whole) */
  read(sha256: string, offset: number, maxBytes?: number): Promise<AsyncIterable<Uint8Array> | undefined>
  keys(): Promise<readonly AttemptKey[]>
  /** Forgets what the attempt left, and each content that nobody else did. */
  remove(key: AttemptKey): Promise<void>
}
