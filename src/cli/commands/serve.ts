/** `up` and `worker`: a peer in the foreground, until it is told to stop. */
import { loadConfig, type Config, type Environment } from '../../app/config.ts'
import { startPeer, type Peer, type PeerRoles } from '../../app/peer/start-peer.ts'
import { createLogger } from '../../app/logger.ts'
import { systemClock } from '../../app/system.ts'
import { cleanLine } from '../../core/clean-text.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Output } from '../output.ts'

export interface ServeOptions {
  readonly command: 'up' | 'worker'
  readonly environment: Environment
  readonly output: Output
  readonly program: readonly [string, ...string[]]
  /** One line for people who watch. */
  readonly status: (line: string) => void
  readonly onSignal: (stop: () => void) => void
}

const WATCH_MS = 250

const ANSWER_MS = 100

/** Resolves when the peer has stopped, on a signal or after its run time. */
export async function serve({
  command,
  environment,
  output,
  program,
  status,
  onSignal,
}: ServeOptions): Promise<number> {
  const config = loadConfig(environment)
  if (command === 'worker' && !canMeetAnybody(config)) {
    throw new RunnerMeshError(
      'config_invalid',
      'A worker needs a peer to work for. Name one: runner-mesh worker --bootstrap <address> (runner-mesh up prints its own).',
    )
  }
  const roles: PeerRoles = { home: command === 'up', worker: command === 'worker' || config.work }
  const log = createLogger(config.logLevel)
  const { promise: stopped, resolve: stop } = Promise.withResolvers<undefined>()
  onSignal(() => {
    stop(undefined)
  })
  const peer = await startPeer(config, roles, { log, program })
  // The caller is answered first.
  const stopListening = peer.events.listen(({ name }) => {
    if (name === 'peer.drained') systemClock.after(ANSWER_MS, () => stop(undefined))
  })
  const cancelTimer =
    config.runForMs === undefined
      ? undefined
      : systemClock.after(config.runForMs, () => {
          stop(undefined)
        })
  announce(peer, output)
  const watching = new AbortController()
  try {
    // The listening sockets keep the process alive until then.
    await Promise.race([stopped, watchBootstrap(peer, command, status, watching.signal)])
    return 0
  } finally {
    watching.abort(new Error('stopping'))
    cancelTimer?.()
    stopListening()
    await peer.stop()
  }
}

/** Whether there is any way for this peer to find a home, or for a home to find it. */
function canMeetAnybody(config: Config): boolean {
  return (
    config.bootstrap.length > 0 ||
    config.listen.length > 0 ||
    config.mdns ||
    config.registry !== 'off' ||
    [
      config.registryDir,
      config.predecessorAnnounceFile,
      config.predecessorPeerDir,
      config.surroundings.predecessorBootstrap,
    ].some((way) => way !== undefined)
  )
}

/**
 * Tells people once why an address does not answer; the mesh goes on trying. A worker whose every address refuses its mesh
 * key has nothing to wait for.
 * @throws RunnerMeshError not_admitted
 */
async function watchBootstrap(
  { mesh }: Peer,
  command: ServeOptions['command'],
  status: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const told = new Map<string, string>()
  let isJoined = false
  for (;;) {
    const targets = mesh.targets()
    const [first] = mesh.peers()
    if ((first !== undefined) !== isJoined) {
      isJoined = first !== undefined
      const way = first?.relayed === true ? 'through a relay' : 'directly'
      status(
        first === undefined
          ? 'No peer of the mesh is connected any more; looking for them.'
          : `Joined the mesh: connected ${way} with ${cleanLine(first.runnerName, 60)} ${first.peer}.`,
      )
    }
    for (const { address, state, lastError, lastErrorCode } of targets) {
      if (state === 'connected') told.delete(address)
      else if (lastError !== undefined && told.get(address) !== lastError) {
        told.set(address, lastError)
        status(`${lastErrorCode ?? 'peer_unreachable'}: ${lastError} Still trying.`)
      }
    }
    const refused = targets.filter(({ lastErrorCode }) => lastErrorCode === 'not_admitted')
    if (command === 'worker' && refused.length > 0 && refused.length === targets.length && mesh.peers().length === 0) {
      throw new RunnerMeshError('not_admitted', refused[0]?.lastError ?? 'The mesh refused this peer.')
    }
    await systemClock.sleep(WATCH_MS, signal).catch(() => undefined)
    if (signal.aborted) return
  }
}

function announce({ mesh, http, stateDir, runnerName }: Peer, output: Output): void {
  const addresses = mesh.addresses()
  const ready = {
    event: 'ready',
    peer_id: mesh.self,
    mesh_id: mesh.meshId,
    runner_name: runnerName,
    addresses,
    state_dir: stateDir,
    ...(http === undefined ? {} : { mcp_url: `${http.url()}/mcp`, token_file: http.tokenFile }),
  }
  output.result(ready, () =>
    [
      `peer     ${mesh.self} (${runnerName})`,
      ...addresses.map((address) => `address  ${address}`),
      ...(http === undefined ? [] : [`mcp      ${http.url()}/mcp  (bearer token in ${http.tokenFile})`]),
      `state    ${stateDir}`,
      ...(http === undefined || addresses[0] === undefined
        ? []
        : [`join     runner-mesh worker --key-file <copy of ${stateDir}/mesh.key> --bootstrap ${addresses[0]}`]),
    ].join('\n'),
  )
}
