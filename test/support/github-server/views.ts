/** Entities of the simulated GitHub as its REST API shows them. */
import type { Account } from './accounts.ts'
import type { Primary } from './limits.ts'
import type { CheckRun, Comment, Issue, Label, Repository } from './repository.ts'

export class Views {
  /** Where the API is, without a slash at its end. */
  readonly base: string

  constructor(base: string) {
    this.base = base
  }

  repository(repository: Repository, owner: Account) {
    const url = this.#url(repository)
    const html = this.#html(repository)
    const urls = Object.fromEntries(REPOSITORY_URLS.map(([name, path]) => [`${name}_url`, `${url}/${path}`] as const))
    const open = repository.issues.filter(({ state }) => state === 'open').length
    return {
      id: repository.id,
      node_id: nodeId('R', repository.id),
      name: repository.name,
      full_name: `${repository.owner}/${repository.name}`,
      owner: this.user(owner),
      private: repository.private,
      html_url: html,
      description: null,
      fork: false,
      url,
      ...urls,
      git_url: `git:${html.slice(html.indexOf(':') + 1)}.git`,
      ssh_url: `git@github.invalid:${repository.owner}/${repository.name}.git`,
      clone_url: `${html}.git`,
      svn_url: html,
      homepage: null,
      language: null,
      mirror_url: null,
      license: null,
      default_branch: 'main',
      ...{ forks: 0, forks_count: 0, stargazers_count: 0, watchers: 0, watchers_count: 0, size: 0 },
      ...{ open_issues: open, open_issues_count: open, network_count: 0, subscribers_count: 0 },
      ...{ has_issues: repository.hasIssues, has_projects: false, has_wiki: false, has_pages: false },
      ...{ has_discussions: false, archived: false, disabled: false },
      ...{ pushed_at: instant(0), created_at: instant(0), updated_at: instant(0) },
    }
  }

  issue(repository: Repository, issue: Issue) {
    const url = `${this.#url(repository)}/issues/${issue.number}`
    return {
      id: issue.id,
      node_id: nodeId('I', issue.id),
      url,
      repository_url: this.#url(repository),
      labels_url: `${url}/labels{/name}`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url: `${this.#html(repository)}/issues/${issue.number}`,
      number: issue.number,
      title: issue.title,
      body: issue.body,
      user: this.user(issue.author),
      labels: issue.labels.map((label) => this.label(repository, label)),
      state: issue.state,
      state_reason: issue.state === 'closed' ? 'completed' : null,
      locked: issue.locked,
      assignee: null,
      assignees: [],
      milestone: null,
      comments: issue.comments.length,
      created_at: instant(issue.createdAt),
      updated_at: instant(issue.updatedAt),
      closed_at: issue.state === 'closed' ? instant(issue.updatedAt) : null,
      author_association: issue.author.association,
      performed_via_github_app: this.#app(issue.author),
    }
  }

  comment(repository: Repository, comment: Comment) {
    const issue = `${this.#url(repository)}/issues/${comment.issue}`
    return {
      id: comment.id,
      node_id: nodeId('IC', comment.id),
      url: `${this.#url(repository)}/issues/comments/${comment.id}`,
      html_url: `${this.#html(repository)}/issues/${comment.issue}#issuecomment-${comment.id}`,
      issue_url: issue,
      user: this.user(comment.author),
      created_at: instant(comment.createdAt),
      updated_at: instant(comment.updatedAt),
      author_association: comment.author.association,
      body: comment.body,
      performed_via_github_app: this.#app(comment.author),
    }
  }

  file(repository: Repository, path: string, text: string) {
    const url = `${this.#url(repository)}/contents/${path}`
    return {
      ...{ type: 'file', encoding: 'base64', size: Buffer.byteLength(text), name: path.split('/').at(-1), path },
      ...{ content: Buffer.from(text).toString('base64'), sha: '0'.repeat(40), url },
      ...{ git_url: url, html_url: url, download_url: url, _links: { git: url, html: url, self: url } },
    }
  }

  check(repository: Repository, { id, author, createdAt, fields }: CheckRun) {
    const output = (fields['output'] ?? {}) as Record<string, unknown>
    const { annotations = [] } = output as { annotations?: unknown[] }
    const url = `${this.#url(repository)}/check-runs/${id}`
    return {
      id,
      node_id: nodeId('CR', id),
      head_sha: fields['head_sha'],
      external_id: fields['external_id'] ?? '',
      url,
      html_url: `${this.#html(repository)}/runs/${id}`,
      details_url: fields['details_url'] ?? null,
      status: fields['status'],
      conclusion: fields['conclusion'] ?? null,
      started_at: fields['started_at'] ?? instant(createdAt),
      completed_at: fields['completed_at'] ?? null,
      output: {
        title: output['title'] ?? null,
        summary: output['summary'] ?? null,
        text: output['text'] ?? null,
        annotations_count: annotations.length,
        annotations_url: `${url}/annotations`,
      },
      name: fields['name'],
      check_suite: null,
      app: this.#app(author),
      pull_requests: [],
    }
  }

  label(repository: Repository, { id, name }: Label) {
    const url = `${this.#url(repository)}/labels/${encodeURIComponent(name)}`
    return { id, node_id: nodeId('LA', id), url, name, color: 'ededed', default: false, description: null }
  }

  user({ id, login, type }: Account) {
    const url = `${this.base}/users/${encodeURIComponent(login)}`
    return {
      login,
      id,
      node_id: nodeId('U', id),
      avatar_url: `${this.base}/avatars/${id}`,
      gravatar_id: '',
      url,
      html_url: url.replace('/users/', '/html/'),
      ...Object.fromEntries(
        ['followers', 'subscriptions', 'organizations', 'repos', 'received_events'].map((each) => [
          `${each}_url`,
          `${url}/${each}`,
        ]),
      ),
      following_url: `${url}/following{/other_user}`,
      gists_url: `${url}/gists{/gist_id}`,
      starred_url: `${url}/starred{/owner}{/repo}`,
      events_url: `${url}/events{/privacy}`,
      type,
      site_admin: false,
    }
  }

  permission(account: Account) {
    const { permission } = account
    return { permission, role_name: permission, user: { ...this.user(account), role_name: permission } }
  }

  rateLimit(core: Primary) {
    const search = { limit: 30, remaining: 30, used: 0, reset: core.reset }
    return { resources: { core, search, graphql: core }, rate: core }
  }

  #app({ app }: Account) {
    if (app === undefined) return null
    return {
      id: app.id,
      slug: app.slug,
      node_id: nodeId('A', app.id),
      client_id: `Iv1.${app.id}`,
      owner: this.user({
        id: 1,
        login: 'github',
        type: 'User',
        association: 'NONE',
        permission: 'none',
        requestsPerHour: 0,
      }),
      name: app.slug,
      description: '',
      external_url: `${this.base}/apps/${app.slug}`,
      html_url: `${this.base}/apps/${app.slug}`,
      created_at: instant(0),
      updated_at: instant(0),
      permissions: { issues: 'write', metadata: 'read' },
      events: [],
    }
  }

  #url({ owner, name }: Repository): string {
    return `${this.base}/repos/${owner}/${name}`
  }

  #html({ owner, name }: Repository): string {
    return `${this.base}/html/${owner}/${name}`
  }
}

export function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString('base64url')}`
}

const REPOSITORY_URLS = [
  ...['forks', 'teams', 'hooks', 'events', 'tags', 'languages', 'stargazers', 'contributors', 'subscribers'],
  ...['subscription', 'merges', 'downloads', 'deployments'],
]
  .map((name) => [name, name] as [string, string])
  .concat([
    ['keys', 'keys{/key_id}'],
    ['collaborators', 'collaborators{/collaborator}'],
    ['issue_events', 'issues/events{/number}'],
    ['assignees', 'assignees{/user}'],
    ['branches', 'branches{/branch}'],
    ['blobs', 'git/blobs{/sha}'],
    ['git_tags', 'git/tags{/sha}'],
    ['git_refs', 'git/refs{/sha}'],
    ['trees', 'git/trees{/sha}'],
    ['statuses', 'statuses/{sha}'],
    ['commits', 'commits{/sha}'],
    ['git_commits', 'git/commits{/sha}'],
    ['comments', 'comments{/number}'],
    ['issue_comment', 'issues/comments{/number}'],
    ['contents', 'contents/{+path}'],
    ['compare', 'compare/{base}...{head}'],
    ['archive', '{archive_format}{/ref}'],
    ['issues', 'issues{/number}'],
    ['pulls', 'pulls{/number}'],
    ['milestones', 'milestones{/number}'],
    ['notifications', 'notifications{?since,all,participating}'],
    ['labels', 'labels{/name}'],
    ['releases', 'releases{/id}'],
  ])
