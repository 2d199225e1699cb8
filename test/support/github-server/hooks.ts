/**
 * Webhooks of a repository: what happens is signed and delivered once, whoever answers or not, and every attempt is kept
 * so that it can be listed and asked for again. GitHub repeats nothing by itself, and a redelivery has the first one's id.
 * @see https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
import { createHmac, randomUUID } from 'node:crypto'
import type { Clock } from '../../../src/core/ports/clock.ts'
import { Refusal } from './repository.ts'

export interface Hook {
  readonly id: number
  readonly url: string
  readonly secret: string
  active: boolean
  readonly createdAt: number
}

export interface DeliveryAttempt {
  readonly id: number
  readonly hook: number
  readonly guid: string
  readonly event: string
  readonly action: string | null
  readonly deliveredAt: number
  readonly redelivery: boolean
  /** As GitHub shows it when nobody answered. */
  readonly status: string
  readonly statusCode: number
  readonly body: string
}

export class Hooks {
  readonly all: Hook[] = []
  /** Oldest first. */
  readonly attempts: DeliveryAttempt[] = []
  readonly #clock: Clock
  readonly #open = new Set<Promise<unknown>>()
  #lastId = 500

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add({ url, secret, active = true }: Pick<Hook, 'url' | 'secret'> & { readonly active?: boolean }): Hook {
    const hook = { id: this.#nextId(), url, secret, active, createdAt: this.#clock.now() }
    this.all.push(hook)
    return hook
  }

  /** To every active hook. @returns the attempts, once they are answered or have failed */
  deliver(event: string, payload: object): Promise<readonly DeliveryAttempt[]> {
    const body = JSON.stringify(payload)
    const action = 'action' in payload && typeof payload.action === 'string' ? payload.action : null
    const guid = randomUUID()
    const active = this.all.filter((hook) => hook.active)
    return Promise.all(active.map((hook) => this.#attempt(hook, { event, action, body, guid, redelivery: false })))
  }

  /** Comes later, as with GitHub. @throws Refusal 404 */
  redeliver(hookId: number, attemptId: number): void {
    const hook = this.#hook(hookId)
    const former = this.attempts.find(({ id, hook: of }) => id === attemptId && of === hookId)
    if (former === undefined) throw new Refusal(404, 'Not Found')
    const again = this.#attempt(hook, { ...former, redelivery: true })
    this.#open.add(again)
    void again.finally(() => this.#open.delete(again))
  }

  /** The newest first. @throws Refusal 404 */
  attemptsOf(hookId: number): readonly DeliveryAttempt[] {
    this.#hook(hookId)
    return this.attempts.filter(({ hook }) => hook === hookId).toReversed()
  }

  /** Nothing is on its way any more. */
  async quiet(): Promise<void> {
    await Promise.all(this.#open)
  }

  async #attempt(
    hook: Hook,
    delivery: Pick<DeliveryAttempt, 'event' | 'action' | 'body' | 'guid' | 'redelivery'>,
  ): Promise<DeliveryAttempt> {
    const { event, body, guid } = delivery
    const deliveredAt = this.#clock.now()
    const answer = await fetch(hook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/0000000',
        'x-github-delivery': guid,
        'x-github-event': event,
        'x-github-hook-id': String(hook.id),
        'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`,
      },
      body,
    }).catch(() => undefined)
    await answer?.arrayBuffer()
    const attempt = {
      ...{ ...delivery, id: this.#nextId(), hook: hook.id, deliveredAt },
      status: answer === undefined ? 'failed to connect to host' : answer.ok ? 'OK' : 'Invalid HTTP Response',
      statusCode: answer?.status ?? 502,
    }
    this.attempts.push(attempt)
    return attempt
  }

  #hook(id: number): Hook {
    const hook = this.all.find((each) => each.id === id)
    if (hook === undefined) throw new Refusal(404, 'Not Found')
    return hook
  }

  #nextId(): number {
    return (this.#lastId += 1)
  }
}
