/** Where the images of this peer's tasks come from: registries with the host's credentials, repositories with its token. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import type { RepositorySource } from '../../core/ports/repository-source.ts'
import type { TaskPins } from '../../core/ports/task-pins.ts'
import { createHostCredentials, type CredentialsOf } from '../../docker/images/registry-credentials.ts'
import { TagResolver } from '../../docker/images/tag-resolver.ts'
import { RepositoryApi } from '../../github/repository-api.ts'
import { RepositoryCheckout } from '../../github/repository-checkout.ts'
import { createRepositorySource } from '../../github/repository-source.ts'
import { RequestPace } from '../../github/request-pace.ts'
import type { Config } from '../config.ts'
import { GITHUB_API_URL } from '../github-registry.ts'
import { VERSION } from '../version.ts'

export interface ImageSources {
  readonly credentials: CredentialsOf
  readonly repositories: RepositorySource
  readonly pins: TaskPins
}

export function createImageSources(config: Config, clock: Clock, log: Logger): ImageSources {
  const { surroundings } = config
  const [home, path] = [surroundings.home ?? '', surroundings.path ?? '']
  const folder = surroundings.dockerConfig ?? join(home, '.docker')
  const credentials = createHostCredentials({ folder, path, home, clock, log })

  const apiUrl = config.githubApiUrl ?? surroundings.githubApiUrl ?? GITHUB_API_URL
  const token = config.githubToken ?? surroundings.githubToken
  const shown = token === undefined || token === '' ? {} : { token }
  const repositories = createRepositorySource({
    api: new RepositoryApi({
      ...{ ...shown, apiUrl, clock },
      userAgent: `runner-mesh/${VERSION}`,
      pace: new RequestPace({ clock, spreadMs: () => 0 }),
    }),
    checkout: new RepositoryCheckout({ ...shown, apiUrl, temporary: tmpdir(), path }),
    apiUrl,
    clock,
  })

  const tags = new TagResolver({ clock, log, credentials })
  return {
    credentials,
    repositories,
    pins: {
      digestOf: (image, signal) => (config.pinImages ? tags.digestOf(image, signal) : Promise.resolve(undefined)),
      commitOf: (repository, ref, signal) => repositories.resolve(repository, ref, signal),
    },
  }
}
