/** Small payloads in the form of GitHub's, for trying rules and a listener: what our reader looks at, and no more. */
import type { EventKind } from './rules/rules-schema.ts'

export interface Sample {
  /** `owner/name`. */
  readonly repository: string
  readonly branch: string
  /** Unset: the event is about no commit, and the rules of the default branch count. */
  readonly sha: string | undefined
  readonly login: string
  /** Now, epoch milliseconds. */
  readonly at: number
}

export function sampleEvent(kind: EventKind, { repository, branch, sha, login, at }: Sample): object {
  const place = { full_name: repository, default_branch: branch }
  const user = { login, type: 'User' }
  const instant = new Date(at).toISOString()
  const shared = { repository: place, sender: user }
  const head = sha === undefined ? {} : { head_sha: sha }
  const about = { user, author_association: 'OWNER', created_at: instant, updated_at: instant }
  switch (kind) {
    case 'push':
      return { ref: `refs/heads/${branch}`, ...(sha === undefined ? {} : { after: sha }), deleted: false, ...shared }
    case 'pull_request': {
      const branches = { head: { ref: 'topic', sha, repo: place }, base: { ref: branch, sha, repo: place } }
      const pull = { number: 1, title: 'A sample', labels: [], ...about, ...branches }
      return { action: 'opened', number: 1, pull_request: pull, ...shared }
    }
    case 'issue_comment': {
      const comment = { id: 1, body: '/mesh run alpine:3.20 -- echo hello', ...about }
      return { action: 'created', issue: { number: 1, title: 'A sample', labels: [], ...about }, comment, ...shared }
    }
    case 'issues':
      return { action: 'opened', issue: { number: 1, title: 'A sample', labels: [], ...about }, ...shared }
    case 'release': {
      const release = { tag_name: 'v1.0.0', target_commitish: branch, published_at: instant }
      return { action: 'published', release, ...shared }
    }
    case 'workflow_run': {
      const run = { name: 'check', conclusion: 'success', head_branch: branch, ...head, head_repository: place }
      return { action: 'completed', workflow_run: { ...run, updated_at: instant }, ...shared }
    }
    case 'workflow_job': {
      const job = { labels: ['self-hosted', 'p2p-only'], head_branch: branch, ...head, workflow_name: 'check' }
      return { action: 'queued', workflow_job: { ...job, created_at: instant }, ...shared }
    }
    case 'repository_dispatch':
      return { action: 'sample', branch, client_payload: {}, ...shared }
    case 'workflow_dispatch':
      return { ref: `refs/heads/${branch}`, workflow: '.github/workflows/check.yml', inputs: {}, ...shared }
    case 'schedule':
      return { schedule: { cron: '0 3 * * *', timezone: 'UTC' }, ...shared }
  }
}
