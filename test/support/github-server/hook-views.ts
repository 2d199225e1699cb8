/** Webhooks, their deliveries, and what is told back to a repository, as GitHub's REST API shows them. */
import type { Account } from './accounts.ts'
import type { DeliveryAttempt, Hook } from './hooks.ts'
import type { Repository } from './repository.ts'
import { instant, type Views } from './views.ts'

export function hookView({ base }: Views, { owner, name }: Repository, { id, url, active, createdAt }: Hook) {
  const own = `${base}/repos/${owner}/${name}/hooks/${id}`
  return {
    ...{ type: 'Repository', id, name: 'web', active, events: ['*'] },
    config: { url, content_type: 'json', insecure_ssl: '0', secret: '********' },
    ...{ created_at: instant(createdAt), updated_at: instant(createdAt) },
    ...{ url: own, test_url: `${own}/test`, ping_url: `${own}/pings`, deliveries_url: `${own}/deliveries` },
    last_response: { code: null, status: 'unused', message: null },
  }
}

export function deliveryView({ id: repository }: Repository, attempt: DeliveryAttempt) {
  const { id, guid, deliveredAt, redelivery, status, statusCode, event, action } = attempt
  return {
    ...{ id, guid, redelivery, status, event, action, duration: 0.01, status_code: statusCode },
    ...{ delivered_at: instant(deliveredAt), installation_id: null, repository_id: repository, throttled_at: null },
  }
}

export function reactionView(views: Views, author: Account, id: number, content: string, at: number) {
  return { id, node_id: `REA_${id}`, user: views.user(author), content, created_at: instant(at) }
}

export function statusView(
  views: Views,
  { owner, name }: Repository,
  author: Account,
  sha: string,
  id: number,
  fields: Readonly<Record<string, unknown>>,
) {
  return {
    url: `${views.base}/repos/${owner}/${name}/statuses/${sha}`,
    ...{ avatar_url: null, id, node_id: `SC_${id}`, state: fields['state'], context: fields['context'] ?? 'default' },
    ...{ description: fields['description'] ?? null, target_url: fields['target_url'] ?? null },
    ...{ created_at: instant(0), updated_at: instant(0), creator: views.user(author) },
  }
}

export function changedFileView({ base }: Views, { owner, name }: Repository, filename: string) {
  const url = `${base}/repos/${owner}/${name}/contents/${encodeURIComponent(filename)}`
  return {
    ...{ sha: '0'.repeat(40), filename, status: 'modified', additions: 1, deletions: 0, changes: 1 },
    ...{ blob_url: url, raw_url: url, contents_url: url },
  }
}
