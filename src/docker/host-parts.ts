/** What a container gets of its host beside room: folders by their true names, and its secrets. */
import { realpath } from 'node:fs/promises'
import type { HostMount } from '../core/container-task.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { ContainerRun } from '../core/ports/executor.ts'
import type { SecretFolders } from './containers/secret-folders.ts'

export type HostParts =
  | { readonly run: ContainerRun; readonly secretFolder: string | undefined }
  /** One line for people: why this host does not give what the task asks for. */
  | { readonly refusal: string }

/** @param name of the container */
export async function findHostParts(run: ContainerRun, name: string, secrets: SecretFolders): Promise<HostParts> {
  try {
    const mounts = await Promise.all((run.container.mounts ?? []).map(withTrueName))
    const secretFolder = await secrets.make(name, run.secrets ?? [])
    const container = mounts.length === 0 ? run.container : { ...run.container, mounts }
    return { run: { ...run, container }, secretFolder }
  } catch (error) {
    if (error instanceof RunnerMeshError) return { refusal: error.message }
    return { refusal: `The secrets of the task could not be delivered: ${errorText(error)}.` }
  }
}

/**
 * A task that may write to a folder of the host could leave a link there for the next one: what is mounted, and judged, is
 * where a path leads.
 */
async function withTrueName(mount: HostMount): Promise<HostMount> {
  try {
    return { ...mount, source: await realpath(mount.source) }
  } catch {
    throw new RunnerMeshError('policy_refused', `There is no ${JSON.stringify(mount.source)} on this host to mount.`)
  }
}
