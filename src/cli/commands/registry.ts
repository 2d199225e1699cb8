/** `runner-mesh registry`: who is in the registry issue, and what may go from it. It asks GitHub, not a peer. */
import { loadConfig } from '../../app/config.ts'
import { openRegistry } from '../../app/registry-desk.ts'
import { cleanLine } from '../../core/clean-text.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { table } from '../output.ts'
import type { CommandContext } from '../run-command.ts'

const SWEPT_BY_HAND = 1_000

export async function listRegistry({ environment, output, signal }: CommandContext): Promise<number> {
  const { desk } = await openRegistry(loadConfig(environment))
  const { issue, comments } = await desk.list(signal)
  const rows = comments.map(({ id, author, updatedAt, announcement, refused }) => ({
    comment: id,
    author,
    updated_at: updatedAt,
    ...(announcement === undefined
      ? {}
      : {
          peer_id: announcement.peer,
          runner_name: cleanLine(announcement.runnerName, 64),
          addresses: announcement.addresses,
          expires_at: announcement.expiresAt,
        }),
    ...(refused === undefined ? {} : { refused }),
  }))
  output.result({ issue: issue ?? null, comments: rows }, () =>
    issue === undefined
      ? 'There is no registry issue yet; the first peer opens it.'
      : table([
          ['COMMENT', 'AUTHOR', 'PEER', 'NAME', 'STATE'],
          ...rows.map((row) => [
            String(row.comment),
            row.author,
            row.peer_id ?? '-',
            row.runner_name ?? '-',
            row.refused === undefined
              ? `until ${new Date(row.expires_at ?? 0).toISOString().slice(0, 16)}Z`
              : `refused: ${row.refused.rule} (${row.refused.reason})`,
          ]),
        ]),
  )
  return 0
}

/** @param author whose comments may go; by default who wrote this peer's own */
export async function sweepRegistryByHand(
  { environment, output, signal }: CommandContext,
  author: string | undefined,
): Promise<number> {
  const { desk, author: own } = await openRegistry(loadConfig(environment))
  const whose = author ?? own
  if (whose === undefined) {
    throw new RunnerMeshError(
      'bad_request',
      'This peer has no comment in the registry, so it does not know whose comments are ours. Name the login: --author github-actions[bot]',
    )
  }
  const swept = await desk.sweep({ author: whose, atMost: SWEPT_BY_HAND }, signal)
  output.result(swept, () => `deleted ${String(swept.deleted.length)}, live peers ${String(swept.live)}`)
  return 0
}
