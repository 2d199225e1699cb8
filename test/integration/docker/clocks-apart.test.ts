/** A worker whose wall clock is hours from its engine's: a machine whose clock was set, or an engine on another machine. */
import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { systemClock } from '../../../src/app/system.ts'
import { containerName } from '../../../src/docker/containers/container-labels.ts'
import {
  docker,
  findEngineProblem,
  hearing,
  newExecutor,
  newRun,
  prepareBusybox,
  runToEnd,
  startRun,
} from '../../support/container-runs.ts'

const skip = await findEngineProblem()
const HOUR_MS = 3_600_000
/** A run of `true`; an answer that waits for the two clocks to meet is cut off after a minute at the earliest. */
const SOON_MS = 45_000

suite('a container on an engine whose clock is another', { skip, timeout: 240_000 }, () => {
  before(prepareBusybox)

  for (const hours of [13, -13]) {
    const words = `${String(Math.abs(hours))} h ${hours > 0 ? 'ahead' : 'behind'}`
    const clock = { ...systemClock, now: () => systemClock.now() + hours * HOUR_MS }
    const executor = newExecutor({ runner: `test-clock-${String(process.pid)}`, clock })

    test(`ends as its command did, and soon, on a worker that is ${words}`, async () => {
      const startedAt = performance.now()
      const { end } = await runToEnd(executor, { command: ['sh', '-c', 'exit 0'] })
      assert.deepEqual([end.status, end.exitCode], ['completed', 0], end.message)
      const { end: failing } = await runToEnd(executor, { command: ['sh', '-c', 'exit 3'] })
      assert.deepEqual([failing.status, failing.reason, failing.exitCode], ['failed', 'exit', 3])
      assert.ok(performance.now() - startedAt < SOON_MS)
    })

    test(`that somebody else stopped is no success on a worker that is ${words}`, async () => {
      const heard = hearing()
      const script = 'trap "exit 0" TERM; echo up; while :; do sleep 0.1; done'
      const { run, end } = startRun(executor, newRun({ command: ['sh', '-c', script] }), heard)
      await heard.heard('up')
      await docker.getContainer(containerName(run.taskId, run.fence)).kill({ signal: 'SIGTERM' })
      const { status, reason } = await end
      assert.deepEqual([status, reason], ['failed', 'worker_lost'])
    })
  }
})
