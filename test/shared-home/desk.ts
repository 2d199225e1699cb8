/** The operations of peers by their local sockets, which no cut of the network reaches, also while they are down or frozen. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'
import { toRunnerMeshError } from '../../src/core/errors.ts'
import type { OperationName, Output, RawInput } from '../../src/core/operations/catalog.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'

/** A peer, up or not. */
export interface Reached {
  readonly stateDir: string
}

type Link = OperationsLink & { close(): Promise<void> }

/** An end or a state as the peer tells it; `unknown` when it knows no such task, `away` when it does not answer. */
export type Answered =
  | { readonly status: string; readonly exit_code?: number | undefined; readonly reason?: string | undefined }
  | 'unknown'
  | 'away'

/** A frozen peer answers nobody. */
const PATIENCE_MS = 8_000

export class Desk implements AsyncDisposable {
  readonly #links = new Map<Reached, Promise<Link>>()

  /** @throws whatever the peer refuses it for; Error when it does not answer in time */
  async call<N extends OperationName>(at: Reached, name: N, input: RawInput<N>): Promise<Output<N>> {
    const opening = this.#links.get(at) ?? openLocalLink(join(at.stateDir, 'peer.sock'), createLogger('silent'))
    this.#links.set(at, opening)
    const answered = new AbortController()
    const impatience = pause(PATIENCE_MS, undefined, { signal: answered.signal }).then(() => {
      throw new Error('no answer')
    })
    impatience.catch(() => undefined)
    try {
      return await Promise.race([opening.then((link) => link.call(name, input)), impatience])
    } catch (thrown) {
      if (toRunnerMeshError(thrown).code !== 'task_not_found') this.#drop(at, opening)
      throw thrown
    } finally {
      answered.abort()
    }
  }

  async look(at: Reached, task: string): Promise<Answered> {
    try {
      const { status, exit_code, reason } = (await this.call(at, 'p2p_taskqueue_get_task', { task_id: task })).task
      return { status, exit_code, reason }
    } catch (thrown) {
      return toRunnerMeshError(thrown).code === 'task_not_found' ? 'unknown' : 'away'
    }
  }

  #drop(at: Reached, opening: Promise<Link>): void {
    if (this.#links.get(at) === opening) this.#links.delete(at)
    opening.then((link) => link.close()).catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#links.values()]
    this.#links.clear()
    await Promise.all(all.map((opening) => opening.then((link) => link.close()).catch(() => undefined)))
  }
}
