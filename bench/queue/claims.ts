/**
 * What a claim costs when the queue is long: tasks of all priorities in many fit classes, of which the claimant fits one.
 * Each claim is followed by a settlement and a new task like the one it took, so that the queue keeps its length.
 */
import { join } from 'node:path'
import { fits } from '../../src/core/fit.ts'
import type { PeerId } from '../../src/core/ids.ts'
import { LEASE } from '../../src/core/lease.ts'
import type { NewTask, TaskStore } from '../../src/core/ports/task-store.ts'
import { ANY_NEEDS, sampleOffer, sampleTask } from '../../test/support/sample-task.ts'
import type { Leftovers } from './leftovers.ts'
import { openStore } from './ours.ts'
import { quantile, round, type Report } from './report.ts'

/** Fit classes, by label; the claimant has the label of one of them. */
const CLASSES = 16
const PRIORITIES = 10
const SUBMIT_AT_ONCE = 2000
/** Claims at one store before the turn of the next. */
const TURN = 10

interface Backlog {
  readonly tasks: number
  readonly store: TaskStore
  readonly claimsMs: number[]
}

export interface ClaimPlan {
  /** Queued tasks, the shortest queue first. */
  readonly backlogs: readonly number[]
  readonly claims: number
}

export async function measureClaims(
  report: Report,
  folder: string,
  { backlogs: lengths, claims }: ClaimPlan,
  leftovers: Leftovers,
): Promise<void> {
  const backlogs: Backlog[] = []
  for (const tasks of lengths) {
    const store = await openStore(join(folder, `backlog-${String(tasks)}`), leftovers)
    await fill(store, tasks)
    backlogs.push({ tasks, store, claimsMs: [] })
  }
  for (let done = -TURN; done < claims; done += TURN) {
    for (const { store, claimsMs } of backlogs) {
      for (let turn = 0; turn < TURN; turn += 1) {
        const ms = await claimOne(store)
        // The first turn reads what no later one has to.
        if (done >= 0) claimsMs.push(ms)
      }
    }
  }
  const [shortest] = backlogs
  if (shortest === undefined) return
  report.say(
    `\nclaim with a long queue: ${String(CLASSES)} fit classes of which one fits, ${String(PRIORITIES)} priorities, an fdatasync before each answer`,
  )
  for (const { tasks, claimsMs } of backlogs) {
    const [p50, p99] = [quantile(claimsMs, 0.5), quantile(claimsMs, 0.99)]
    const ratio = round(p99 / quantile(shortest.claimsMs, 0.99))
    const p50Ratio = round(p50 / quantile(shortest.claimsMs, 0.5))
    report.add(
      {
        name: 'queue-claim',
        backlog: tasks,
        ratio,
        p50_ratio: p50Ratio,
        figure: round(p99),
        peer: `the same with ${String(shortest.tasks)} queued`,
        unit: 'ms',
        n: claimsMs.length,
        p50: round(p50),
        p99: round(p99),
      },
      `  ${String(tasks).padStart(9)} queued   p50 ${String(round(p50))} ms, p99 ${String(round(p99))} ms   p99 ÷ p99 of ${String(shortest.tasks)} = ${String(ratio)} (p50: ${String(p50Ratio)})`,
    )
  }
}

async function fill(store: TaskStore, tasks: number): Promise<void> {
  for (let from = 0; from < tasks; from += SUBMIT_AT_ONCE) {
    const some = Array.from({ length: Math.min(SUBMIT_AT_ONCE, tasks - from) }, (_, index) => taskNumber(from + index))
    await store.submit(some, Date.now())
  }
}

function taskNumber(index: number): NewTask {
  const label = `class-${String(index % CLASSES)}`
  const priority = 1 + (Math.floor(index / CLASSES) % PRIORITIES)
  return sampleTask({ requirements: { ...ANY_NEEDS, labels: [label] }, priority })
}

const offer = sampleOffer('bench', { labels: ['class-0'], taskTypes: [ANY_NEEDS.taskType] })
let requests = 0

async function claimOne(store: TaskStore): Promise<number> {
  requests += 1
  const from = performance.now()
  const [grant] = await store.claim(
    {
      worker: 'bench' as PeerId,
      requestId: `request-${String(requests)}`,
      max: 1,
      leaseMs: LEASE.leaseMs,
      fits: (needs) => fits(needs, offer),
      policyDigest: 'bench',
    },
    Date.now(),
  )
  const ms = performance.now() - from
  if (grant === undefined) throw new Error('A claim found nothing in a full queue.')
  const { id: taskId, priority, requirements } = grant.task
  await store.settle([{ taskId, fence: grant.fence, status: 'completed' }], Date.now())
  await store.submit([sampleTask({ requirements, priority })], Date.now())
  return ms
}
