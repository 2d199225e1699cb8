/**
 * Ten tasks that behave badly, one after the other beside one neighbour that goes on with its work: each ends with a reason
 * of its own and leaves nothing, and the neighbour neither stands still nor misses a step.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ImageTask } from '../../../src/core/container-task.ts'
import type { TaskClocks } from '../../../src/core/task.ts'
import { containerName } from '../../../src/docker/containers/container-labels.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import {
  containerExists,
  docker,
  findEngineProblem,
  hearing,
  newExecutor,
  newRun,
  prepareBusybox,
  startRun,
  type Started,
} from '../../support/container-runs.ts'

const skip = await findEngineProblem()
const FOREIGN = `runner-mesh-test/foreign:${process.pid}`
/** `npm run nightly` asks for 1 GB. */
const FLOOD_BYTES = Number(process.env['RUNNER_MESH_TEST_FLOOD_BYTES'] ?? 60_000_000)
const GRACE_MS = 500

/** Counts, and writes to its own memory and its own disk, until it is told to stop. Whatever fails is said. */
const NEIGHBOUR = `
  i=0
  while [ ! -e /stop ]; do
    i=$((i+1)); echo $i > /own && [ "$(cat /own)" = $i ] && echo $i
    head -c 1000000 /dev/zero | md5sum > /dev/null || echo harmed
    sleep 0.05
  done
  echo done`

interface BadTask {
  readonly what: string
  readonly script?: string
  readonly task?: Partial<ImageTask>
  readonly clocks?: Partial<TaskClocks>
  readonly reason: string
  readonly exitCode?: number
  readonly message: RegExp
  /** Bytes of output that must have been heard. */
  readonly bytes?: number
}

const BAD: readonly BadTask[] = [
  {
    what: 'an endless loop',
    script: 'while :; do :; done',
    clocks: { runMs: 700 },
    reason: 'timeout_run',
    message: /ran longer than/,
  },
  {
    what: 'a memory hog',
    task: { command: 'dd if=/dev/zero of=/dev/null bs=40000000 count=1', memory_mb: 24 },
    reason: 'oom',
    exitCode: 137,
    message: /limit (?:of|is) 24 MiB/,
  },
  {
    what: 'a fork bomb',
    script: 'f() { f | f & }; f; while :; do sleep 1; done',
    task: { pids: 32 },
    clocks: { runMs: 1_500 },
    // Its shell ends when it cannot fork any more, or its time does.
    reason: 'exit|timeout_run',
    message: /./,
  },
  {
    what: 'a disk filler',
    script: 'dd if=/dev/zero of=/filler bs=1000000 count=40 && sleep 60',
    task: { disk_mb: 8 },
    reason: 'disk',
    message: /more than its 8 MiB of disk/,
  },
  {
    what: 'one that floods its log',
    script: `tr '\\0' x < /dev/zero | head -c ${FLOOD_BYTES}; exit 4`,
    clocks: { runMs: 300_000 },
    reason: 'exit',
    exitCode: 4,
    message: /exit code 4/,
    bytes: FLOOD_BYTES,
  },
  {
    what: 'one that hangs in silence',
    task: { command: 'sleep 1000' },
    clocks: { runMs: 700 },
    reason: 'timeout_run',
    message: /ran longer than/,
  },
  {
    what: 'one that ignores TERM',
    script: 'trap "" TERM; while :; do sleep 0.1; done',
    clocks: { runMs: 700 },
    reason: 'timeout_run',
    exitCode: 137,
    message: /ran longer than/,
  },
  { what: 'exit 3', script: 'exit 3', reason: 'exit', exitCode: 3, message: /exit code 3/ },
  {
    what: 'a missing entrypoint',
    task: { entrypoint: ['/no/such/program'], command: 'x' },
    reason: 'exit',
    message: /\/no\/such\/program/,
  },
  {
    what: 'an image for another processor',
    task: { image: FOREIGN, command: 'true' },
    reason: 'pull',
    message: /built for linux\/riscv64, this machine runs linux\//,
  },
]

suite('ten bad tasks beside a good one', { skip, timeout: 600_000 }, () => {
  const executor = newExecutor()
  let neighbour: Started | undefined
  const stepsOf = ({ heard }: Started): number => heard.stdout().trimEnd().split('\n').length

  before(async () => {
    await prepareBusybox()
    await ensureBusyboxImage(docker, FOREIGN, { architecture: 'riscv64' })
    neighbour = startRun(
      executor,
      newRun({ command: ['sh', '-c', NEIGHBOUR], memory_mb: 16, disk_mb: 8 }, { runMs: 600_000 }),
      hearing(),
    )
    await neighbour.heard.heard('1\n')
  })
  after(async () => {
    neighbour?.stop('cancelled')
    await neighbour?.end
    await docker.getImage(FOREIGN).remove({ force: true })
    assert.deepEqual(await executor.left(), [], 'a test left a container behind')
  })

  for (const { what, script, task = {}, clocks = {}, reason, exitCode, message, bytes } of BAD) {
    test(`${what} ends with reason ${reason.replace('|', ' or ')}, and the neighbour goes on`, async () => {
      assert.ok(neighbour !== undefined)
      const from = stepsOf(neighbour)
      const command = script === undefined ? {} : { command: ['sh', '-c', script] }
      const started = startRun(
        executor,
        newRun({ cpus: 0.5, ...command, ...task }, { graceMs: GRACE_MS, ...clocks }),
        hearing(10_000),
      )
      const end = await started.end
      assert.equal(end.status, 'failed', end.message)
      assert.match(end.reason ?? '', new RegExp(`^(?:${reason})$`), end.message)
      assert.match(end.message ?? '', message)
      if (exitCode !== undefined) assert.equal(end.exitCode, exitCode)
      if (bytes !== undefined) assert.equal(started.heard.bytes(), bytes)
      assert.equal(await containerExists(started.run), false)

      const during = stepsOf(neighbour)
      await neighbour.heard.heard(`\n${String(during + 1)}\n`)
      if (end.phases.run_ms > 500) assert.ok(during > from, 'it stood still meanwhile')
    })
  }

  test('the neighbour has missed nothing and ends well', async () => {
    assert.ok(neighbour !== undefined)
    const { taskId, fence } = neighbour.run
    const exec = await docker.getContainer(containerName(taskId, fence)).exec({ Cmd: ['touch', '/stop'] })
    // Unread, its connection would stay open for minutes.
    ;(await exec.start({ Detach: true })).resume()
    const end = await neighbour.end
    assert.equal(end.status, 'completed', end.message)
    const steps = neighbour.heard.stdout().trimEnd().split('\n')
    assert.equal(steps.pop(), 'done')
    assert.deepEqual(
      steps,
      steps.map((_, index) => String(index + 1)),
    )
    assert.equal(neighbour.heard.stderr(), '')
  })
})
