/** What the door for GitHub's events reads of a repository, and what it writes back. Repositories are `owner/name`. */
import type { Json } from '../task.ts'

export type CheckConclusion = 'success' | 'failure' | 'cancelled' | 'timed_out' | 'neutral'

export interface Check {
  readonly name: string
  readonly sha: string
  /** Ours: by it a check is found again. */
  readonly externalId: string
  readonly status: 'queued' | 'in_progress' | 'completed'
  readonly conclusion?: CheckConclusion
  readonly title: string
  readonly summary: string
  /** Shown in a fixed width. */
  readonly log?: string
  readonly detailsUrl?: string
  readonly startedAt?: number
  readonly completedAt?: number
  readonly annotation?: { readonly path: string; readonly message: string }
}

export interface CommitStatus {
  readonly sha: string
  readonly context: string
  readonly state: 'pending' | 'success' | 'failure' | 'error'
  readonly description: string
  readonly targetUrl?: string
}

export interface Hook {
  readonly id: number
  readonly url: string
  readonly active: boolean
}

export interface HookDelivery {
  /** Of this attempt. */
  readonly id: number
  /** Shared by all attempts. */
  readonly guid: string
  readonly event: string
  readonly deliveredAt: number
  readonly isSuccess: boolean
  readonly statusCode: number
}

/** All throw RunnerMeshError: rate_limited, peer_unreachable and so on may pass; others need somebody to change something. */
export interface RepositoryDesk {
  /** @param ref branch, tag or commit; unset is the default branch. @returns undefined when there is no such file */
  fileAt(repository: string, path: string, ref: string | undefined, signal: AbortSignal): Promise<string | undefined>
  defaultBranchOf(repository: string, signal: AbortSignal): Promise<string>
  /** Files that a pull request changes; undefined when they are more than are told. */
  changedPaths(repository: string, pull: number, signal: AbortSignal): Promise<readonly string[] | undefined>
  permissionOf(repository: string, login: string, signal: AbortSignal): Promise<'none' | 'read' | 'write' | 'admin'>
  createCheck(repository: string, check: Check, signal: AbortSignal): Promise<number>
  updateCheck(repository: string, id: number, check: Check, signal: AbortSignal): Promise<void>
  /** One that was made with this external id, should an answer have been lost. */
  findCheck(repository: string, check: Check, signal: AbortSignal): Promise<number | undefined>
  setStatus(repository: string, status: CommitStatus, signal: AbortSignal): Promise<void>
  createComment(repository: string, issue: number, body: string, signal: AbortSignal): Promise<number>
  updateComment(repository: string, id: number, body: string, signal: AbortSignal): Promise<void>
  /** One that holds this text and was written since, should an answer have been lost. */
  findComment(
    repository: string,
    issue: number,
    wanted: { readonly text: string; readonly since: number },
    signal: AbortSignal,
  ): Promise<number | undefined>
  react(repository: string, comment: number, content: 'eyes' | '-1' | 'confused', signal: AbortSignal): Promise<void>
  dispatch(
    repository: string,
    eventType: string,
    payload: Readonly<Record<string, Json>>,
    signal: AbortSignal,
  ): Promise<void>
  hooks(repository: string, signal: AbortSignal): Promise<readonly Hook[]>
  /** Attempts since an instant, the newest first; at most 1,000. */
  hookDeliveries(repository: string, hook: number, since: number, signal: AbortSignal): Promise<readonly HookDelivery[]>
  redeliver(repository: string, hook: number, delivery: number, signal: AbortSignal): Promise<void>
}
