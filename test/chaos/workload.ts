/** Mixed tasks, submitted throughout a run, and what their answers say. */
import { setTimeout as pause } from 'node:timers/promises'
import { RunnerMeshError } from '../../src/core/errors.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { IMAGE, SECRET } from './ground.ts'
import type { Asked, Happening } from './history.ts'
import type { HomeLink } from './home-link.ts'

const ENDED = new Set(['completed', 'failed', 'cancelled'])
const LOOKS_AT_ONCE = 40
/** An answer that did not come is asked for again under the same key: it must be the same task. */
const TRIES = 20
/** Of wishes, the plain ones counted as often as they come. */
const KINDS = 10

export interface WorkloadDeps {
  readonly link: HomeLink
  readonly random: SeededRandom
  readonly name: string
  readonly record: (happening: Happening) => void
  /** How long ended tasks are kept, milliseconds. */
  readonly retentionMs?: number
}

interface Wish {
  readonly asked: Asked
  readonly script: string
  readonly payload?: object
  readonly options?: object
  readonly cancelAfterMs?: number
  /** Submitted again under the same key once it was answered. */
  readonly isRepeated?: boolean
}

export class Workload {
  readonly pending = new Set<string>()
  readonly #deps: WorkloadDeps
  /** Tasks that were given a secret. */
  readonly #secretive = new Set<string>()
  readonly #under = new Set<Promise<unknown>>()
  #last: string | undefined

  constructor(deps: WorkloadDeps) {
    this.#deps = deps
  }

  async submitUntil(isOver: () => boolean): Promise<void> {
    for (let number = 0; !isOver(); number += 1) {
      await this.submit(`${this.#deps.name}-${String(number)}`, this.#wish(number))
      // What two workers manage on a calm day, so that a long run builds up no queue.
      await pause(400 + this.#below(800))
    }
    await Promise.all(this.#under)
  }

  /** @returns its id, unless nobody answers */
  async submit(key: string, wish: Wish): Promise<string | undefined> {
    const { record } = this.#deps
    record({ kind: 'submitted', key, asked: wish.asked })
    const task = await this.#submitOnce(key, wish)
    if (task === undefined) return undefined
    if (wish.isRepeated === true) await this.#submitOnce(key, wish)
    this.pending.add(task)
    this.#last = task
    if (wish.payload !== undefined) this.#secretive.add(task)
    if (wish.cancelAfterMs !== undefined) this.#go(pause(wish.cancelAfterMs).then(() => this.cancel(task)))
    return task
  }

  async cancel(task: string): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        await this.#deps.link.call('p2p_taskqueue_cancel', { task_id: task })
        return
      } catch {
        await pause(500)
      }
    }
  }

  async followUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.look()
      await pause(700)
    }
  }

  async look(): Promise<void> {
    for (const task of [...this.pending].slice(0, LOOKS_AT_ONCE)) {
      if (await this.hasEnded(task)) this.pending.delete(task)
    }
  }

  async hasEnded(task: string): Promise<boolean> {
    const { link, record } = this.#deps
    try {
      const { task: view, attempts = [] } = await link.call('p2p_taskqueue_get_task', { task_id: task, attempts: true })
      const { status, exit_code: exitCode, reason } = view
      if (!ENDED.has(status)) return false
      const how = { ...(exitCode === undefined ? {} : { exitCode }), ...(reason === undefined ? {} : { reason }) }
      const released = attempts.filter(({ outcome }) => outcome === 'released').length
      record({ kind: 'ended', task, status, released, ...how })
      if (this.#secretive.has(task)) await this.#readLog(task)
      return true
    } catch (error) {
      if (!(error instanceof RunnerMeshError) || error.code !== 'task_not_found') return false
      record({ kind: 'unknown', task })
      return true
    }
  }

  /** What its home says of one that does not end, in words for people. */
  async tellState(task: string): Promise<string> {
    try {
      const { task: view, attempts = [] } = await this.#deps.link.call('p2p_taskqueue_get_task', {
        ...{ task_id: task, attempts: true },
      })
      const { status, phase, created_at: created, ready_at: ready = created, worker_name: worker = 'nobody' } = view
      const waits = `${String(Math.round((ready - created) / 1000))} s after its submit`
      const tried = attempts.map(({ outcome = 'open' }) => outcome).join(', ')
      return `${status}/${String(phase)}, ready ${waits}, with ${worker}, attempts: ${tried === '' ? 'none' : tried}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  async #readLog(task: string): Promise<void> {
    const { entries } = await this.#deps.link.call('p2p_taskqueue_read_log', { task_id: task })
    if (entries.some(({ text }) => text.includes(SECRET.value))) this.#deps.record({ kind: 'leaked', task })
  }

  #go(work: Promise<unknown>): void {
    const done = work.finally(() => this.#under.delete(done))
    this.#under.add(done)
  }

  async #submitOnce(key: string, { asked, script, payload = {}, options = {} }: Wish): Promise<string | undefined> {
    const { link, record, retentionMs } = this.#deps
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        const { task_id: task } = await link.call('p2p_taskqueue_submit', {
          task_type: 'docker.hub',
          payload: { image: IMAGE, command: ['sh', '-c', script], ...payload },
          ...{ idempotency_key: key, idempotent: asked.idempotent, max_lost: 20 },
          ...(retentionMs === undefined ? {} : { retention_ms: retentionMs }),
          ...options,
        })
        record({ kind: 'acknowledged', key, task })
        return task
      } catch {
        await pause(500)
      }
    }
    return undefined
  }

  #below(most: number): number {
    return Math.floor(this.#deps.random.unit() * most)
  }

  /** Each kind comes once before chance decides. */
  #wish(number: number): Wish {
    const idempotent = this.#below(3) > 0
    const exitCode = this.#below(4) === 0 ? 3 : 0
    const asked: Asked = { exitCode, idempotent }
    const script = `echo at work; sleep ${String(this.#below(2))}; exit ${String(exitCode)}`
    switch (number < KINDS ? number : this.#below(KINDS)) {
      case 0:
        return { asked, script: `echo at work; sleep 6; exit ${String(exitCode)}` }
      case 1:
        return { asked: { ...asked, isCancelled: true }, script: 'sleep 600', cancelAfterMs: 300 + this.#below(4000) }
      case 2:
        return { asked, script, isRepeated: true }
      case 3:
        return { asked, script, options: { delay_ms: 1000 + this.#below(4000), priority: 1 + this.#below(10) } }
      case 4:
        if (this.#last === undefined) return { asked, script }
        return { asked: { ...asked, isDependent: true }, script, options: { needs: [this.#last] } }
      case 5:
      case 6: {
        const telling = `echo "told: $(cat /run/secrets/${SECRET.name})"; ${script}`
        return { asked, script: telling, payload: { secrets: { [SECRET.name]: SECRET.name } } }
      }
      default:
        return { asked, script }
    }
  }
}
