import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { AnyEvent } from '../../../src/core/events.ts'
import type { Fence, PeerId, TaskId } from '../../../src/core/ids.ts'
import { writeMetrics } from '../../../src/dashboard/metrics/exposition.ts'
import { FAMILIES, PREFIX } from '../../../src/dashboard/metrics/families.ts'
import { readPeer, type PeerFacts } from '../../../src/dashboard/metrics/peer-readings.ts'
import { QueueMeter } from '../../../src/dashboard/metrics/queue-meter.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const task = (name: string): TaskId => name as TaskId
const worker = 'worker' as PeerId
const at = 0

const facts: PeerFacts = {
  version: '1.2.3',
  startedAt: 1_700_000_000_000,
  residentBytes: () => 1000,
  counts: () =>
    Promise.resolve({
      byStatus: { queued: 2, running: 1, completed: 3, failed: 0, cancelled: 0 },
      queuedByPhase: { blocked: 0, delayed: 1, held: 0, ready: 1 },
      suspect: 0,
      queuedByType: {},
      runningByType: {},
    }),
  parkedClaims: () => 4,
  connections: () => [{ relayed: true }, { relayed: false }, { relayed: false }],
  isRelay: () => true,
  rejections: () => ({ hello_refused: 7 }),
}

const claimed = (name: string, attempt = 1): AnyEvent => ({
  ...{ name: 'task.claimed', at, taskId: task(name), fence: attempt as Fence, worker, attempt },
})
const submitted = (name: string): AnyEvent => ({
  ...{ name: 'task.submitted', at, taskId: task(name), type: 'test', submitter: 'local' },
})

async function textOf(meter: QueueMeter, clock: ManualClock, accept?: string): Promise<string> {
  return writeMetrics(await readPeer(facts, meter, clock), accept).text
}

test('what happens to tasks is counted and timed from the events alone', async () => {
  const clock = new ManualClock()
  const meter = new QueueMeter(clock)
  meter.heard(submitted('a'))
  await clock.advance(2_000)
  meter.heard(claimed('a'))
  await clock.advance(10_000)
  meter.heard({ name: 'task.logged', at, taskId: task('a'), attempt: 1, nextSeq: 3, bytes: 100 })
  meter.heard({ name: 'task.logged', at, taskId: task('a'), attempt: 1, nextSeq: 4, bytes: 130 })
  meter.heard({ name: 'task.retried', at, taskId: task('a'), reason: 'exit' })
  meter.heard(claimed('a', 2))
  meter.heard(claimed('a', 3))
  meter.heard({ name: 'task.settled', at, taskId: task('a'), status: 'failed', reason: 'oom' })
  meter.heard({ name: 'task.suspected', at, taskId: task('b') })
  meter.heard({ name: 'task.settled', at, taskId: task('c'), status: 'completed', elsewhere: true })
  const text = await textOf(meter, clock)
  for (const line of [
    'runner_mesh_submits_total 1',
    'runner_mesh_claims_total 3',
    'runner_mesh_settles_total{status="failed",reason="oom"} 1',
    'runner_mesh_retries_total{reason="exit"} 1',
    'runner_mesh_lease_losses_total 2',
    'runner_mesh_log_bytes_total 130',
    'runner_mesh_task_wait_seconds_bucket{le="1.0"} 1',
    'runner_mesh_task_wait_seconds_bucket{le="5.0"} 2',
    'runner_mesh_task_wait_seconds_sum 2',
    'runner_mesh_attempt_seconds_bucket{le="15.0"} 2',
    'runner_mesh_attempt_seconds_count 2',
    'runner_mesh_peers{connection="direct"} 2',
    'runner_mesh_peers{connection="relayed"} 1',
    'runner_mesh_rejections_total{kind="hello_refused"} 7',
    'runner_mesh_tasks{status="completed"} 3',
    'runner_mesh_queued_tasks{phase="delayed"} 1',
    'runner_mesh_parked_claims 4',
  ])
    assert.ok(text.includes(`${line}\n`), `${line} is missing in\n${text}`)
  assert.ok(!text.includes('status="completed",'), 'what another peer of the home settled is counted there')
  assert.ok(!text.includes('github'), 'a budget that nobody has seen is not shown')
  meter.sawBudget({ limit: 5000, remaining: 4321, resetInMs: 60_000 })
  assert.match(await textOf(meter, clock), /^runner_mesh_github_requests_remaining 4321$/m)
})

test('OpenMetrics text is written for those who ask for it: units, counters by their bare name, an end', async () => {
  const clock = new ManualClock()
  const meter = new QueueMeter(clock)
  const open = await textOf(meter, clock, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5')
  assert.ok(open.endsWith('# EOF\n'))
  assert.match(
    open,
    /^# TYPE runner_mesh_submits counter\n# HELP runner_mesh_submits .+\nrunner_mesh_submits_total 0$/m,
  )
  assert.match(open, /^# UNIT runner_mesh_log_bytes bytes$/m)
  const old = await textOf(meter, clock)
  assert.ok(!old.includes('# EOF') && !old.includes('# UNIT'))
  assert.match(old, /^# TYPE runner_mesh_submits_total counter$/m)
  const hostile = writeMetrics({ rejections: [{ labels: { kind: 'a"\\\n} 1' }, value: 1 }] }).text
  assert.ok(hostile.includes('{kind="a\\"\\\\\\n} 1"} 1'))
})

test('the reference reader of OpenMetrics takes it, and reads the values that were meant', async () => {
  const clock = new ManualClock()
  const meter = new QueueMeter(clock)
  for (const name of ['a', 'b']) {
    meter.heard(submitted(name))
    await clock.advance(2_000)
    meter.heard(claimed(name))
  }
  meter.heard({ name: 'task.settled', at, taskId: task('a'), status: 'failed', reason: 'oom' })
  meter.heard({ name: 'task.released', at, taskId: task('b'), worker, why: 'refused' })
  meter.sawBudget({ limit: 5000, remaining: 4321, resetInMs: 60_000 })
  const reader = [
    'import json, sys',
    'from prometheus_client.openmetrics.parser import text_string_to_metric_families as read',
    'families = list(read(sys.stdin.read()))',
    'print(json.dumps([[f.name, f.type, f.unit, [[s.name, s.labels, s.value] for s in f.samples]] for f in families]))',
  ].join('\n')
  const { stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', reader], {
    input: await textOf(meter, clock, 'application/openmetrics-text'),
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  type Sample = readonly [string, Readonly<Record<string, string>>, number]
  const families = JSON.parse(stdout) as readonly (readonly [string, string, string, readonly Sample[]])[]
  for (const [name, type, unit] of families) {
    const family = (FAMILIES as Readonly<Record<string, { readonly type: string; readonly unit?: string }>>)[
      name.replace(PREFIX, '')
    ]
    assert.deepEqual([type, unit], [family?.type, family?.unit ?? ''], name)
  }
  const samples = families.flatMap(([, , , all]) => all)
  assert.deepEqual(
    samples.find(([name]) => name === 'runner_mesh_settles_total'),
    ['runner_mesh_settles_total', { status: 'failed', reason: 'oom' }, 1],
  )
  assert.equal(samples.find(([name]) => name === 'runner_mesh_task_wait_seconds_count')?.[2], 2)
})

test('the name of every metric ends with its unit, and the page names them all', () => {
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')
  for (const [name, family] of Object.entries(FAMILIES)) {
    if ('unit' in family) assert.ok(name.endsWith(`_${family.unit}`), name)
    assert.ok(page.includes(`\`${PREFIX}${name}${family.type === 'counter' ? '_total' : ''}\``), name)
  }
})

test('the last hour is told by minutes, and older minutes are forgotten', async () => {
  const clock = new ManualClock()
  const meter = new QueueMeter(clock)
  meter.heard(submitted('a'))
  await clock.advance(500)
  meter.heard(claimed('a'))
  const first = meter.history.list()
  assert.equal(first.length, 60)
  assert.deepEqual([first.at(-1)?.submitted, first.at(-1)?.mean_wait_ms], [1, 500])
  await clock.advance(59 * 60_000)
  assert.equal(meter.history.list()[0]?.submitted, 1)
  await clock.advance(2 * 60_000)
  meter.heard(submitted('b'))
  assert.equal(
    meter.history.list().reduce((sum, minute) => sum + minute.submitted, 0),
    1,
  )
})
