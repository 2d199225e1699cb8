/**
 * The queue of the predecessor, as its captures show it to be: leases of five minutes that nobody renews, completions
 * from anybody, an owner per task. In memory, and with its faults, because the bridge has to live with them.
 */
import { createHash } from 'node:crypto'
import { merklePreimage } from '../../../src/core/scheduler/merkle-clock.ts'
import { hammingDistance, queueTaskHash } from '../../../src/core/scheduler/preferred-peer.ts'

export type Fields = Record<string, unknown>

export interface Row {
  task_id: string
  task_type: string
  model_name: string
  payload: Fields
  status: string
  assigned_worker: string | null
  created_at: number
  updated_at: number
  result: Fields | null
  error: string | null
  priority: number
  attempt: number
  max_attempts: number
  next_attempt_at: number
  lease_until: number | null
  heartbeat_at: number | null
  idempotency_key: string | null
}

export interface QueueOptions {
  /** Seconds since the epoch. */
  readonly now: () => number
  readonly newId: () => string
  readonly leaseS?: number
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const SERVICE = 'taskqueue-service'
const PEER_TIMEOUT_S = 300
const TERMINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled'])

export class PredecessorQueue {
  readonly rows: Row[] = []
  readonly #options: QueueOptions
  readonly #vector = new Map<string, bigint>([[SERVICE, 0n]])
  readonly #peers = new Map<string, Fields & { last_seen: number }>()

  constructor(options: QueueOptions) {
    this.#options = options
  }

  submit({ task_type: type, model_name: model, payload: given }: Fields): Row {
    const payload = isFields(given) ? given : { payload: given }
    const key = typeof payload['idempotency_key'] === 'string' ? payload['idempotency_key'] : null
    const before = key === null ? undefined : this.rows.find((row) => row.idempotency_key === key)
    const row: Row = {
      task_id: before?.task_id ?? this.#options.newId(),
      task_type: typeof type === 'string' ? type : 'text-generation',
      model_name: typeof model === 'string' ? model : '',
      // Its store sorts the keys.
      payload: sorted(payload),
      ...{ status: 'queued', assigned_worker: null, created_at: this.#now, updated_at: this.#now },
      ...{ result: null, error: null, priority: toPriority(payload['priority']), attempt: 0 },
      max_attempts: typeof payload['max_attempts'] === 'number' ? payload['max_attempts'] : 3,
      ...{ next_attempt_at: 0, lease_until: null, heartbeat_at: null, idempotency_key: key },
    }
    if (before !== undefined) {
      const same = JSON.stringify(before.payload) === JSON.stringify(row.payload) && before.task_type === row.task_type
      if (!same) throw new Error('idempotency key or task_id already identifies different work')
      return before
    }
    this.rows.push(row)
    return row
  }

  claim({ worker, peer, types }: { worker: string; peer: string; types: readonly string[] }): Row | undefined {
    this.#expire()
    const wanted = this.rows
      .filter(({ status, task_type: type }) => status === 'queued' && (types.length === 0 || types.includes(type)))
      .toSorted((one, other) => other.priority - one.priority || one.created_at - other.created_at)
    const row = wanted.find((one) => one.attempt < (one.max_attempts || Infinity) && this.#owner(one, peer) === peer)
    if (row === undefined) return undefined
    const leaseUntil = this.#now + (this.#options.leaseS ?? 300)
    row.attempt += 1
    return this.#change(row, {
      status: 'running',
      assigned_worker: worker,
      lease_until: leaseUntil,
      heartbeat_at: this.#now,
    })
  }

  /** From anybody, in any state. */
  complete({ task_id: id, status = 'completed', result, error }: Fields): boolean {
    const row = this.find(id)
    if (row === undefined) return false
    const merged = result === undefined || result === null ? {} : isFields(result) ? result : { result }
    const word = String(status)
    this.#change(row, {
      ...{ status: TERMINAL.has(word) ? word : 'failed', lease_until: null, heartbeat_at: null },
      result: sorted({ ...row.result, ...merged }),
      error: typeof error === 'string' ? error : null,
    })
    return true
  }

  release({ task_id: id, worker_id: worker, reason }: Fields): boolean {
    const row = this.find(id)
    if (row?.status !== 'running' || row.assigned_worker !== worker) return false
    const progress = isFields(row.result?.['progress']) ? row.result['progress'] : {}
    const count = typeof progress['release_count'] === 'number' ? progress['release_count'] : 0
    const noted = { release_count: count + 1, last_release_reason: reason ?? '', last_release_ts: this.#now }
    this.#change(row, {
      ...{ status: 'queued', assigned_worker: null, lease_until: null, heartbeat_at: null },
      next_attempt_at: this.#now,
      result: { ...row.result, progress: { ...progress, ...noted } },
    })
    return true
  }

  cancel(id: unknown): boolean {
    const row = this.find(id)
    if (row?.status !== 'queued') return false
    this.#change(row, { status: 'cancelled' })
    return true
  }

  find(id: unknown): Row | undefined {
    return this.rows.find((row) => row.task_id === id)
  }

  isEnded(id: unknown): boolean {
    const row = this.find(id)
    return row === undefined || TERMINAL.has(row.status)
  }

  saw(peer: string, more: Fields): void {
    this.#peers.set(peer, { ...this.#peers.get(peer), peer_id: peer, last_seen: this.#now, ...more })
  }

  /** Ticks at every clock it is told, new or not. */
  merge(clock: unknown): void {
    if (!isFields(clock) || !isFields(clock['vector'])) return
    for (const [id, count] of Object.entries(clock['vector'])) {
      const told = BigInt(Number(count))
      if (told > (this.#vector.get(id) ?? 0n)) this.#vector.set(id, told)
    }
    this.#vector.set(SERVICE, (this.#vector.get(SERVICE) ?? 0n) + 1n)
  }

  clock(): Fields {
    const vector = Object.fromEntries([...this.#vector].map(([id, count]) => [id, Number(count)]))
    return { node_id: SERVICE, vector, merkle_root: sha256(merklePreimage(this.#vector)) }
  }

  peers(): readonly Fields[] {
    return [...this.#peers.values()].filter(({ last_seen: seen }) => seen > this.#now - PEER_TIMEOUT_S)
  }

  get #now(): number {
    return this.#options.now()
  }

  #change(row: Row, fields: Partial<Row>): Row {
    return Object.assign(row, fields, { updated_at: this.#now })
  }

  /** Only inside a claim, as there. */
  #expire(): void {
    for (const row of this.rows) {
      if (row.status !== 'running' || (row.lease_until ?? Infinity) > this.#now) continue
      const isOver = row.max_attempts > 0 && row.attempt >= row.max_attempts
      this.#change(row, {
        ...{ status: isOver ? 'failed' : 'queued', assigned_worker: null, lease_until: null, heartbeat_at: null },
        error: isOver ? 'claim lease expired after maximum attempts' : null,
      })
    }
  }

  /** Among all peers heard of, whether they work or not; the first of equals. */
  #owner(row: Row, asker: string): string | undefined {
    const hash = queueTaskHash({ taskId: row.task_id, taskType: row.task_type, modelName: row.model_name }, sha256)
    const target = sha256(`${String(this.clock()['merkle_root'])}:${hash}`)
    const known = new Set([...this.peers().map((peer) => String(peer['peer_id'])), asker])
    let best: string | undefined
    let nearest = Infinity
    for (const peer of known) {
      const distance = hammingDistance(target, sha256(peer))
      if (distance < nearest) [best, nearest] = [peer, distance]
    }
    return best
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

function toPriority(value: unknown): number {
  return typeof value === 'number' ? Math.min(10, Math.max(1, Math.trunc(value))) : 5
}
