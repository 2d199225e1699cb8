/**
 * Repositories of GitHub as a source of builds: the archive that its API makes of a commit, unpacked while it is read.
 * The token goes to the API alone. The address the API answers with is a secret for as long as it works: it is in no
 * message. Submodules are no part of that archive; who asks for them is served by git.
 */
import { Readable, type Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { errorText } from '../core/errors.ts'
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'
import type {
  RepositoryFiles,
  RepositoryRefs,
  RepositoryRevision,
  RepositorySource,
} from '../core/ports/repository-source.ts'
import { TimeLimit } from '../core/time-limit.ts'
import { GitHubError } from './github-error.ts'
import { repositoryNameOf } from './repository-address.ts'
import type { RepositoryApi } from './repository-api.ts'
import type { RepositoryCheckout } from './repository-checkout.ts'

export interface RepositorySourceDeps {
  readonly api: RepositoryApi
  readonly checkout: RepositoryCheckout
  readonly apiUrl: string
  readonly clock: Clock
  /** A download during which nothing comes for so long is given up. */
  readonly idleMs?: number
}

const IDLE_MS = 60 * SECOND

export function createRepositorySource(deps: RepositorySourceDeps): RepositorySource & RepositoryRefs {
  const { api, checkout, apiUrl } = deps
  return {
    resolve: async (repository, ref, signal) => api.commitOf(repositoryNameOf(repository, apiUrl), ref, signal),
    fetch: async (revision, signal) => {
      const name = repositoryNameOf(revision.repository, apiUrl)
      if (revision.submodules === true) return checkout.fetch(name, revision.commit, signal)
      const address = await api.archiveOf(name, revision.commit, signal)
      return download(deps, address, revision, signal)
    },
  }
}

async function download(
  { clock, idleMs = IDLE_MS }: RepositorySourceDeps,
  address: URL,
  { repository, commit }: RepositoryRevision,
  signal: AbortSignal,
): Promise<RepositoryFiles> {
  const what = `the archive of ${repository} at ${commit.slice(0, 12)}`
  // Until the last byte has been read, or it has failed.
  const silence = new TimeLimit(clock, idleMs, `nothing came for ${String(idleMs / SECOND)} s`)
  const given = silence.or(signal)
  const broken = (thrown: unknown): unknown => {
    if (signal.aborted) return signal.reason
    const why = silence.signal.aborted ? errorText(silence.signal.reason) : 'the connection was cut'
    return new GitHubError('unanswered', `GitHub did not send ${what}: ${why}.`, { cause: thrown })
  }
  try {
    // Without the token: whoever has the address may have the archive.
    const answer = await fetch(address, { signal: given, redirect: 'error' })
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel()
      const text = `GitHub answered ${String(answer.status)} instead of ${what}.`
      throw new GitHubError(answer.status === 404 ? 'missing' : 'unanswered', text)
    }
    const unpacked = createGunzip()
    void pipeline(Readable.fromWeb(answer.body), unpacked, { signal: given }).catch(() => undefined)
    return { tar: followed(unpacked, silence, broken), leadingFolders: 1 }
  } catch (thrown) {
    silence[Symbol.dispose]()
    throw thrown instanceof GitHubError ? thrown : broken(thrown)
  }
}

async function* followed(
  bytes: Transform,
  silence: TimeLimit,
  broken: (thrown: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  using limit = silence
  try {
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      limit.rearm()
      yield chunk
    }
  } catch (thrown) {
    throw broken(thrown)
  } finally {
    bytes.destroy()
  }
}
