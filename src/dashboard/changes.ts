/**
 * Tells open pages what changed, as server-sent events made of the peer's own stream of events. A notice names tasks and
 * says nothing of them; the page asks the operations what it shows. What a session may not see is not named to it.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
import type { ServerResponse } from 'node:http'
import { RunnerMeshError } from '../core/errors.ts'
import type { Events } from '../core/events.ts'
import { SECOND } from '../core/lease.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Session } from './sessions.ts'

/** Changes are gathered for so long, so that a busy queue costs a page four looks a second at most. */
const GATHER_MS = 250
/** Proxies close what is silent. */
const BEAT_MS = 20 * SECOND
/** Beyond, a notice says that there were many. */
const MOST_NAMED = 50
const MOST_OPEN = 64
/** A page that reads none of it is let go of; it comes back by itself. */
const MOST_UNREAD_BYTES = 262_144

export interface ChangesDeps {
  readonly operations: Pick<Operations, 'call'>
  readonly events: Events
  readonly clock: Clock
}

export class Changes {
  readonly #deps: ChangesDeps
  #open = 0

  constructor(deps: ChangesDeps) {
    this.#deps = deps
  }

  /** Keeps the answer open until the page or the session goes. @throws RunnerMeshError rate_limited */
  stream(res: ServerResponse, session: Session): void {
    if (this.#open >= MOST_OPEN)
      throw new RunnerMeshError('rate_limited', 'Too many pages are open. Close one, then reload.')
    this.#open += 1
    const { events, clock } = this.#deps
    let tasks = new Set<string>()
    let isMany = false
    let peers = false
    let cancelTimer: (() => void) | undefined
    let cancelBeat: () => void = () => undefined
    const send = (text: string): void => {
      if (res.writableLength > MOST_UNREAD_BYTES) res.destroy()
      else res.write(text)
    }
    const tell = async (): Promise<void> => {
      const named = [...tasks]
      const notice = { many: isMany, peers }
      tasks = new Set()
      isMany = peers = false
      cancelTimer = undefined
      const seen = notice.many ? [] : await this.#visible(named, session)
      const isNews = notice.many || notice.peers || seen.length > 0
      if (isNews && !res.destroyed) send(`event: change\ndata: ${JSON.stringify({ tasks: seen, ...notice })}\n\n`)
    }
    const unlisten = events.listen((event) => {
      if (event.name === 'peer.joined' || event.name === 'peer.left') peers = true
      else if ('taskId' in event) {
        if (tasks.size < MOST_NAMED) tasks.add(event.taskId)
        else isMany = true
      } else return
      cancelTimer ??= clock.after(GATHER_MS, () => void tell())
    })
    const beat = (): void => {
      cancelBeat = clock.after(BEAT_MS, () => {
        send(': still here\n\n')
        beat()
      })
    }
    const end = (): void => {
      res.end()
    }
    res.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    send('retry: 2000\n\n')
    beat()
    session.ended.addEventListener('abort', end)
    res.once('close', () => {
      this.#open -= 1
      unlisten()
      cancelTimer?.()
      cancelBeat()
      session.ended.removeEventListener('abort', end)
    })
  }

  /** A page whose token is no administrator's hears of its own tasks only. */
  async #visible(named: readonly string[], { caller, ended }: Session): Promise<readonly string[]> {
    if (caller.access.has('admin')) return named
    const call = { caller, signal: ended, progress: () => undefined }
    const looks = await Promise.allSettled(
      named.map((task_id) => this.#deps.operations.call('p2p_taskqueue_get_task', { task_id }, call)),
    )
    return named.filter((_, index) => looks[index]?.status === 'fulfilled')
  }
}
