/** Where the files of a repository at one commit come from. */

export interface RepositoryRevision {
  /** `owner/name` or `https://host/owner/name`, as the task names it. */
  readonly repository: string
  /** 40 hexadecimal digits. */
  readonly commit: string
}

export interface RepositorySource {
  /**
   * The files of a commit as an uncompressed tar, their names relative to the root of the repository. It is fetched as it
   * is read; leaving the iteration ends the fetch, and so does the signal.
   * @throws RunnerMeshError bad_request (no such repository or commit), forbidden, rate_limited, peer_unreachable; from
   * the iteration too
   */
  fetch(revision: RepositoryRevision, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}
