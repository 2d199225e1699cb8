/** Where the files of a repository at one commit come from. */

export interface RepositoryRevision {
  /** `owner/name` or `https://host/owner/name`, as the task names it. */
  readonly repository: string
  /** 40 hexadecimal digits. */
  readonly commit: string
  /** Whether the files of its submodules are wanted too. */
  readonly submodules?: boolean
}

export interface RepositoryFiles {
  /** An uncompressed tar, fetched as it is read; leaving the iteration ends the fetch, and so does the signal. */
  readonly tar: AsyncIterable<Uint8Array>
  /** How many leading folders of every name in it are not the repository's own. */
  readonly leadingFolders: number
}

export interface RepositorySource {
  /**
   * @throws RunnerMeshError bad_request (no such repository or commit), forbidden, unauthorized, rate_limited,
   * peer_unreachable; from the iteration too
   */
  fetch(revision: RepositoryRevision, signal: AbortSignal): Promise<RepositoryFiles>
}

/** The commit that a branch or tag names at this moment. */
export interface RepositoryRefs {
  /**
   * @param ref branch, tag, commit or `HEAD`
   * @returns 40 hexadecimal digits
   * @throws RunnerMeshError bad_request (no such repository or ref), forbidden, unauthorized, rate_limited, peer_unreachable
   */
  resolve(repository: string, ref: string, signal: AbortSignal): Promise<string>
}
