/** A shared home as one peer serves it: what it is, and the connections by which it is changed, read and listened to. */
import type pg from 'pg'
import { errorText } from '../../core/errors.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import { wrapDatabaseError, type DatabaseSettings } from './connect.ts'
import { Connections } from './connections.ts'
import { Group } from './group.ts'
import { prepareHome, SharedHome, type SharedSettings } from './home.ts'
import type { News } from './news.ts'
import { Listener, noticeChannel, sendNotices } from './notices.ts'
import { Sql } from './transaction.ts'

export interface OpenedHome {
  readonly home: SharedHome
  readonly pool: pg.Pool
  readonly reader: Sql
  readonly group: Group
  /** Not started. */
  readonly listener: Listener
}

export interface OpenedHomeDeps {
  readonly database: DatabaseSettings
  /** The database, as people know it. */
  readonly where: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings: SharedSettings
  /** Tells notices of this peer from those of others. */
  readonly name: string
  /** How long a change waits for a database that is away, milliseconds. */
  readonly patienceMs: number
  readonly news: News
}

const GROUP_STEPS = 64

/** @throws RunnerMeshError store_newer, home_locked, and what the database throws */
export async function openHome(deps: OpenedHomeDeps): Promise<OpenedHome> {
  const { database, where, clock, random, log, settings, name, patienceMs, news } = deps
  const connections = new Connections(database, log)
  const client = await connections.open('start')
  const facts = await prepareHome(client, { schema: database.schema, random, log }).finally(() =>
    client.end().catch(() => undefined),
  )
  const pool = connections.pool()
  const reader = new Sql(pool)
  const channel = noticeChannel(facts.homeId)
  return {
    home: new SharedHome(facts, { clock, random, log, settings }, reader),
    pool,
    reader,
    listener: new Listener({
      connect: () => connections.openToServe(),
      ...{ channel, clock, log },
      heard: (notice) => news.heard(notice),
      back: (awayMs) => void news.catchUp(awayMs),
    }),
    group: new Group({
      connect: () => connections.openToChange(),
      clock,
      maxSteps: GROUP_STEPS,
      patienceMs,
      beforeCommit: (sql, changes) => sendNotices(sql, channel, name, changes),
      afterCommit: (changes) => news.committed(changes),
      wrap: (thrown) => wrapDatabaseError(thrown, where),
      lost: (thrown) => log.warn('store.connection_lost', { database: where, error: errorText(thrown) }),
    }),
  }
}
