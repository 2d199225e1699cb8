/** What a home keeps of its tasks beside their state. */
import type { ArtifactStore } from '../core/ports/artifact-store.ts'
import type { AttemptKey, LogStore } from '../core/ports/log-store.ts'

export interface HomeOutputs {
  readonly logs: LogStore
  readonly artifacts: ArtifactStore
  /** Whether its worker is sending the log of that attempt right now. */
  readonly isWriting: (key: AttemptKey) => boolean
}
