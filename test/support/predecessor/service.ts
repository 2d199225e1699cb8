/** The predecessor's service over its queue: the requests, the lines and the sessions, answered as captured. */
import { LINES, SESSIONS } from '../legacy-captures.ts'
import { isFields, PredecessorQueue, type Fields } from './queue.ts'

export interface ServiceOptions {
  readonly self: string
  readonly token: string | undefined
  readonly now: () => number
  readonly newId: () => string
}

/** What every session of it began with, and what a look at it was answered. */
const [opening] = SESSIONS
const GREETING = resultAt(0)
const STATUS = resultAt(1)['content']
const TOOLS = resultAt(2)

export class PredecessorService {
  readonly queue: PredecessorQueue
  readonly #options: ServiceOptions
  readonly #cache = new Map<string, unknown>()
  readonly #delays: (() => void)[] = []

  constructor(options: ServiceOptions) {
    this.#options = options
    this.queue = new PredecessorQueue(options)
  }

  greeting(): Fields {
    return { ...GREETING, server: { peer_id: this.#options.self } }
  }

  tools(): Fields {
    return TOOLS
  }

  /** @returns the reply, its peer id among it */
  async answer(request: Fields, transport: string): Promise<Fields> {
    const { self, token } = this.#options
    const reply = async (): Promise<Fields> => {
      if (token !== undefined && request['token'] !== token) return { ok: false, error: 'unauthorized' }
      try {
        return await this.#serve(request, transport)
      } catch (error) {
        return { ok: false, error: 'internal_error', detail: error instanceof Error ? error.message : String(error) }
      }
    }
    return { ...(await reply()), peer_id: self }
  }

  refuse(error: string): Fields {
    return { ok: false, error, peer_id: this.#options.self }
  }

  stop(): void {
    for (const end of this.#delays) end()
  }

  async #serve(request: Fields, transport: string): Promise<Fields> {
    const { queue } = this
    const id = request['task_id']
    switch (String(request['op']).trim().toLowerCase()) {
      case 'submit':
        return { ok: true, task_id: queue.submit(request).task_id }
      case 'claim':
      case 'claim_next':
        return this.#claim(request, transport, (row) => ({ task: row ?? null }))
      case 'claim_many':
        return this.#claim(request, transport, (row) => ({ tasks: row === undefined ? [] : [row] }))
      case 'complete':
        if (id === undefined) return { ok: false, error: 'missing_task_id' }
        return { ok: queue.complete(request), task_id: id }
      case 'release':
        return { ok: queue.release(request), task_id: id }
      case 'heartbeat':
      case 'peer.heartbeat': {
        const hint = text(request['peer_id'])
        const peer = hint || transport
        if (request['clock'] !== undefined) queue.merge(request['clock'])
        queue.saw(peer, { ...NOBODY, ...this.#known(peer), transport_peer_id: transport, peer_hint: hint })
        const known = queue.peers().map(({ peer_id, last_seen }) => ({ peer_id, last_seen }))
        return { ok: true, peer, scheduler: { clock: queue.clock(), known_peers: known } }
      }
      case 'get':
        return { ok: true, task: queue.find(id) ?? null }
      case 'list': {
        const { status, limit = 50, task_types: types } = request
        const names = Array.isArray(types) ? types : []
        const rows = queue.rows.filter(
          (row) => (!text(status) || row.status === status) && (names.length === 0 || names.includes(row.task_type)),
        )
        return { ok: true, tasks: rows.slice(0, Number(limit)) }
      }
      case 'wait': {
        for (let left = Number(request['timeout_s']) || 60; left > 0 && !queue.isEnded(id); left -= 0.1) {
          await this.#pause(100)
        }
        return { ok: true, task: queue.find(id) ?? null }
      }
      case 'cancel':
        return { ok: true, cancelled: queue.cancel(id) }
      case 'status':
        return request['detail'] === true ? this.#detail() : { ok: true, ...basicStatus() }
      case 'call_tool': {
        const tool = text(request['tool_name'])
        if (tool === '') return { ok: false, error: 'missing_tool_name' }
        if (tool === 'get_server_status') return { ok: true, tool, result: { args: request['args'] } }
        return { ok: false, error: `tool not found: ${tool}` }
      }
      default:
        return this.#cacheRequest(request)
    }
  }

  #cacheRequest({ op, key, value }: Fields): Fields {
    const name = String(op).trim().toLowerCase()
    if (!name.startsWith('cache.')) return { ok: false, error: 'unknown_op' }
    if (typeof key !== 'string') return { ok: false, error: 'missing_key' }
    const hit = (this.#cache.get(key) ?? null) !== null
    switch (name) {
      case 'cache.get':
        return { ok: true, key, hit, value: this.#cache.get(key) ?? null }
      case 'cache.has':
        return { ok: true, key, hit }
      case 'cache.set':
        this.#cache.set(key, value)
        return { ok: true, key }
      default:
        this.#cache.delete(key)
        return { ok: true, key, deleted: true }
    }
  }

  #claim(request: Fields, transport: string, form: (row: Fields | undefined) => Fields): Fields {
    const worker = text(request['worker_id'])
    if (worker === '') return { ok: false, error: 'missing_worker_id' }
    const named = request['supported_task_types']
    const types = Array.isArray(named)
      ? named.map(String)
      : text(named)
          .split(',')
          .filter((type) => type !== '')
    const hint = text(request['peer_id'])
    const peer = hint || transport
    const seen = { worker_id: worker, supported_task_types: types, transport_peer_id: transport, peer_hint: hint }
    // The capture has the worker only in the claim that named its peer.
    this.queue.saw(peer, seen)
    if (isFields(request['clock'])) this.queue.merge(request['clock'])
    const row = this.queue.claim({ worker, peer, types })
    if (row === undefined) return { ok: true, ...form(undefined) }
    const { task_id, task_type, model_name, payload, created_at, status, assigned_worker } = row
    return { ok: true, ...form({ task_id, task_type, model_name, payload, created_at, status, assigned_worker }) }
  }

  #known(peer: string): Fields {
    const known = this.queue.peers().find((one) => one['peer_id'] === peer) ?? {}
    const { worker_id: worker, supported_task_types: types } = known
    return worker === undefined ? {} : { worker_id: worker, supported_task_types: types }
  }

  #detail(): Fields {
    const peers = this.queue.peers()
    const workers = peers.filter(({ worker_id: worker }) => worker !== '')
    const count = (status: string) => this.queue.rows.filter((row) => row.status === status)
    const byType = (status: string) =>
      Object.fromEntries(
        count(status).map(({ task_type: type }) => [
          type,
          count(status).filter((row) => row.task_type === type).length,
        ]),
      )
    return {
      ok: true,
      ...basicStatus(),
      queue: {
        ...{ queued: count('queued').length, running: count('running').length },
        ...{ queued_by_type: byType('queued'), running_by_type: byType('running') },
      },
      scheduler: {
        clock: this.queue.clock(),
        known_peers: peers,
        known_workers: workers,
        counts: {
          ...{ peers: peers.length, workers: workers.length },
          docker_workers: workers.filter(({ supported_task_types: types }) => String(types).includes('docker')).length,
          docker_workers_configured: 0,
        },
      },
      ...CONFIGURED,
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#delays.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}

const NOBODY = { worker_id: '', supported_task_types: [] }

/** What the captured service was set up with, which its queue does not decide. */
const CONFIGURED = pick(LINES.find(({ note }) => note === 'status detail')?.response, ['local_worker', 'transport'])

function pick(from: unknown, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(isFields(from) ? from : {}).filter(([name]) => names.includes(name)))
}

function basicStatus(): Fields {
  const { ok: _ok, peer_id: _peer, ...rest } = STATUS as Fields
  return rest
}

function resultAt(place: number): Fields {
  const answer = opening?.frames_received[place]
  const result = isFields(answer) ? answer['result'] : undefined
  if (!isFields(result)) throw new Error('The captured opening is not there.')
  return result
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
