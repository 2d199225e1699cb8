/** The peer a command talks to: the one of this machine, through its socket, or another that serves the same home. */
import { resolve } from 'node:path'
import { loadConfig } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import type { CommandContext } from './run-command.ts'
import type { ClosableLink } from './steady-link.ts'

/** The first that answers. @throws RunnerMeshError peer_unreachable: no peer answers; config_invalid */
export async function openPeer({ environment }: Pick<CommandContext, 'environment'>): Promise<ClosableLink> {
  const config = loadConfig(environment)
  const open = (directory: string) => openLocalLink(socketPath(directory, config), createLogger('silent'))
  try {
    return await open(stateDirectory(config))
  } catch (thrown) {
    for (const directory of config.otherStateDirs) {
      const link = await open(resolve(directory)).catch(() => undefined)
      if (link !== undefined) return link
    }
    throw thrown
  }
}

/** Opens the link, hands it over, and closes it again whatever happens. */
export async function withPeer<T>(
  context: Pick<CommandContext, 'environment'>,
  use: (link: OperationsLink) => Promise<T>,
): Promise<T> {
  const link = await openPeer(context)
  try {
    return await use(link)
  } finally {
    await link.close()
  }
}
