/**
 * Ends a container that has written more than its disk, where the storage driver cannot cap a layer. The engine walks the
 * layer to measure it, so it is asked the more seldom the longer it takes.
 */
import type { Clock } from '../../core/ports/clock.ts'
import type { StopSwitch } from './stop-switch.ts'

const MIB = 1_048_576
const EVERY_MS = 2_000
/** A tenth of one processor at most goes into looking. */
const PAUSE_FACTOR = 10

/** @returns a function that ends the watch */
export function watchDisk(
  container: { writtenBytes(): Promise<number> },
  diskMiB: number,
  clock: Clock,
  stop: Pick<StopSwitch, 'trip'>,
): () => void {
  let isOver = false
  let stopTimer = (): void => undefined
  const look = async (): Promise<void> => {
    const from = clock.mono()
    const bytes = await container.writtenBytes().catch(() => 0)
    if (isOver) return
    if (bytes > diskMiB * MIB) stop.trip('disk')
    else next(Math.max(EVERY_MS, (clock.mono() - from) * PAUSE_FACTOR))
  }
  const next = (ms: number): void => {
    stopTimer = clock.after(ms, () => void look())
  }
  next(EVERY_MS)
  return () => {
    isOver = true
    stopTimer()
  }
}
