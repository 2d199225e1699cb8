/** Containers whose process is gone: taken up again, or removed; those of others are left alone. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ImageTask } from '../../../src/core/container-task.ts'
import type { Clock } from '../../../src/core/ports/clock.ts'
import type { ContainerRun } from '../../../src/core/ports/executor.ts'
import type { TaskClocks } from '../../../src/core/task.ts'
import type { DockerExecutor } from '../../../src/docker/docker-executor.ts'
import { createReaper, type Reaper, type ReaperSettings } from '../../../src/docker/containers/reaper.ts'
import { systemClock } from '../../../src/app/system.ts'
import {
  containerExists,
  docker,
  findEngineProblem,
  hearing,
  leaveContainer,
  newExecutor,
  newRun,
  prepareBusybox,
  startRun,
} from '../../support/container-runs.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const skip = await findEngineProblem()
const PROCESS = fileURLToPath(new URL('../../fixtures/executor-process.ts', import.meta.url))

suite('containers that outlive their process', { skip, timeout: 120_000 }, () => {
  const runner = `test-left-${process.pid}`
  const same = newExecutor({ runner })
  const other = newExecutor({ runner: `${runner}-other` })
  before(prepareBusybox)
  after(async () => {
    const left = await docker.listContainers({ all: true, filters: { label: [`runner-mesh.runner=${runner}`] } })
    assert.deepEqual(left, [], 'a test left a container behind')
  })

  /** A run whose process was killed with SIGKILL once the container had said `up`. */
  const abandoned = async (script: string, task: Partial<ImageTask> = {}, clocks: Partial<TaskClocks> = {}) => {
    const run = newRun({ command: ['sh', '-c', `echo up; ${script}`], ...task }, clocks)
    const child = spawn(process.execPath, [PROCESS, runner, JSON.stringify(run)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    return run
  }
  const leftOf = async (run: ContainerRun, executor: DockerExecutor = same) =>
    (await executor.left()).find(({ taskId, fence }) => taskId === run.taskId && fence === run.fence)
  /** The process writes before the engine has taken down that it runs. */
  const untilRunning = async (run: ContainerRun) => {
    while ((await leftOf(run))?.running !== true) await systemClock.sleep(20)
  }
  const adopt = async (run: ContainerRun, executor: DockerExecutor = same) => {
    const left = await leftOf(run, executor)
    assert.ok(left !== undefined)
    const heard = hearing()
    const controller = new AbortController()
    return {
      left,
      heard,
      stop: () => controller.abort('cancelled'),
      end: executor.adopt(left, run, heard, controller.signal),
    }
  }
  const reaperOf = (
    executor: DockerExecutor,
    settings: Partial<ReaperSettings> = {},
    clock: Clock = systemClock,
  ): Reaper => createReaper({ executor, clock, log: new RecordingLog(), settings })
  /** A run of this process that goes on until it is told to stop. */
  const following = async () => {
    const live = startRun(same, newRun({ command: ['sh', '-c', 'echo up; sleep 100'] }))
    await live.heard.heard('up')
    return {
      stillThere: () => containerExists(live.run),
      stop: () => {
        live.stop('cancelled')
        return live.end
      },
    }
  }

  test('a running one is taken up with all its output and ends as if nothing had happened', async () => {
    const run = await abandoned('echo early >&2; sleep 2; echo late; exit 5')
    await untilRunning(run)
    const { left, heard, end } = await adopt(run)
    assert.deepEqual(left, { taskId: run.taskId, fence: run.fence, attempt: 1, running: true })
    assert.equal(same.isFollowed(run.taskId, run.fence), true)
    assert.equal(await leftOf(run), undefined, 'what is followed is not left')
    const { status, reason, exitCode } = await end
    assert.deepEqual([status, reason, exitCode], ['failed', 'exit', 5])
    assert.equal(heard.stdout(), 'up\nlate\n')
    assert.equal(heard.stderr(), 'early\n')
    assert.equal(await containerExists(run), false)
  })

  test('one whose start was under way when its process died is waited for', async () => {
    const run = newRun({ command: ['sh', '-c', 'echo late start'] })
    const container = await leaveContainer(docker, run, runner)
    const looked = Promise.withResolvers<undefined>()
    const sleep: typeof systemClock.sleep = (...pause) => {
      looked.resolve(undefined)
      return systemClock.sleep(...pause)
    }
    const { heard, end } = await adopt(run, newExecutor({ runner, clock: { ...systemClock, sleep } }))
    await looked.promise
    await container.start()
    assert.equal((await end).status, 'completed')
    assert.equal(heard.stdout(), 'late start\n')
  })

  test('one that ended while nobody looked still gives its result', async () => {
    const run = await abandoned('exit 0')
    await docker.getContainer(`runner-mesh-${run.taskId}-${run.fence}`).wait()
    const { left, heard, end } = await adopt(run)
    assert.equal(left.running, false)
    assert.equal((await end).status, 'completed')
    assert.equal(heard.stdout(), 'up\n')
  })

  test('its time limit counts from its own start, and it can be cancelled', async () => {
    const late = await abandoned('sleep 100', {}, { runMs: 10, graceMs: 0 })
    const { end } = await adopt(late)
    assert.equal((await end).reason, 'timeout_run')
    const run = await abandoned('sleep 100', {}, { graceMs: 0 })
    const adopted = await adopt(run)
    adopted.stop()
    assert.equal((await adopted.end).status, 'cancelled')
    assert.equal(await containerExists(run), false)
  })

  test('a clock that was set back since its start gives it no more time than it had', async () => {
    const run = await abandoned('sleep 100', {}, { runMs: 10, graceMs: 0 })
    const clock = { ...systemClock, now: () => systemClock.now() - 5 * 3_600_000 }
    const { end } = await adopt(run, newExecutor({ runner, clock }))
    assert.equal((await end).reason, 'timeout_run')
  })

  test('one that is gone by then is lost, not completed', async () => {
    const run = await abandoned('sleep 100')
    const left = await leftOf(run)
    assert.ok(left !== undefined)
    await same.remove(run.taskId, run.fence)
    await same.remove(run.taskId, run.fence)
    const end = await same.adopt(left, run, hearing(), new AbortController().signal)
    assert.deepEqual([end.status, end.reason], ['failed', 'worker_lost'])
  })

  test('the reaper removes what its own runner does not follow, after a while, and leaves what it follows', async () => {
    const run = await abandoned('sleep 100')
    const live = await following()
    let ahead = 0
    const clock = { ...systemClock, mono: () => systemClock.mono() + ahead }
    const reaper = reaperOf(same, { unfollowedMs: 300_000 }, clock)
    assert.equal(await reaper.sweep(), 0, 'a restarted peer may still take it up')
    ahead = 300_000
    assert.equal(await reaper.sweep(), 1)
    assert.equal(await containerExists(run), false)
    assert.equal(await live.stillThere(), true)
    assert.equal((await live.stop()).status, 'cancelled')
  })

  test('the reaper sweeps by itself, from its start until it is stopped', async () => {
    const run = await abandoned('sleep 100')
    const reaper = reaperOf(same, { unfollowedMs: 100, everyMs: 100 })
    await reaper.start()
    await reaper.start()
    while (await containerExists(run)) await systemClock.sleep(50)
    await reaper.stop()
    await reaper.stop()
  })

  test('two peers on one host never touch each other’s live containers, whoever follows them', async () => {
    const live = await following()
    const orphan = await abandoned('sleep 100')
    const reaper = reaperOf(other, { unfollowedMs: 0 })
    assert.equal(await reaper.sweep(), 0)
    assert.equal(await reaper.sweep(), 0)
    assert.deepEqual(await other.left(), [])
    assert.equal(await containerExists(orphan), true)
    assert.equal(await live.stillThere(), true)
    assert.equal((await live.stop()).status, 'cancelled')
    await same.remove(orphan.taskId, orphan.fence)
  })

  test('a container past its deadline is removed by any peer of the host', async () => {
    const run = await abandoned('sleep 100', {}, { prepareMs: 4_000, runMs: 0, graceMs: 0 })
    const lateClock = { ...systemClock, now: () => systemClock.now() + 34_000 }
    const early = { ...systemClock, now: () => systemClock.now() + 20_000 }
    const sweepAt = (clock: typeof systemClock) =>
      createReaper({ executor: other, clock, log: new RecordingLog() }).sweep()
    assert.equal(await sweepAt(early), 0)
    assert.equal(await sweepAt(lateClock), 1)
    assert.equal(await containerExists(run), false)
  })

  test('a container that only bears our labels, as an image may lend them, is nobody’s to remove', async () => {
    const run = newRun()
    const stranger = await docker.createContainer({
      Image: 'runner-mesh-test/busybox:1',
      Labels: {
        'runner-mesh': '1',
        'runner-mesh.runner': `${runner}-x`,
        'runner-mesh.task': run.taskId,
        'runner-mesh.fence': String(run.fence),
        'runner-mesh.attempt': '1',
        'runner-mesh.deadline': '1',
      },
    })
    try {
      assert.equal(await reaperOf(same, { unfollowedMs: 0 }).sweep(), 0)
      assert.ok((await stranger.inspect()).Id)
      await stranger.rename({ name: `runner-mesh-${run.taskId}-${run.fence}` })
      assert.equal(await reaperOf(same, { unfollowedMs: 0 }).sweep(), 1, 'with our name it is ours')
    } finally {
      await stranger.remove({ force: true }).catch(() => undefined)
    }
  })
})
