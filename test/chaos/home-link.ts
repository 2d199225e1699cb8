/** The operations of the home by its local socket, also while it is down, frozen or new. */
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openLocalLink } from '../../src/app/local-socket.ts'
import { createLogger } from '../../src/app/logger.ts'
import { RunnerMeshError } from '../../src/core/errors.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import type { Member } from './ground.ts'

const PATIENCE_MS = 15_000

export class HomeLink implements AsyncDisposable {
  readonly #home: Member
  #link: Promise<OperationsLink & { close(): Promise<void> }> | undefined

  constructor(home: Member) {
    this.#home = home
  }

  /** @throws RunnerMeshError as the home refuses it; Error when it does not answer in time */
  readonly call: OperationsLink['call'] = async (...asked) => {
    const socket = join(this.#home.stateDir, 'peer.sock')
    this.#link ??= openLocalLink(socket, createLogger('silent'))
    const waiting = new AbortController()
    const impatience = pause(PATIENCE_MS, undefined, { signal: waiting.signal }).then(() => {
      throw new Error('no answer')
    })
    impatience.catch(() => undefined)
    try {
      const link = await Promise.race([this.#link, impatience])
      return await Promise.race([link.call(...asked), impatience])
    } catch (error) {
      if (!(error instanceof RunnerMeshError) || error.code !== 'task_not_found') this.#drop()
      throw error
    } finally {
      waiting.abort()
    }
  }

  #drop(): void {
    this.#link?.then(
      (link) => link.close().catch(() => undefined),
      () => undefined,
    )
    this.#link = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const link = await this.#link?.catch(() => undefined)
    this.#link = undefined
    await link?.close()
  }
}
