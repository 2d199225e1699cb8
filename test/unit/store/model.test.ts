import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSqliteTaskStore } from '../../../src/store/sqlite/sqlite-task-store.ts'
import { MemoryTaskStore } from '../../fakes/memory-task-store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { randomRuns, TIMES } from '../../support/random-runs.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { LOST_GRACE_MS, sequences, type Command } from './model/commands.ts'
import { runSequence } from './model/run-sequence.ts'

/** The same chance for both sides, whoever asks first. */
class EvenRandom extends SeededRandom {
  override unit(): number {
    return 0.5
  }
}

async function tryOut(commands: readonly Command[], happened: Set<string>): Promise<void> {
  await using directory = await scratchDirectory('memory')
  const clock = new ManualClock()
  const random = new EvenRandom()
  const model = new MemoryTaskStore({ clock, random, lostGraceMs: LOST_GRACE_MS })
  // Pauses of the home have tests of their own: here time only passes while it runs.
  const settings = { lostGraceMs: LOST_GRACE_MS, ballastBytes: 0, renewEveryMs: Infinity, pulseMs: 1e12 }
  const open = () =>
    createSqliteTaskStore({ directory: directory.path, clock, random, log: new RecordingLog(), settings })
  let real = open()
  await real.start()
  const restart = async () => {
    await Promise.all([real.stop(), model.stop()])
    real = open()
    await Promise.all([real.start(), model.start()])
    return { real, model }
  }
  try {
    await runSequence({ clock, real, model, restart, happened }, commands)
  } finally {
    await real.stop()
  }
}

/** What the sequences must reach for their silence to mean anything. */
const RARE = [
  ...['submit refused', 'submit repeated', 'claim repeated', 'release', 'refuse', 'retried', 'late completion'],
  ...['settle settled', 'settle already', 'settle fenced', 'settle unknown', 'suspect settled'],
  ...['settled after cancel: completed', 'settled after cancel: failed', 'settled after cancel: cancelled'],
  ...['renew renewed', 'renew cancel', 'renew lost', 'renew renewed suspect'],
  ...['cancel cancelled', 'cancel requested', 'cancel terminal', 'cancel unknown'],
  ...['resubmit true', 'resubmit false', 'resubmit invalid_transition'],
  ...['sweep ready', 'sweep suspect', 'sweep ended'],
  ...['blocked', 'delayed', 'held', 'ready', 'preparing', 'running', 'suspect'],
  ...['exit', 'timeout_queue', 'timeout_total', 'worker_lost', 'dependency', 'cancelled'],
]

test(
  'no sequence of calls, clock jumps and restarts sets the store apart from the model or breaks an invariant',
  {
    timeout: 600_000 * TIMES,
  },
  async () => {
    const happened = new Set<string>()
    const property = fc.asyncProperty(sequences, (commands) => tryOut(commands, happened))
    await fc.assert(property, { ...randomRuns(1_200), endOnFailure: false })
    assert.deepEqual(
      RARE.filter((what) => !happened.has(what)),
      [],
      'the sequences reach every case they are for',
    )
  },
)
