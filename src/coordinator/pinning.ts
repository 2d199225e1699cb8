/**
 * Tags become digests and branches become commits when a task is accepted. A branch must: without its commit there is
 * nothing to build. A tag may stay one when its registry does not answer the home; then each runner runs what the tag
 * names there, and the result tells its digest.
 */
import { CONTAINER_TYPES, type ImageTask, type RepositoryTask } from '../core/container-task.ts'
import type { TaskPins } from '../core/ports/task-pins.ts'
import type { JsonObject } from '../core/task.ts'

/**
 * @param payload of that type's schema, or of any other type
 * @throws RunnerMeshError bad_request, forbidden, unauthorized, rate_limited, peer_unreachable: a ref that names no commit
 */
export async function pinPayload(
  type: string,
  payload: JsonObject,
  pins: TaskPins,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (type === CONTAINER_TYPES.image) {
    const { image, digest } = payload as unknown as ImageTask
    if (digest !== undefined || image.includes('@')) return payload
    const found = await pins.digestOf(image, signal)
    return found === undefined ? payload : { ...payload, digest: found }
  }
  if (type === CONTAINER_TYPES.repository) {
    const { repo_url: repository, ref, commit } = payload as unknown as RepositoryTask
    return commit === undefined ? { ...payload, commit: await pins.commitOf(repository, ref, signal) } : payload
  }
  return payload
}
