import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { openEngineWay, type EngineWay, type Passage } from '../../support/engine-way.ts'
import type { RunnerMeshError } from '../../../src/core/errors.ts'
import { containerName } from '../../../src/docker/containers/container-labels.ts'
import { countOomKills } from '../../../src/docker/containers/oom-kills.ts'
import {
  containerExists,
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
const GRACE_MS = 1_000
const REMOVE_VOLUME = /^DELETE \S*\/volumes\//
const START = /^POST \S+\/start[? ]/
/** What a busy machine of two processors may add to any promise. */
const SLACK_MS = 2_000

type LossyWay = EngineWay & { readonly reached: () => number }

/** A way on which such calls get lost, after the first `spared`; it tells how many of those reached the engine. */
async function loseCalls(lost: RegExp, how: Passage, spared = 0): Promise<LossyWay> {
  let [seen, reached] = [0, 0]
  const way = await openEngineWay((line) => {
    if (!lost.test(line)) return 'whole'
    seen += 1
    if (seen <= spared) return 'whole'
    if (how !== 'call lost') reached += 1
    return how
  })
  return Object.assign(way, { reached: () => reached })
}

suite('how a run on the engine ends', { skip, timeout: 120_000 }, () => {
  const executor = newExecutor()
  before(prepareBusybox)
  after(async () => {
    assert.deepEqual(await executor.left(), [], 'a test left a container behind')
  })

  test('exit 0 completes, with all phases told and the container gone', async () => {
    const { end, run, heard } = await runToEnd(executor, { command: 'true' })
    assert.equal(end.status, 'completed')
    assert.equal(end.exitCode, 0)
    assert.equal(end.reason, undefined)
    assert.match(end.imageDigest ?? '', /^sha256:[0-9a-f]{64}$/)
    assert.ok(end.phases.create_ms > 0 && end.phases.start_ms > 0, JSON.stringify(end.phases))
    assert.deepEqual(heard.notes, ['running: Running', 'collecting: Collecting'])
    assert.equal(await containerExists(run), false)
  })

  test('exit 3 fails with its code', async () => {
    const { end } = await runToEnd(executor, { command: `sh -c 'exit 3'` })
    assert.deepEqual([end.status, end.reason, end.exitCode], ['failed', 'exit', 3])
  })

  test('standard output and standard error come apart, complete and in order', async () => {
    const script = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf tail'
    const { heard } = await runToEnd(executor, { command: ['sh', '-c', script] })
    assert.equal(heard.stdout(), 'out 1\nout 2\nout 3\ntail')
    assert.equal(heard.stderr(), 'err 1\nerr 2\nerr 3\n')
  })

  test('the first byte of a process that ends at once is not lost', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { heard } = await runToEnd(executor, { command: `echo ${round}` })
      assert.equal(heard.stdout(), `${round}\n`)
    }
  })

  test('standard input is fed and closed', async () => {
    const { end, heard } = await runToEnd(executor, { command: 'sha1sum', stdin: 'hello' })
    assert.equal(end.status, 'completed')
    assert.match(heard.stdout(), /^aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d /)
  })

  test('a command that the image lacks is named, and so is an image without any command', async () => {
    const { end } = await runToEnd(executor, { command: ['nosuch', 'x'] })
    assert.deepEqual([end.status, end.reason, end.exitCode], ['failed', 'exit', 127])
    assert.match(end.message ?? '', /could not start "nosuch"/)
    const image = `runner-mesh-test/empty:${process.pid}`
    await ensureBusyboxImage(docker, image, { config: {} })
    try {
      const { end: empty } = await runToEnd(executor, { image })
      assert.deepEqual([empty.status, empty.reason], ['failed', 'exit'])
      assert.match(empty.message ?? '', /neither entrypoint nor command/)
    } finally {
      await docker.getImage(image).remove({ force: true })
    }
  })

  test('what the engine refuses to create or start fails with its sentence, at once, and leaves nothing', async () => {
    for (const [task, says] of [
      [{ working_dir: '/etc/passwd' }, /not a directory/],
      [{ user: 'ghost' }, /unable to find user ghost/],
      [{ cpus: 1_000 }, /Range of CPUs/],
    ] as const) {
      const { end, run } = await runToEnd(executor, { command: 'true', ...task })
      assert.deepEqual([end.status, end.reason], ['failed', 'exit'])
      assert.match(end.message ?? '', says)
      assert.equal(await containerExists(run), false)
    }
  })

  test('a process killed by a signal of its own names the signal', async () => {
    const { end } = await runToEnd(executor, { command: ['sh', '-c', 'kill -SEGV $$'] })
    assert.deepEqual([end.status, end.reason, end.signal, end.exitCode], ['failed', 'signal', 'SIGSEGV', 139])
  })

  test('an endless loop and a silent hang end with timeout_run', async () => {
    const runs = ['while :; do :; done', 'sleep 1000'].map((script) =>
      runToEnd(executor, { command: ['sh', '-c', script], cpus: 0.5 }, { runMs: 700, graceMs: GRACE_MS }),
    )
    for (const { end, run } of await Promise.all(runs)) {
      assert.deepEqual([end.status, end.reason], ['failed', 'timeout_run'])
      assert.equal(await containerExists(run), false)
    }
  })

  test('a memory hog ends with oom, and the same amount under a higher limit does not', async () => {
    const command = 'dd if=/dev/zero of=/dev/null bs=40000000 count=1'
    const [hog, control] = await Promise.all([
      runToEnd(executor, { command, memory_mb: 24 }),
      runToEnd(executor, { command, memory_mb: 96 }),
    ])
    assert.deepEqual([hog.end.status, hog.end.reason, hog.end.exitCode], ['failed', 'oom', 137])
    assert.match(hog.end.message ?? '', /24 MiB/)
    assert.equal(control.end.status, 'completed', control.heard.stderr())
  })

  test('a SIGKILL that nobody sent is told as oom when the kernel ended processes for want of memory meanwhile', async () => {
    const command = ['sh', '-c', 'kill -9 $$']
    const reasons: (string | undefined)[] = []
    for (const rises of [0, 1]) {
      let count = 7
      const counting = newExecutor({ countOomKills: () => Promise.resolve((count += rises)) })
      const { end } = await runToEnd(counting, { command, memory_mb: 24 })
      reasons.push(end.reason)
      if (rises === 1) assert.match(end.message ?? '', /limit is 24 MiB/)
    }
    assert.deepEqual(reasons, ['signal', 'oom'])
  })

  test('the kernel counts what it ends for want of memory', async () => {
    const before = await countOomKills()
    const hog = await runToEnd(executor, { command: 'dd if=/dev/zero of=/dev/null bs=40000000 count=1', memory_mb: 24 })
    assert.equal(hog.end.reason, 'oom')
    assert.ok(before !== undefined && ((await countOomKills()) ?? 0) > before)
  })

  test('what a run used is told: its peak of memory and its time on processors', async () => {
    // Held for a second: what is gone between two looks at the engine's figures is not seen.
    const hold =
      'head -c 40000000 /dev/zero | (sleep 1; tail -c 40000000) > /dev/null; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'
    const [busy, idle] = await Promise.all([
      runToEnd(executor, { command: ['sh', '-c', `${hold}; sleep 3`] }),
      runToEnd(executor, { command: 'sleep 3' }),
    ])
    assert.ok((busy.end.peakMemoryBytes ?? 0) > 30_000_000, String(busy.end.peakMemoryBytes))
    assert.ok((idle.end.peakMemoryBytes ?? 0) > 0 && (idle.end.peakMemoryBytes ?? 0) < 30_000_000)
    assert.ok((busy.end.cpuMs ?? 0) > (idle.end.cpuMs ?? 0) + 20, `${busy.end.cpuMs} ${idle.end.cpuMs}`)
  })

  test('80 MB of output arrive whole, block nothing and fill no memory', async () => {
    const command = ['sh', '-c', `tr '\\0' x < /dev/zero | head -c 80000000`]
    const started = startRun(executor, newRun({ command, cpus: 2 }, { runMs: 60_000 }), hearing(1_000))
    const before = process.memoryUsage().rss
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 20)
    const end = await started.end
    clearInterval(watch)
    assert.equal(end.status, 'completed')
    assert.equal(started.heard.bytes(), 80_000_000)
    assert.ok(most - before < 60_000_000, `grew by ${most - before} bytes`)
  })

  test('a cancelled task that heeds TERM is gone at once, with its own code told', async () => {
    const script = 'trap "echo bye; exit 9" TERM; echo up; while :; do sleep 0.1; done'
    const started = startRun(executor, newRun({ command: ['sh', '-c', script] }, { graceMs: 20_000 }))
    await started.heard.heard('up')
    const from = performance.now()
    started.stop('cancelled')
    const end = await started.end
    assert.ok(performance.now() - from < 10_000)
    assert.deepEqual([end.status, end.reason, end.exitCode], ['cancelled', 'cancelled', 9])
    assert.equal(started.heard.stdout(), 'up\nbye\n')
  })

  test('a cancelled task that ignores TERM is proven gone within its grace and 2 s', async () => {
    const script = 'trap "" TERM; echo up; while :; do sleep 0.1; done'
    const started = startRun(executor, newRun({ command: ['sh', '-c', script] }, { graceMs: GRACE_MS }))
    await started.heard.heard('up')
    const from = performance.now()
    started.stop('cancelled')
    const end = await started.end
    const tookMs = performance.now() - from
    assert.ok(tookMs >= GRACE_MS && tookMs < GRACE_MS + SLACK_MS, `${tookMs} ms`)
    assert.deepEqual([end.status, end.reason, end.exitCode], ['cancelled', 'cancelled', 137])
    assert.equal(await containerExists(started.run), false)
  })

  test('cancelled before, while and right after it is made, a run leaves no container', async () => {
    const executions = [0, 1, 15, 40, 80, 150, 250].map(async (afterMs) => {
      const started = startRun(executor, newRun({ command: 'sleep 100' }, { graceMs: 0 }))
      if (afterMs === 0) started.stop('cancelled')
      setTimeout(() => {
        started.stop('cancelled')
      }, afterMs)
      const end = await started.end
      assert.equal(end.status, 'cancelled', `after ${afterMs} ms`)
      assert.equal(await containerExists(started.run), false, `after ${afterMs} ms`)
    })
    await Promise.all(executions)
  })

  test('each cause of a stop becomes its reason', async () => {
    const causes = ['lease_lost', 'timeout_total', 'stopping'] as const
    const ends = await Promise.all(
      causes.map(async (cause) => {
        const started = startRun(executor, newRun({ command: ['sh', '-c', 'echo up; sleep 100'] }, { graceMs: 0 }))
        await started.heard.heard('up')
        started.stop(cause)
        const { status, reason } = await started.end
        return [cause, status, reason]
      }),
    )
    assert.deepEqual(ends, [
      ['lease_lost', 'failed', 'worker_lost'],
      ['timeout_total', 'failed', 'timeout_total'],
      ['stopping', 'failed', 'worker_lost'],
    ])
  })

  test('a start whose answer is lost is no second start: the task runs on and ends as its command did', async () => {
    await using engine = await loseCalls(START, 'answer lost')
    const { end, heard } = await runToEnd(newExecutor({ settings: { engineHost: engine.host } }), {
      command: ['sh', '-c', 'echo once; exit 3'],
    })
    assert.deepEqual([end.status, end.reason, end.exitCode], ['failed', 'exit', 3], end.message)
    assert.equal(heard.stdout(), 'once\n')
    assert.equal(engine.reached(), 1)
  })

  test('a start that never reached the engine leaves the task to others, and no container', async () => {
    await using engine = await loseCalls(START, 'call lost')
    const { run, end } = startRun(newExecutor({ settings: { engineHost: engine.host } }), newRun({ command: 'true' }))
    await assert.rejects(end, (error: RunnerMeshError) => {
      assert.deepEqual([error.code, error.details['started']], ['executor_unavailable', undefined])
      return true
    })
    assert.equal(engine.reached(), 0)
    assert.equal(await containerExists(run), false)
  })

  test('a volume that cannot be removed now goes later, and takes the end of its task with it no more', async () => {
    // Of what an earlier try left there may be two: those calls come before the run.
    await using engine = await loseCalls(REMOVE_VOLUME, 'call lost', 2)
    const runner = `test-volumes-${String(process.pid)}`
    const lossy = newExecutor({ runner, settings: { engineHost: engine.host } })
    const { end, run } = await runToEnd(lossy, { command: 'true', profile: 'strict', artifacts: ['/artifacts'] })
    assert.deepEqual([end.status, end.exitCode], ['completed', 0], end.message)
    const volumesOf = async () => {
      const { Volumes } = await docker.listVolumes({ filters: { name: [containerName(run.taskId, run.fence)] } })
      return Volumes.length
    }
    assert.equal(await volumesOf(), 1)
    await newExecutor({ runner }).left()
    assert.equal(await volumesOf(), 0)
  })

  test('a container that somebody else removes is not taken for a success', async () => {
    const started = startRun(executor, newRun({ command: ['sh', '-c', 'echo up; sleep 100'] }))
    await started.heard.heard('up')
    await docker.getContainer(`runner-mesh-${started.run.taskId}-${started.run.fence}`).remove({ force: true })
    const end = await started.end
    assert.equal(end.status, 'failed')
    assert.equal(end.exitCode === 0, false)
  })
})

test('without an engine the probe says what is missing and what to do, and a run is refused as unavailable', async () => {
  const nowhere = newExecutor({ settings: { engineHost: 'unix:///nonexistent/docker.sock' } })
  const { available, problem } = await nowhere.probe()
  assert.equal(available, false)
  assert.equal(
    problem,
    'No Docker engine at /nonexistent/docker.sock (ENOENT). Install docker.io and start it, or set DOCKER_HOST.',
  )
  await assert.rejects(startRun(nowhere, newRun()).end, { code: 'executor_unavailable' })
  await assert.rejects(nowhere.left(), { code: 'executor_unavailable' })
})
