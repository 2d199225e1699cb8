/** What the simulated GitHub answers about webhooks, and what it takes back of tasks: statuses, reactions. */
import { changedFileView, deliveryView, hookView, reactionView, statusView } from './hook-views.ts'
import { Refusal } from './repository.ts'
import { demandWrite, numberOf, paged, type Route } from './routes.ts'

export const HOOK_ROUTES: Readonly<Record<string, Route>> = {
  'repos/list-webhooks': ({ views }, { account, query }, repository) => {
    demandWrite(account)
    return paged(views.base, `repositories/${repository.id}/hooks`, query, repository.hooks.all, (hook) =>
      hookView(views, repository, hook),
    )
  },
  // By cursor and not by page: deliveries arrive while they are read.
  'repos/list-webhook-deliveries': ({ views }, { account, operation, query }, repository) => {
    demandWrite(account)
    const hook = numberOf(operation, 'hook_id')
    const all = repository.hooks.attemptsOf(hook)
    const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30)))
    const cursor = query.get('cursor')
    const from = cursor === null ? 0 : all.findIndex(({ id }) => `v1_${id}` === cursor)
    if (from < 0) throw new Refusal(422, 'Validation Failed')
    const next = all[from + size]
    const link = `${views.base}/repositories/${repository.id}/hooks/${hook}/deliveries?per_page=${size}&cursor=v1_${next?.id ?? ''}`
    return {
      status: 200,
      body: all.slice(from, from + size).map((attempt) => deliveryView(repository, attempt)),
      ...(next === undefined ? {} : { headers: { link: `<${link}>; rel="next"` } }),
    }
  },
  'repos/redeliver-webhook-delivery': (_world, { account, operation }, repository) => {
    demandWrite(account)
    repository.hooks.redeliver(numberOf(operation, 'hook_id'), numberOf(operation, 'delivery_id'))
    return { status: 202, body: {} }
  },
  'repos/create-commit-status': ({ views }, { account, operation, body }, repository) => {
    demandWrite(account)
    const sha = operation.path['sha'] ?? ''
    const fields = { ...(body as Record<string, unknown>), sha }
    repository.statuses.push(fields)
    return {
      status: 201,
      body: statusView(views, repository, account, sha, repository.statuses.length, fields),
    }
  },
  // A reaction that is there already is answered with 200 and stays one.
  'reactions/create-for-issue-comment': ({ views }, { account, operation, body }, repository) => {
    demandWrite(account)
    const comment = repository.getComment(numberOf(operation, 'comment_id'))
    const { content } = body as { content: string }
    const before = repository.reactions.findIndex((each) => each.comment === comment.id && each.content === content)
    if (before < 0) repository.reactions.push({ comment: comment.id, content })
    const id = before < 0 ? repository.reactions.length : before + 1
    return {
      status: before < 0 ? 201 : 200,
      body: reactionView(views, account, id, content, comment.createdAt),
    }
  },
  'pulls/list-files': ({ views }, { operation, query }, repository) => {
    const pull = numberOf(operation, 'pull_number')
    const files = repository.pullFiles.get(pull)
    if (files === undefined) throw new Refusal(404, 'Not Found')
    return paged(views.base, `repositories/${repository.id}/pulls/${pull}/files`, query, files, (file) =>
      changedFileView(views, repository, file),
    )
  },
}
