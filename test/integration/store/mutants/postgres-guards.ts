/** The guards of a shared home: those that the embedded store has in another form, and those it has no need of. */
import type { Guard } from './guards.ts'

const CONTRACT = 'test/contract/postgres-task-store.test.ts'
const SHARED = 'test/integration/store/shared-home.test.ts'
const ROLLING = 'test/integration/store/rolling-upgrade.test.ts'

function guard(
  promise: string,
  at: readonly [file: string, from: string, to: string],
  caughtBy: string,
  test = CONTRACT,
): Guard {
  const [file, from, to] = at
  return { promise, file: `src/store/postgres/${file}`, from, to, test, caughtBy }
}

export const POSTGRES_GUARDS: readonly Guard[] = [
  guard(
    'a report needs the latest fence',
    ['../lifecycle.ts', 'settlement.fence !== facts.latestFence', 'false'],
    'R4:',
  ),
  guard(
    'fences outlive the peers that gave them',
    [
      'claim.ts',
      "nextval('lsn') AS lsn",
      '${String(((home as { lsn?: number }).lsn = ((home as { lsn?: number }).lsn ?? 0) + 1))} AS lsn',
    ],
    'R15:',
  ),
  guard(
    'an answer comes after COMMIT',
    [
      'group.ts',
      'if (steps.length === 1) return [{ step, change, value: await step.work(sql, change) }]',
      'if (steps.length === 1) { const value = await step.work(sql, change); step.resolve(value); return [{ step, change, value }] }',
    ],
    'R13: nothing is answered',
    SHARED,
  ),
  guard(
    'a lease begins on the database’s clock',
    ['claim.ts', 'lease_now() + lease_ms', '${String(now)} + lease_ms'],
    'R3:',
  ),
  guard(
    'whoever waits is told of what it may claim',
    ['submit.ts', 'if (state === STATE.ready) change.ready.push(task.requirements)', ''],
    'a task submitted becomes known to listeners',
  ),
  guard(
    'whoever waits at another peer is told as well',
    ['notices.ts', 'ready: ready && from === 0', 'ready: false'],
    'what becomes claimable at one peer',
    SHARED,
  ),
  guard(
    'no older peer is left with tables it cannot use',
    ['schema-version.ts', 'if (lock?.held === true) continue', 'if (lock !== undefined) continue'],
    'a version that takes away',
    ROLLING,
  ),
  guard(
    'a home that went on is not changed by a peer of before',
    ['schema-version.ts', 'if (versions.serves_from > KNOWN) throw', 'if (false) throw'],
    'a peer that was cut off',
    ROLLING,
  ),
  guard(
    'a later version may add columns',
    ['tasks.ts', 'SELECT ${COLUMNS}, s.body', 'SELECT t.*, s.body'],
    'a version that only adds',
    ROLLING,
  ),
  guard(
    'fences come from a sequence',
    ['claim.ts', "nextval('lsn') AS lsn", '1 AS lsn'],
    'two stores that claim at once',
    SHARED,
  ),
  guard('a repeated claim is answered again', ['claim.ts', 'leased.length === 0', 'true'], 'R2: a claim repeated with'),
  guard(
    'a refusal is remembered',
    ['next-tasks.ts', 'const REFUSED = `', 'const REFUSED = `false AND '],
    'a task that a worker refused',
  ),
  guard(
    'a group has its maximum',
    ['next-tasks.ts', ' && takeSlot(slots, lane.group_key)', ''],
    'of a concurrency group no more',
  ),
  guard(
    'a cap of submitters holds',
    ['next-tasks.ts', 'isUnderCap(running, lane.submitter, request.submitterCap) && ', ''],
    'a submitter at its cap',
  ),
  guard(
    'a task goes to one of those who claim at once',
    ['next-tasks.ts', 'left.delete(head)', ''],
    'claims made at once are granted in their turn',
  ),
  guard(
    'who has refused what is next is looked at alone',
    ['claim.ts', ' || choice.refused.has(asker)', ''],
    'however many it has refused',
  ),
  guard(
    'an answer waits for the database’s log',
    ['connections.ts', "WHERE current_setting('synchronous_commit') = 'off'", 'WHERE false'],
    'a database that is killed',
    SHARED,
  ),
  guard(
    'a plan is good for any size',
    ['connections.ts', 'Object.entries(PLANNING)', 'Object.entries({ jit: PLANNING.jit })'],
    'a home that has grown',
    SHARED,
  ),
  guard(
    'a report is only believed of the worker that holds the task',
    ['settle.ts', 'row.worker !== null && settlement.isWorker?.(row.worker) === false', 'false'],
    'of two ends of one grant',
    SHARED,
  ),
  guard(
    'a return needs the live fence',
    ['give-back.ts', ' || row.fence !== fence) return false', ') return false'],
    'R4:',
  ),
  guard('a cancel can be too late', ['give-back.ts', "if (isEnded(row.state)) return 'terminal'", ''], 'R10:'),
  guard('a renewal needs the worker', ['settle.ts', ' AND e.worker = $4 ORDER', " AND $4 <> '' ORDER"], 'R6:'),
  guard(
    'leases end on the database’s clock',
    [
      'sweep.ts',
      "'SELECT seq, suspect FROM lease WHERE until <= lease_now() ORDER",
      "'SELECT seq, suspect FROM lease WHERE false ORDER",
    ],
    'R3:',
  ),
  guard('a lost lease is counted', ['sweep.ts', 'row.lost + 1)', 'row.lost)'], 'R3:'),
  guard(
    'what has settled has no lease to lose',
    ['transitions.ts', "await sql.run('DELETE FROM lease WHERE seq = ANY($1)', [ran.map(({ seq }) => seq)])", ''],
    'R9: a completion that comes before',
  ),
  guard('all needs are waited for', ['transitions.ts', 'pending > 0', 'false'], 'a task waits until all it needs'),
  guard(
    'a freed slot wakes the held',
    ['transitions.ts', 'change.ready.push(...held.map((one): Requirements => needsOf(one)))', ''],
    'a held task is ready again',
  ),
  guard(
    'a repeated submit is recognised',
    ['submit.ts', 'await findNamed(home, sql, task, digest, now)', 'undefined'],
    'R19:',
  ),
  guard('a key lives with its task', ['submit-names.ts', 'OR t.finished_at IS NULL AND t.seq IS NOT NULL', ''], 'R20:'),
  guard(
    'an instant fires once',
    ['upkeep.ts', 'fired !== undefined', 'false'],
    'R21: an instant that fired makes no second',
  ),
  guard(
    'an old instant fires no more',
    ['upkeep.ts', 'scheduledAt <= row.fired_at', 'false'],
    'an instant older than the last',
  ),
  guard(
    'what is retained is kept',
    ['upkeep.ts', 't.purge_at <= $1', 't.purge_at <= $1 + 1000000000'],
    'pruning takes ended',
  ),
  guard(
    'a bad step takes none of its neighbours with it',
    ['group.ts', 'if (!careful && steps.length > 1)', 'if (false)'],
    'R26: a submit that is refused',
  ),
]
