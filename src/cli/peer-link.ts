/**
 * The peer a command talks to: the one of this machine through its socket, or another that serves the same home; with --url
 * one elsewhere over HTTP, with --peer one elsewhere as a member of its mesh.
 */
import { resolve } from 'node:path'
import { loadConfig, type Config } from '../app/config.ts'
import { openLocalLink } from '../app/local-socket.ts'
import { createLogger } from '../app/logger.ts'
import { findSecret } from '../app/secret-file.ts'
import { systemClock } from '../app/system.ts'
import { socketPath, stateDirectory } from '../app/state-directory.ts'
import { RunnerMeshError } from '../core/errors.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import type { CommandContext, Streams } from './run-command.ts'
import type { ClosableLink } from './steady-link.ts'

type Asking = Pick<CommandContext, 'environment'> & Partial<Pick<CommandContext, 'streams'>>

/** Commands that open their link again are warned once. */
const warned = new WeakSet<Streams>()

/** The first that answers. @throws RunnerMeshError peer_unreachable: no peer answers; not_admitted; config_invalid */
export async function openPeer({ environment, streams }: Asking): Promise<ClosableLink> {
  const config = loadConfig(environment)
  const { url, peer } = config
  if (url !== undefined && peer !== undefined)
    throw new RunnerMeshError('config_invalid', '--url and --peer both name a peer to ask. Leave one of them out.')
  if (url !== undefined) {
    const token = await readToken(config)
    const { plainHttpWarning } = await import('../app/remote/plain-http.ts')
    const warning = plainHttpWarning(url)
    if (warning !== undefined && streams !== undefined && !warned.has(streams)) {
      warned.add(streams)
      streams.stderr.write(`${warning}\n`)
    }
    const { openHttpLink } = await import('../app/remote/http-link.ts')
    return openHttpLink({ url, token, clock: systemClock })
  }
  if (peer !== undefined) {
    const { openMeshLink } = await import('../app/remote/mesh-link.ts')
    return openMeshLink(peer, config, createLogger('silent'))
  }
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
export async function withPeer<T>(context: Asking, use: (link: OperationsLink) => Promise<T>): Promise<T> {
  const link = await openPeer(context)
  try {
    return await use(link)
  } finally {
    await link.close()
  }
}

/** @throws RunnerMeshError config_invalid */
async function readToken({ token, tokenFile }: Config): Promise<string> {
  const found = token ?? (tokenFile === undefined ? undefined : await findSecret(tokenFile))
  if (found !== undefined && found !== '') return found
  throw new RunnerMeshError(
    'config_invalid',
    `--url needs a token${tokenFile === undefined ? '' : ` (${tokenFile} has none)`}: --token-file <path>, or RUNNER_MESH_TOKEN. Make one on that machine with: runner-mesh token create <name>`,
  )
}
