/** Who a shared home is, and what every part of its store works with. */
import { RunnerMeshError } from '../../core/errors.ts'
import { fitClassKey } from '../../core/fit.ts'
import { homeIdFromBytes, makeFence, type HomeId, type TaskId } from '../../core/ids.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import type { NewTask } from '../../core/ports/task-store.ts'
import { taskIdOf, type TaskRow } from '../rows.ts'
import { waits, type State } from '../states.ts'
import { isCollision } from './connect.ts'
import { migrate } from './schema-version.ts'
import { Sql, type Queryable } from './transaction.ts'

export interface SharedSettings {
  readonly lostGraceMs: number
  readonly renewEveryMs: number
  readonly keyTtlMs: number
  readonly maxUnfinished: number
}

export interface HomeFacts {
  readonly homeId: HomeId
  readonly epoch: number
}

export class SharedHome {
  readonly homeId: HomeId
  readonly epoch: number
  readonly random: Random
  readonly clock: Clock
  readonly log: Logger
  readonly settings: SharedSettings
  /** A grant adds a number of the database's sequence, from 1. */
  readonly fenceBase: number
  /** More unfinished tasks than allowed, as of the last look. */
  full = false
  /** No task that waits was written by this peer after this instant; unknown at first, and what others wrote from time to time. */
  waitedAt = Infinity
  readonly #outside: Sql
  readonly #lanes = new Map<string, number>()
  readonly #groups = new Map<string, number>()

  /** @param outside runs statements outside of any transaction: lanes and groups stay, whatever becomes of the task */
  constructor(
    facts: HomeFacts,
    deps: { readonly random: Random; readonly clock: Clock; readonly log: Logger; readonly settings: SharedSettings },
    outside: Sql,
  ) {
    this.homeId = facts.homeId
    this.epoch = facts.epoch
    this.random = deps.random
    this.clock = deps.clock
    this.log = deps.log
    this.settings = deps.settings
    this.fenceBase = makeFence(facts.epoch, 1) - 1
    this.#outside = outside
  }

  idOf(row: Pick<TaskRow, 'epoch' | 'seq'>): TaskId {
    return taskIdOf(this, row)
  }

  noteWait(state: State, now: number): void {
    if (waits(state)) this.waitedAt = Math.max(this.waitedAt, now)
  }

  /** The lane of a new task, made when it is the first of its kind. The newest `max` of a group is the one that counts. */
  async internLane({ requirements, submitter, priority, group }: NewTask): Promise<number> {
    if (group !== undefined && this.#groups.get(group.key) !== group.max) {
      await this.#outside.run(
        `INSERT INTO concurrency_group(key, max) VALUES ($1, $2)
           ON CONFLICT (key) DO UPDATE SET max = excluded.max WHERE concurrency_group.max <> excluded.max`,
        [group.key, group.max],
      )
      this.#groups.set(group.key, group.max)
    }
    const classKey = fitClassKey(requirements)
    const key = JSON.stringify([classKey, submitter, priority, group?.key ?? null])
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    const row = await this.#outside.row<{ id: number }>(
      `WITH made AS (
         INSERT INTO fit_class(key, needs) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id)
       INSERT INTO lane(fit_class, submitter, priority, group_key) SELECT id, $3, $4, $5 FROM made
         ON CONFLICT (fit_class, submitter, priority, group_key) DO UPDATE SET priority = excluded.priority RETURNING id`,
      [classKey, JSON.stringify(requirements), submitter, priority, group?.key ?? null],
    )
    if (row === undefined) throw new RunnerMeshError('internal', 'The database made no lane.')
    this.#lanes.set(key, row.id)
    return row.id
  }

  /** Another peer may have set the maximum of a group since. */
  forgetGroups(): void {
    this.#groups.clear()
  }
}

/** Peers that start at the same time prepare one after the other. */
const MIGRATION_LOCK = 0x726d7368

/** How often new tables wait their turn once more, when a peer that serves the home held what they needed and they it. */
const TRIES = 8

/**
 * Brings the schema up to date and tells whose home it is, making it when there is none.
 * @throws RunnerMeshError store_newer, home_locked while peers serve it that could not work with the new schema
 */
export async function prepareHome(
  client: Queryable,
  { schema, random, log }: { readonly schema: string; readonly random: Random; readonly log: Logger },
): Promise<HomeFacts> {
  const sql = new Sql(client)
  for (let tries = 1; ; tries += 1) {
    await sql.run('BEGIN')
    try {
      await sql.rows('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
      await migrate(client, sql, { schema, log })
      const facts = await findOrMakeHome(sql, random, log)
      await sql.run('COMMIT')
      return facts
    } catch (thrown) {
      await sql.run('ROLLBACK').catch(() => undefined)
      if (tries === TRIES || !isCollision(thrown)) throw thrown
    }
  }
}

interface HomeRow {
  readonly home_id: string
  readonly epoch: number
  readonly cluster: string
}

async function findOrMakeHome(sql: Sql, random: Random, log: Logger): Promise<HomeFacts> {
  const cluster = await readCluster(sql)
  const row = await sql.row<HomeRow>('SELECT home_id, epoch, cluster FROM home WHERE id = 1 FOR UPDATE')
  if (row === undefined) {
    const homeId = homeIdFromBytes(random.bytes(10))
    await sql.run(
      'INSERT INTO home(id, home_id, epoch, cluster, swept_at, created_at) VALUES (1, $1, 1, $2, lease_now(), lease_now())',
      [homeId, cluster],
    )
    return { homeId, epoch: 1 }
  }
  const homeId = row.home_id as HomeId
  if (row.cluster === cluster) return { homeId, epoch: row.epoch }
  const epoch = row.epoch + 1
  await sql.run('UPDATE home SET epoch = $1, cluster = $2 WHERE id = 1', [epoch, cluster])
  log.warn('store.epoch_raised', { homeId, epoch, why: 'the database was put back from a copy, or failed over' })
  return { homeId, epoch }
}

/** Another cluster, or another timeline of it: what was committed last elsewhere may be missing here. */
async function readCluster(sql: Sql): Promise<string> {
  const row = await sql.row<{ cluster: string }>(
    `SELECT s.system_identifier || '/' || c.timeline_id || '/' || current_database() AS cluster
       FROM pg_control_system() s, pg_control_checkpoint() c`,
  )
  return row?.cluster ?? ''
}
