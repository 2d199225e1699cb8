/** Everything looked at before a peer starts, by the Action and by `runner-mesh doctor`. It registers nothing anywhere. */
import type { Config } from '../config.ts'
import type { PeerRoles } from '../peer/ground.ts'
import type { CheckResult, FailedCheck } from './check.ts'
import { checkDocker, checkMeshKey, checkStateDirectory } from './machine-checks.ts'
import { checkImageRegistry, checkMembership, checkPorts, checkRunning, DOCKER_HUB } from './deeper-checks.ts'
import { checkBootstrap, checkGitHub, type Place } from './network-checks.ts'

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

/** Beside all of that what `doctor` takes the time for: names, the registry of images, ports, and whether the mesh key is the one of the others. */
export async function examine(
  config: Config,
  roles: PeerRoles,
  signal: AbortSignal,
  imageRegistry: Place = DOCKER_HUB,
): Promise<readonly CheckResult[]> {
  const [standard, running] = await Promise.all([preflight(config, roles, signal), checkRunning(config)])
  const more = await Promise.all([
    running === undefined ? checkPorts(config, roles) : running,
    checkMembership(config, signal),
    roles.worker ? checkImageRegistry(imageRegistry, signal) : [],
  ])
  return [...standard, ...more.flat()]
}

export function failed(results: readonly CheckResult[], state: FailedCheck['state']): readonly FailedCheck[] {
  return results.filter((result) => result.state === state) as readonly FailedCheck[]
}
