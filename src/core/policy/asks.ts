/** What a container task asks of its host beside room: the part of its requirements that only a host policy looks at. */
import { CONTAINER_TYPES, secretAsks, type ImageTask, type RepositoryTask } from '../container-task.ts'
import type { JsonObject, PolicyAsks, TaskClocks } from '../task.ts'
import { imageName, repositoryName } from './names.ts'

export interface AskedBy {
  /** The peer that accepted and signed it. */
  readonly signer: string
  readonly submitter: string
  readonly depth: number
}

/**
 * Tasks with equal asks share a class of the queue, so nothing is in here that no rule looks at.
 * @param payload of a container task, as its schema leaves it
 */
export function asksOf(type: string, payload: JsonObject, clocks: TaskClocks, by: AskedBy): PolicyAsks {
  const container = payload as unknown as ImageTask | RepositoryTask
  const secrets = secretAsks(container).map(({ ref, env }) => ({ ref, env }))
  const { mounts = [], devices = [] } = container
  return {
    signer: by.signer,
    depth: by.depth,
    ...(type === CONTAINER_TYPES.image
      ? { image: imageAsk(container as ImageTask) }
      : { repository: repositoryName((container as RepositoryTask).repo_url) }),
    pids: container.pids,
    ...(container.shm_mb === undefined ? {} : { shmMb: container.shm_mb }),
    runMs: clocks.runMs,
    prepareMs: clocks.prepareMs,
    ...(mounts.length === 0 ? {} : { mounts: mounts.map(({ source, read_only }) => ({ source, write: !read_only })) }),
    ...(devices.length === 0 ? {} : { devices: [...devices].sort() }),
    ...(secrets.length === 0 ? {} : { secrets, submitter: by.submitter }),
  }
}

function imageAsk({ image, digest }: ImageTask): NonNullable<PolicyAsks['image']> {
  const { name, pinned } = imageName(image)
  return { name, pinned: pinned || digest !== undefined }
}
