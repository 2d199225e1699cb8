/**
 * What peers of one shared home tell each other with each commit: which tasks changed, and whether something became
 * claimable. `NOTIFY` is part of the transaction, so nobody hears of what did not happen. Whoever was cut off looks for
 * what changed meanwhile.
 * @see https://www.postgresql.org/docs/15/sql-notify.html
 */
import type pg from 'pg'
import { z } from 'zod'
import { errorText } from '../../core/errors.ts'
import type { HomeId } from '../../core/ids.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import type { Change, Sql } from './transaction.ts'

export interface Notice {
  /** Of the store that told it. */
  readonly by: string
  readonly changed: readonly string[]
  readonly ready: boolean
  /** A log that grew. */
  readonly logged?: LoggedNotice
}

const loggedNotice = z.object({
  task_id: z.string(),
  attempt: z.int(),
  next_seq: z.int(),
  bytes: z.int(),
})
export type LoggedNotice = z.output<typeof loggedNotice>

/** Of all peers that serve a home in this database. */
export function noticeChannel(home: HomeId): string {
  return `runner_mesh_${home}`
}

/** A payload holds 8,000 bytes; an id takes about 40. */
const IDS_PER_NOTICE = 150
const RECONNECT_MS = { first: 100, longest: 2_000 } as const

export async function sendNotices(sql: Sql, channel: string, by: string, changes: readonly Change[]): Promise<void> {
  const changed = [...new Set(changes.flatMap((change) => change.changed))]
  const ready = changes.some((change) => change.ready.length > 0)
  if (changed.length === 0 && !ready) return
  for (let from = 0; from === 0 || from < changed.length; from += IDS_PER_NOTICE) {
    const notice: Notice = { by, changed: changed.slice(from, from + IDS_PER_NOTICE), ready: ready && from === 0 }
    await sql.rows('SELECT pg_notify($1, $2)', [channel, JSON.stringify(notice)])
  }
}

export interface ListenerDeps {
  readonly connect: () => Promise<pg.Client>
  readonly channel: string
  readonly clock: Clock
  readonly log: Logger
  readonly heard: (notice: Notice) => void
  /** Connected again after `awayMs` without ears. */
  readonly back: (awayMs: number) => void
}

export class Listener implements Startable {
  readonly #deps: ListenerDeps
  readonly #stopping = new AbortController()
  #client: pg.Client | undefined
  #listening: Promise<void> | undefined

  constructor(deps: ListenerDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    await this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'))
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => undefined)
    await this.#listening
  }

  async #connect(): Promise<void> {
    const client = await this.#deps.connect()
    client.on('notification', ({ payload }) => {
      const notice = parseNotice(payload)
      if (notice !== undefined) this.#deps.heard(notice)
    })
    const lost = (): void => {
      if (this.#client !== client) return
      this.#client = undefined
      this.#listening = this.#reconnect()
    }
    client.on('error', lost)
    client.on('end', lost)
    await client.query(`LISTEN ${this.#deps.channel}`)
    this.#client = client
  }

  async #reconnect(): Promise<void> {
    const { clock, log, back } = this.#deps
    const { signal } = this.#stopping
    const lostAt = clock.mono()
    log.warn('store.listener_lost', {})
    for (
      let pauseMs: number = RECONNECT_MS.first;
      !signal.aborted;
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.longest)
    ) {
      try {
        await clock.sleep(pauseMs, signal)
        await this.#connect()
        log.info('store.listener_back', { awayMs: Math.round(clock.mono() - lostAt) })
        back(clock.mono() - lostAt)
        return
      } catch (error) {
        log.debug('store.listener_waits', { error: errorText(error) })
      }
    }
  }
}

function parseNotice(payload: string | undefined): Notice | undefined {
  try {
    const notice = JSON.parse(payload ?? '') as Partial<Notice>
    if (typeof notice.by !== 'string' || !Array.isArray(notice.changed)) return undefined
    const logged = loggedNotice.safeParse(notice.logged)
    return {
      by: notice.by,
      changed: notice.changed,
      ready: notice.ready === true,
      ...(logged.success ? { logged: logged.data } : {}),
    }
  } catch {
    return undefined
  }
}
