/** The peer a command talks to: the one of this machine, through its socket. */
import { loadConfig, type Environment } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import type { OperationsLink } from '../core/ports/link.ts'

/** Opens the link, hands it over, and closes it again whatever happens. */
export async function withPeer<T>(environment: Environment, use: (link: OperationsLink) => Promise<T>): Promise<T> {
  const config = loadConfig(environment)
  const link = await openLocalLink(socketPath(stateDirectory(config), config), createLogger('silent'))
  try {
    return await use(link)
  } finally {
    await link.close()
  }
}
