/** Containers of a peer whose process is gone. */
import { createDockerExecutor } from '../docker/docker-executor.ts'
import type { Config } from './config.ts'
import { createLogger } from './logger.ts'
import { memoryFolders } from './policy/memory-folders.ts'
import { systemClock, systemRandom } from './system.ts'

/** @returns how many were removed; none when no engine answers, because then none can run */
export async function removeLeftContainers(config: Config, peerId: string): Promise<number> {
  const dockerHost = config.dockerHost ?? config.surroundings.dockerHost
  const executor = createDockerExecutor({
    runner: peerId,
    clock: systemClock,
    random: systemRandom,
    log: createLogger(config.logLevel),
    memoryFolders: memoryFolders(config),
    settings: dockerHost === undefined ? {} : { engineHost: dockerHost },
  })
  if (!(await executor.probe()).available) return 0
  const left = await executor.left()
  for (const { taskId, fence } of left) await executor.remove(taskId, fence)
  return left.length
}
