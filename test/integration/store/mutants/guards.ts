/**
 * The guards of the store, each with what it looks like in the source, what a careless hand would leave of it, and the
 * test that has to turn red then. `from` must stand in its file exactly once, so the table cannot fall behind the source.
 */
export interface Guard {
  readonly promise: string
  readonly file: string
  readonly from: string
  readonly to: string
  readonly test: string
  /** Beginning of the name of the test that must fail. */
  readonly caughtBy: string
}

const CONTRACT = 'test/contract/task-store.test.ts'
const GROUP = 'test/unit/store/group-commit.test.ts'
const SYNC = 'test/unit/store/group-sync.test.ts'

function guard(
  promise: string,
  at: readonly [file: string, from: string, to: string],
  caughtBy: string,
  test = CONTRACT,
): Guard {
  const [file, from, to] = at
  return { promise, file: `src/store/${file}`, from, to, test, caughtBy }
}

const LIFE = 'lifecycle.ts'

const SETTLING: readonly Guard[] = [
  guard('a report needs the latest fence', [LIFE, 'settlement.fence !== facts.latestFence', 'false'], 'R4:'),
  guard('a report settles once', [LIFE, 'if (facts.settledBefore)', 'if (false)'], 'R7:'),
  guard(
    'the fence that settled a task is known',
    ['sqlite/settle.ts', 'return row.settled === 1', 'return false'],
    'R8:',
  ),
  guard(
    'what has ended stays so',
    [LIFE, "facts.stage === 'ended'", 'false'],
    'a completion after the grace is refused',
  ),
  guard(
    'a completion may be late',
    [
      LIFE,
      "if (settlement.status === 'completed') return",
      "if (settlement.status === 'completed' && facts.stage === 'running') return",
    ],
    'R5: a completion whose lease has ended',
  ),
  guard('only a completion may be late', [LIFE, "facts.stage !== 'running'", 'false'], 'R5: only a completion'),
  guard(
    'a failure after a cancel is a cancel',
    [LIFE, "if (facts.stop !== 'none') return stopped(facts.stop)\n  if (settlement", 'if (settlement'],
    'R11: a failure',
  ),
  guard(
    'a loss after a cancel is a cancel',
    [LIFE, "if (facts.stop !== 'none') return stopped(facts.stop)\n  if (facts.lost", 'if (facts.lost'],
    'R11: a worker that vanishes',
  ),
  guard(
    'work that completes has completed',
    [LIFE, "next: { kind: 'end', status: 'completed' } }", "next: stopped('cancel') }"],
    'R12:',
  ),
  guard('a cancel can be too late', ['sqlite/give-back.ts', "if (isEnded(row.state)) return 'terminal'", ''], 'R10:'),
  guard(
    'a return needs the live fence',
    ['sqlite/give-back.ts', ' || row.fence !== fence) return false', ') return false'],
    'R4:',
  ),
]

const LEASES: readonly Guard[] = [
  guard(
    'a renewal needs the fence',
    ['sqlite/renew.ts', 'lease?.fence === fence && lease.worker', 'lease?.worker'],
    'R6:',
  ),
  guard('a renewal needs the worker', ['sqlite/renew.ts', ' && lease.worker === worker', ''], 'R6:'),
  guard('a lost lease is counted', ['sqlite/sweep.ts', 'row.lost + 1)', 'row.lost)'], 'R3:'),
  guard('losses have a budget', [LIFE, 'facts.lost + 1 > facts.maxLost', 'false'], 'losses are counted'),
  guard(
    'a grace comes before an end',
    [LIFE, 'if (!facts.suspect)', 'if (false)'],
    'the holder of a suspect task may renew',
  ),
  guard(
    'what has settled has no lease to lose',
    ['sqlite/transitions.ts', 'home.leases.end(row.seq)', 'undefined'],
    'R9: a completion that comes before',
  ),
  guard(
    'leases are measured on the monotonic clock',
    ['sqlite/home.ts', 'new LeaseTable(() => this.clock.mono()', 'new LeaseTable(() => this.clock.now()'],
    'a lease lives until its last millisecond',
  ),
  guard(
    'a pause is nobody’s fault',
    ['sqlite/sweep.ts', 'if (notePause(home)) return swept', ''],
    'R17: a home that slept',
    'test/integration/store/pause.test.ts',
  ),
  guard(
    'a pause moves deadlines',
    ['lease-table.ts', 'lease.deadline += gap', 'lease.deadline += 0'],
    'R17: a pause of the home',
    'test/unit/store/lease-table.test.ts',
  ),
]

const CLAIMING: readonly Guard[] = [
  guard('what is granted is no longer offered', ['sqlite/claim.ts', 'lane.heads.remove(seq)', ''], 'R1:'),
  guard(
    'a repeated claim is answered again',
    ['sqlite/claim.ts', 'repeated.length > 0', 'false'],
    'R2: a claim repeated with',
  ),
  guard(
    'a full group is passed over',
    ['sqlite/claim.ts', 'isFull(lane.group) || ', ''],
    'of a concurrency group no more',
  ),
  guard(
    'a group that drains is full',
    ['sqlite/lanes.ts', 'group.running >= group.max', 'group.running === group.max'],
    'R23:',
  ),
  guard(
    'whoever waits is told of what it may claim',
    ['sqlite/transitions.ts', 'if (!isFull(lane.group)) change.ready.push(lane.fitClass.needs)', ''],
    'a task submitted becomes known to listeners',
  ),
  guard(
    'a freed slot wakes the held',
    ['sqlite/transitions.ts', 'if (wasFull && !isFull(lane.group))', 'if (false)'],
    'a held task is ready again',
  ),
  guard(
    'a cap of submitters holds',
    ['sqlite/claim.ts', 'lane.submitter.running >= cap', 'false'],
    'a submitter at its cap',
  ),
  guard(
    'a refusal is remembered',
    ['sqlite/claim.ts', 'home.refusers.has(', '!home.refusers.has('],
    'a task that a worker refused',
  ),
  guard(
    'each grant has a fence of its own',
    ['sqlite/home.ts', 'return makeFence(this.epoch, this.#lsn)', 'return makeFence(this.epoch, 1)'],
    'fences grow over all tasks',
  ),
  guard(
    'fences outlive a restart',
    ['sqlite/statements.ts', 'UPDATE home SET lsn = ?', 'UPDATE home SET lsn = 0 * ?'],
    'R15:',
  ),
  guard(
    'ids outlive a restart',
    ['sqlite/statements.ts', ', seq = ? WHERE id = 1', ', seq = 0 * ? WHERE id = 1'],
    'ids go on growing',
  ),
  guard(
    'a copy starts a new epoch',
    ['sqlite/home.ts', '!isBehind(row, reached)', 'true'],
    'R16: a queue put back',
    'test/integration/store/restore.test.ts',
  ),
]

const NAMES: readonly Guard[] = [
  guard(
    'a repeated submit is recognised',
    ['sqlite/submit.ts', 'findNamed(home, task, digest, now)', 'undefined'],
    'R19:',
  ),
  guard(
    'a key means one content',
    ['named-submits.ts', 'Buffer.compare(named.digest, digest) !== 0', 'false'],
    'a key used again for another payload',
  ),
  guard(
    'a key lives with its task',
    ['sqlite/submit-names.ts', 'task === undefined || isEnded(task.state) ? undefined : row', 'undefined'],
    'R20:',
  ),
  guard(
    'an instant fires once',
    ['sqlite/cron.ts', 'fired !== undefined', 'false'],
    'R21: an instant that fired makes no second',
  ),
  guard(
    'an old instant fires no more',
    ['sqlite/cron.ts', 'scheduledAt <= row.fired_at', 'false'],
    'an instant older than the last',
  ),
  guard(
    'all needs are waited for',
    ['sqlite/transitions.ts', 'pending > 0', 'false'],
    'a task waits until all it needs',
  ),
  guard(
    'an end is met once in a sweep',
    ['sqlite/sweep.ts', 'if (!isEnded(row.state)) fallDue', 'fallDue'],
    'what falls due together',
  ),
  guard('what is retained is kept', ['sqlite/statements.ts', 't.purge_at <= ?', 't.purge_at <= ? + 1000'], 'R24:'),
]

const DURABILITY: readonly Guard[] = [
  guard(
    'an answer comes after COMMIT',
    [
      'sqlite/group-commit.ts',
      'done.push({ step, change, value })',
      'done.push({ step, change, value }); step.resolve(value)',
    ],
    'R13: nothing is answered',
    GROUP,
  ),
  guard(
    'a group that failed is forgotten',
    ['sqlite/group-commit.ts', 'for (const { change } of done.toReversed()) change.undo()', ''],
    'R13: nothing is answered',
    GROUP,
  ),
  guard(
    'a bad step leaves no rows',
    ['sqlite/group-commit.ts', 'this.#rollbackTo.run()', ''],
    'R26: a step that throws',
    GROUP,
  ),
  guard(
    'a bad step leaves no notes',
    ['sqlite/group-commit.ts', 'change.undo()\n          if', 'if'],
    'R26: a step that throws',
    GROUP,
  ),
  guard(
    'no transaction is rolled back twice',
    ['sqlite/group-commit.ts', 'if (this.#deps.db.isTransaction) this.#rollback.run()', 'this.#rollback.run()'],
    'R27: a transaction that SQLite',
    GROUP,
  ),
  guard(
    'a full disk is tried again',
    ['sqlite/group-commit.ts', "stopped !== 'refused' && stopped.roomMade", 'false'],
    'R27: when room was made',
    GROUP,
  ),
  guard(
    'a commit is synced',
    ['sqlite/group-commit.ts', 'await this.#deps.sync()', 'void this.#deps.sync()'],
    'every answer follows',
    'test/integration/store/fdatasync.test.ts',
  ),
  guard(
    'what is read is on the disk',
    ['sqlite/group-commit.ts', '    await this.#syncing\n', ''],
    'nothing is answered or told before the sync',
    SYNC,
  ),
  guard(
    'a failed sync ends the store',
    ['sqlite/group-commit.ts', 'this.#broken = fault instanceof Error ? fault : new Error(errorText(fault))', ''],
    'after a sync that failed',
    SYNC,
  ),
  guard(
    'one process has a home',
    ['sqlite/directory-lock.ts', 'PRAGMA locking_mode = EXCLUSIVE', 'PRAGMA locking_mode = NORMAL'],
    'R25: one process cannot',
    'test/integration/store/two-processes.test.ts',
  ),
  guard(
    'a damaged file is refused',
    ['sqlite/open-database.ts', "row.quick_check !== 'ok'", 'false'],
    'a damaged page is found',
    'test/integration/store/open-database.test.ts',
  ),
  guard(
    'room is kept for what runs',
    ['sqlite/disk-guard.ts', 'if (free >= freeFloorBytes) return', 'return'],
    'submits are refused when little',
    'test/integration/store/disk-full.test.ts',
  ),
]

export const GUARDS: readonly Guard[] = [...SETTLING, ...LEASES, ...CLAIMING, ...NAMES, ...DURABILITY]
