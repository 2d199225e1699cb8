/** An embedded store over real files, as the tests of this folder open it. */
import type { Clock } from '../../../src/core/ports/clock.ts'
import type { TaskStore } from '../../../src/core/ports/task-store.ts'
import type { StoreSettings } from '../../../src/store/sqlite/settings.ts'
import { createSqliteTaskStore } from '../../../src/store/sqlite/sqlite-task-store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog, type LogLine } from '../../support/recording-log.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

export interface OpenHome extends AsyncDisposable {
  readonly store: TaskStore
  readonly clock: Clock
  readonly log: readonly LogLine[]
}

export async function openHome(
  directory: string,
  settings: Partial<StoreSettings> = {},
  clock: Clock = new ManualClock(),
): Promise<OpenHome> {
  const lines: LogLine[] = []
  const random = new SeededRandom(Buffer.from(directory).reduce((sum, byte) => sum * 31 + byte, 7))
  const store = createSqliteTaskStore({
    directory,
    clock,
    random,
    log: new RecordingLog(lines),
    settings: { ballastBytes: 0, ...settings },
  })
  await store.start()
  return { store, clock, log: lines, [Symbol.asyncDispose]: () => store.stop() }
}
