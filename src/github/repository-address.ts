/** What a task's `repo_url` means on the one GitHub that this peer speaks to. */
import { cleanLine } from '../core/clean-text.ts'
import { RunnerMeshError } from '../core/errors.ts'
import type { RepositoryName } from './github-client.ts'

/** github.com keeps its API at a host of its own, an Enterprise server below a path. */
const PUBLIC_API = 'api.github.com'

/** @returns where people and git find repositories, without a slash at its end */
export function webUrlOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl)
  return `${protocol}//${host === PUBLIC_API ? 'github.com' : host}`
}

/**
 * @param repository `owner/name`, or a URL that must lead to this very server: its token is shown to nobody else
 * @throws RunnerMeshError bad_request
 */
export function repositoryNameOf(repository: string, apiUrl: string): RepositoryName {
  const web = new URL(webUrlOf(apiUrl))
  const url = repository.includes('://') ? URL.parse(repository) : new URL(repository, web)
  const [, owner = '', name = '', ...rest] = (url?.pathname ?? '').split('/')
  const repo = name.replace(/\.git$/, '')
  if (url === null || owner === '' || repo === '' || /^\.+$/.test(repo) || rest.length > 0) {
    throw new RunnerMeshError(
      'bad_request',
      `No repository: ${cleanLine(repository, 200)}. Give owner/name or its URL.`,
    )
  }
  if (url.host !== web.host) {
    throw new RunnerMeshError(
      'bad_request',
      `This peer fetches repositories from ${web.host}, not from ${cleanLine(url.host, 200)}. Set RUNNER_MESH_GITHUB_API_URL to use another server.`,
    )
  }
  return { owner, repo }
}
