/** The log of a task, page by page, and how a page is shown. */
import type { Writable } from 'node:stream'
import { cleanText } from '../core/clean-text.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import { LOG_PAGE_BYTES } from '../core/operations/outputs.ts'
import type { Output } from '../core/operations/catalog.ts'
import type { OperationsLink } from '../core/ports/link.ts'

export interface LogFlags {
  readonly follow?: boolean
  readonly attempt?: number
  readonly since?: string
  readonly tail?: number
  readonly grep?: string
  readonly stream?: 'stdout' | 'stderr'
  readonly from?: number
}

interface Sinks {
  readonly stdout: Writable
  readonly stderr: Writable
}

type Page = Output<'p2p_taskqueue_read_log'>

const FOLLOW_S = 30

/**
 * Page by page; with `follow` across attempts until the task has ended. The log of a task that has ended may still be on its
 * way home, and is waited for.
 */
export async function* logPages(
  link: Pick<OperationsLink, 'call'>,
  taskId: string,
  flags: LogFlags,
  signal: AbortSignal,
  now: number,
): AsyncGenerator<Page> {
  const begin = {
    ...(flags.from === undefined ? {} : { from_seq: flags.from }),
    ...(flags.tail === undefined ? {} : { tail_lines: flags.tail }),
    ...(flags.since === undefined ? {} : { since: parseSince(flags.since, now) }),
  }
  const fixed = {
    task_id: taskId,
    max_bytes: LOG_PAGE_BYTES,
    ...(flags.grep === undefined ? {} : { grep: flags.grep }),
    ...(flags.stream === undefined ? {} : { stream: flags.stream }),
  }
  let waitS = flags.follow === true ? FOLLOW_S : 0
  let position: { readonly attempt?: number; readonly from_seq?: number } =
    flags.attempt === undefined ? begin : { ...begin, attempt: flags.attempt }
  for (;;) {
    const page = await link.call('p2p_taskqueue_read_log', { ...fixed, ...position, wait_s: waitS }, { signal })
    if (page.entries.length > 0 || page.cuts.length > 0) yield page
    const isOver = page.status !== 'queued' && page.status !== 'running'
    if (page.ended && (isOver || flags.follow !== true || flags.attempt !== undefined)) return
    const isAtEnd = page.entries.length === 0 && page.next_seq === (position.from_seq ?? page.next_seq)
    if (page.attempt > 0) position = { attempt: page.attempt, from_seq: page.next_seq }
    if (page.ended) {
      // The end of the attempt is about to be told, or the task goes on with another one.
      const { task } = await link.call('p2p_taskqueue_get_task', { task_id: taskId }, { signal })
      if (task.attempt > page.attempt) position = { attempt: page.attempt + 1, from_seq: 0 }
      else await link.call('p2p_taskqueue_wait_task', { task_id: taskId, timeout_s: 1, log_tail_lines: 0 }, { signal })
      continue
    }
    if (isAtEnd && flags.follow !== true && !isOver) return
    if (isOver) waitS = FOLLOW_S
  }
}

export async function printLogPage({ entries, cuts }: Page, { stdout, stderr }: Sinks): Promise<void> {
  const left = [...cuts]
  for (const { seq, stream, text } of entries) {
    while ((left[0]?.to_seq ?? Infinity) <= seq) stderr.write(`${cutLine(left.shift())}\n`)
    const target = stream === 'stdout' ? stdout : stderr
    // A pipe whose reader is slow slows this reader down.
    if (!target.write(cleanText(text))) await new Promise<void>((resolve) => target.once('drain', resolve))
  }
  for (const cut of left) stderr.write(`${cutLine(cut)}\n`)
}

function cutLine(cut: Page['cuts'][number] | undefined): string {
  return `[${cut?.bytes === undefined ? 'a part' : `${String(cut.bytes)} bytes`} of the log left out: it was longer than is kept]`
}

/** @throws RunnerMeshError bad_request */
function parseSince(text: string, now: number): number {
  const units: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: 60 * MINUTE }
  const match = /^([0-9]{1,9})([smh])$/.exec(text)
  if (match !== null) return Math.max(0, now - Number(match[1]) * (units[match[2] ?? 's'] ?? SECOND))
  const instant = Date.parse(text)
  if (Number.isFinite(instant) && instant >= 0) return instant
  throw new RunnerMeshError(
    'bad_request',
    `--since ${JSON.stringify(text.slice(0, 40))} is no time. Give 90s, 10m, 2h, or an instant such as 2026-11-23T04:00:00Z.`,
  )
}
