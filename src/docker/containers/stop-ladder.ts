/** Ends a container: TERM, the grace the task asked for, KILL, and again until it is proven gone. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { EngineContainer } from '../engine/engine-container.ts'
import { Pause } from '../pause.ts'

const KILL = { attempts: 12, pauseMs: 5_000 } as const

/**
 * @param exited resolves when the engine says that the process is gone
 * @throws RunnerMeshError executor_unavailable when it cannot be killed within a minute
 */
export async function stopContainer(
  container: Pick<EngineContainer, 'id' | 'kill'>,
  exited: Promise<void>,
  graceMs: number,
  clock: Clock,
): Promise<void> {
  await container.kill('SIGTERM')
  if (await within(exited, graceMs, clock)) return
  for (let attempt = 1; attempt <= KILL.attempts; attempt += 1) {
    await container.kill('SIGKILL')
    if (await within(exited, KILL.pauseMs, clock)) return
  }
  throw new RunnerMeshError(
    'executor_unavailable',
    `Container ${container.id.slice(0, 12)} survives SIGKILL. Look at the kernel log of this machine.`,
  )
}

async function within(exited: Promise<void>, ms: number, clock: Clock): Promise<boolean> {
  using pause = new Pause(clock, ms)
  return await Promise.race([exited.then(() => true), pause.over.then(() => false)])
}
