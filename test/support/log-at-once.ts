import type { LogSync } from '../../src/store/sqlite/log-sync.ts'

/**
 * A disk that takes no time, for tests whose clock stands still: with a real sync nobody could tell when a step is over.
 * That answers follow a real sync is proven in test/integration/store/fdatasync.test.ts.
 */
export function openLogAtOnce(): LogSync {
  return { sync: () => Promise.resolve(), close: () => undefined }
}
