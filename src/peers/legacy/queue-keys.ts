/**
 * Keys of the predecessor's queue that its clients put into the payload of any task. They become options of the submit;
 * a session or a worker that a task sticks to becomes a label, which only claims that name it have.
 */
import { PRIORITY, type Json, type JsonObject } from '../../core/task.ts'
import { SECOND } from '../../core/lease.ts'
import { pythonInt, textOf } from './python-json.ts'

const DEFAULT_ATTEMPTS = 3
const MOST_ATTEMPTS = 1000
const LONGEST_NAME = 100
const YEAR_MS = 31_536_000_000

export interface QueueOptions {
  readonly priority: number
  readonly max_failures: number
  readonly idempotency_key?: string
  readonly delay_ms?: number
  readonly requires?: { readonly labels: string[] }
}

export interface SplitPayload {
  readonly options: QueueOptions
  readonly payload: JsonObject
}

/** @param containers whether the payload's schema is closed, so that what is no field of it must not stay */
export function splitPayload(payload: JsonObject, now: number, containers: boolean): SplitPayload {
  const key = textOf(payload['idempotency_key'])
  const notBefore = Number(payload['next_attempt_at'] ?? 0) * SECOND
  const labels = [
    ...toLabels('session', payload['session_id'] ?? payload['session'] ?? payload['p2p_session']),
    ...toLabels('sticky-worker', payload['sticky_worker_id'] ?? payload['sticky_worker']),
  ]
  const rest = Object.entries(payload).filter(([name]) => !QUEUE_KEYS.has(name))
  return {
    options: {
      priority: toPriority(payload['priority']),
      max_failures: toAttempts(payload['max_attempts']),
      ...(key === '' ? {} : { idempotency_key: key }),
      ...(notBefore > now ? { delay_ms: Math.min(YEAR_MS, Math.ceil(notBefore - now)) } : {}),
      ...(labels.length === 0 ? {} : { requires: { labels } }),
    },
    payload: containers ? Object.fromEntries(rest) : payload,
  }
}

/** Those that a claim has, for the tasks that ask for them. */
export function claimLabels(session: string, worker: string): readonly string[] {
  return [...toLabels('session', session), ...toLabels('sticky-worker', worker)]
}

/** As its queue stores it: what is no whole number counts as absent, what is out of range is brought into it. */
export function toPriority(value: Json | undefined): number {
  return Math.min(PRIORITY.highest, Math.max(PRIORITY.lowest, pythonInt(value) ?? PRIORITY.default))
}

/** Its 0 means without limit. */
function toAttempts(value: Json | undefined): number {
  const asked = pythonInt(value) ?? DEFAULT_ATTEMPTS
  return asked <= 0 ? MOST_ATTEMPTS : Math.min(MOST_ATTEMPTS, asked)
}

const QUEUE_KEYS: ReadonlySet<string> = new Set([
  ...['priority', 'idempotency_key', 'max_attempts', 'next_attempt_at', 'session_id', 'session', 'p2p_session'],
  ...['sticky_worker_id', 'sticky_worker', 'session_failover', 'disable_session_failover'],
])

function toLabels(kind: string, value: unknown): string[] {
  const name = textOf(value).slice(0, LONGEST_NAME)
  return name === '' ? [] : [`${kind}=${name}`]
}
