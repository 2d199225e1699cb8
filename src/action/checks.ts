/** What is looked at before this step joins anything, and while it joins. */
import type { Config } from '../app/config.ts'
import type { PeerRoles } from '../app/peer/ground.ts'
import { lineOf } from '../app/preflight/check.ts'
import { failed, preflight } from '../app/preflight/preflight.ts'
import { systemClock } from '../app/system.ts'
import { ERRORS, isErrorCode, RunnerMeshError } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Output } from '../core/operations/catalog.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { ReportedError } from './reported-error.ts'
import type { StepGround } from './step-ground.ts'

/** One annotation for each thing that fails. @throws ReportedError before anything was started */
export async function passPreflight({ log, signal }: StepGround, config: Config, roles: PeerRoles): Promise<void> {
  if (config.bootstrap.length === 0 && config.registry === 'off' && config.registryDir === undefined && !config.mdns) {
    throw new RunnerMeshError(
      'config_invalid',
      'The inputs registry and bootstrap are both empty. Name the repository whose registry the peers share, or the address of a peer; runner-mesh up prints its own.',
    )
  }
  await log.group('runner-mesh: preflight', async () => {
    const results = await preflight(config, roles, signal)
    signal.throwIfAborted()
    for (const result of results) if (result.state === 'ok') log.say(`${result.name}: ${result.detail}`)
    for (const warning of failed(results, 'warning')) log.warn(lineOf(warning))
    const errors = failed(results, 'error')
    for (const error of errors) log.fail(lineOf(error))
    const [first] = errors
    if (first !== undefined) throw new ReportedError(ERRORS[first.code].exit, lineOf(first))
  })
}

type Report = Output<'p2p_peer_report'>

const LOOK_MS = 100
const JOIN_MS = 5 * SECOND
/** Problems of the registry that no waiting mends. */
const FOR_GOOD: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'config_invalid'])

/**
 * Waits until this peer is connected with another, for at most five seconds: there may be none yet.
 * @throws RunnerMeshError when the registry is the only way to others, and refuses this token for good
 */
export async function awaitJoin({ log, signal }: StepGround, config: Config, link: OperationsLink): Promise<Report> {
  const startedAt = systemClock.mono()
  for (;;) {
    const report = await link.call('p2p_peer_report', {}, { signal })
    refuseForGood(config, report)
    if (report.connected_peers > 0) {
      log.say(`connected with ${String(report.connected_peers)} of the mesh's peers`)
      return report
    }
    if (systemClock.mono() - startedAt > JOIN_MS) {
      log.say('nobody else is there yet; the peer goes on looking')
      return report
    }
    await systemClock.sleep(LOOK_MS, signal)
  }
}

/** @throws RunnerMeshError */
export function refuseForGood(config: Config, { connected_peers: connected, discovery }: Report): void {
  if (connected > 0 || config.bootstrap.length > 0) return
  const refused = discovery.find(({ problem_code: code }) => code !== undefined && FOR_GOOD.has(code))
  const code = refused?.problem_code
  if (code === undefined || !isErrorCode(code)) return
  throw new RunnerMeshError(code, `The ${refused?.source ?? 'registry'} refuses this peer: ${refused?.problem ?? ''}`)
}
