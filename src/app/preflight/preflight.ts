/** Everything looked at before a peer starts, by the Action and by `runner-mesh doctor`. It registers nothing anywhere. */
import type { Config } from '../config.ts'
import type { PeerRoles } from '../peer/ground.ts'
import type { CheckResult, FailedCheck } from './check.ts'
import { checkDocker, checkMeshKey, checkStateDirectory } from './machine-checks.ts'
import { checkBootstrap, checkGitHub } from './network-checks.ts'

/** @returns one result per check, in a fixed order; none throws */
export async function preflight(
  config: Config,
  roles: PeerRoles,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const results = await Promise.all([
    checkStateDirectory(config),
    checkMeshKey(config, roles.home),
    ...(roles.worker ? [checkDocker(config)] : []),
    checkGitHub(config, signal),
    checkBootstrap(config, signal),
  ])
  return results.flat()
}

export function failed(results: readonly CheckResult[], state: FailedCheck['state']): readonly FailedCheck[] {
  return results.filter((result) => result.state === state) as readonly FailedCheck[]
}
