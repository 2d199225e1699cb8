/** What the page of the job shows of this step: its tasks and its peers. All names in it are others' words. */
import { summary } from '@actions/core'
import type { Environment } from '../app/config.ts'
import { cleanLine } from '../core/clean-text.ts'
import type { PeerView } from '../core/operations/views.ts'

export interface TaskRow {
  readonly taskId: string
  /** Image or repository. */
  readonly what: string
  readonly status: string
  readonly exitCode: number | undefined
  readonly where: string
  readonly durationMs: number | undefined
}

const LONGEST_CELL = 120
const MOST_ROWS = 200

/** Outside GitHub's runner there is no page, and nothing is written. */
export async function writeJobSummary(
  environment: Environment,
  title: string,
  tasks: readonly TaskRow[],
  peers: readonly PeerView[],
): Promise<void> {
  if (environment['GITHUB_STEP_SUMMARY'] === undefined) return
  summary.addHeading(cell(title), 3)
  if (tasks.length > 0) {
    const rows = tasks
      .slice(0, MOST_ROWS)
      .map(({ taskId, what, status, exitCode, where, durationMs }) => [
        cell(taskId),
        cell(what),
        cell(status),
        exitCode === undefined ? '' : String(exitCode),
        cell(where),
        durationMs === undefined ? '' : `${(durationMs / 1000).toFixed(2)} s`,
      ])
    summary.addTable([header('Task', 'What', 'Status', 'Exit', 'Where', 'Took'), ...rows])
    if (tasks.length > MOST_ROWS) summary.addRaw(`and ${String(tasks.length - MOST_ROWS)} more`, true)
  }
  if (peers.length > 0) {
    const rows = peers.map((peer) => [
      cell(peer.runner_name),
      cell(peer.peer_id),
      peer.self === true ? 'this one' : peer.alive ? (peer.relayed === true ? 'relayed' : 'direct') : 'unreachable',
      cell(peer.source ?? ''),
    ])
    summary.addTable([header('Peer', 'Id', 'Reached', 'Found by'), ...rows.slice(0, MOST_ROWS)])
  }
  await summary.write()
}

function header(...names: readonly string[]) {
  return names.map((data) => ({ data, header: true }))
}

function cell(text: string): string {
  return cleanLine(text, LONGEST_CELL)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
