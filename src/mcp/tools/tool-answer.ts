/**
 * The one envelope of every tool answer: `{ok: true, …}` or `{ok: false, error}`, as structured content and as the same
 * JSON in text, for clients that read only one of them. Foreign text in it is cleaned; its size is capped.
 */
import type { CallToolResult } from '@modelcontextprotocol/server'
import { cleanLine, cleanText } from '../../core/clean-text.ts'
import { toErrorView, type ErrorCode } from '../../core/errors.ts'
import type { PeerToolAnswer } from '../../core/ports/peer-tools.ts'
import { shorten } from './answer-cap.ts'
import { withoutTokens } from '../access/token-shapes.ts'

/** What to do next, where the message of the error itself does not say. */
const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  task_not_found: 'p2p_taskqueue_list_tasks lists the tasks you may see.',
  idempotency_conflict: 'Use a new idempotency_key for a different task.',
  no_matching_runner: 'list_peers shows the runners and what they offer.',
  queue_full: 'Call again after retry_after_ms.',
  quota_exceeded: 'Wait for your running tasks with p2p_taskqueue_wait_task, or cancel some.',
  forbidden: 'Ask the owner of this runner for a token with that right.',
}

/** Their answers are carried on by programs byte for byte: payloads to run, values to read back. */
const VERBATIM: ReadonlySet<string> = new Set([
  'p2p_taskqueue_claim_next',
  'p2p_get_next_task',
  'p2p_taskqueue_cache_get',
])

export type SubmitName =
  'p2p_taskqueue_submit' | 'p2p_taskqueue_submit_docker_hub' | 'p2p_taskqueue_submit_docker_github'

/** Their answers name a new task, which is linked. */
export const SUBMITS: ReadonlySet<string> = new Set<SubmitName>([
  'p2p_taskqueue_submit',
  'p2p_taskqueue_submit_docker_hub',
  'p2p_taskqueue_submit_docker_github',
])

export type Answer = Readonly<Record<string, unknown>>

export function succeeded(operation: string, output: Answer): CallToolResult {
  const verbatim = VERBATIM.has(operation)
  const answer = { ok: true, ...(verbatim ? output : cleaned(output)) }
  const result = toResult(verbatim ? answer : shorten(answer))
  const taskId = output['task_id']
  if (!SUBMITS.has(operation) || typeof taskId !== 'string') return result
  return {
    ...result,
    content: [
      ...result.content,
      { type: 'resource_link', uri: `task://${taskId}`, name: taskId, mimeType: 'application/json' },
      { type: 'resource_link', uri: `task://${taskId}/logs`, name: `${taskId} log`, mimeType: 'text/plain' },
    ],
  }
}

/** What another peer answered: cleaned and capped as our own answers are, and marked with where it came from. */
export function relayedFrom(peer: string, operation: string, { isError, answer }: PeerToolAnswer): CallToolResult {
  const verbatim = VERBATIM.has(operation) && !isError
  const told = { ok: !isError, ...(verbatim ? answer : cleaned(answer)), peer_id: peer }
  return { ...toResult(verbatim ? told : shorten(told)), ...(isError ? { isError: true } : {}) }
}

/** @param onInternal told of faults that are ours */
export function failed(thrown: unknown, onInternal: (thrown: unknown) => void): CallToolResult {
  const view = toErrorView(thrown)
  if (view.code === 'internal') onInternal(thrown)
  const hint = HINTS[view.code]
  const error = {
    ...view,
    message: withoutTokens(cleanLine(view.message, 1000)),
    ...(hint === undefined ? {} : { hint }),
  }
  return { ...toResult({ ok: false, error }), isError: true }
}

function toResult(answer: Answer): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(answer) }], structuredContent: answer }
}

/** Every string in it, names of fields included: nothing that hides, and no credentials. */
export function cleaned<T>(value: T): T {
  if (typeof value === 'string') return withoutTokens(cleanText(value)) as T
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [cleanText(name), cleaned(item as unknown)]),
  ) as T
}
