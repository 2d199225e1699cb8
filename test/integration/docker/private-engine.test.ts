/** What only an engine of one's own can show: its restart, its disk running full, its images being cleared out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { BUSYBOX, hearing, newExecutor, newRun, runToEnd, startRun } from '../../support/container-runs.ts'
import { findPrivateEngineProblem, startPrivateEngine, type PrivateEngine } from '../../support/private-engine.ts'

const skip = findPrivateEngineProblem() ?? false
const options = { skip, timeout: 60_000 }

async function open(given: Parameters<typeof startPrivateEngine>[0]) {
  const engine = await startPrivateEngine(given)
  await ensureBusyboxImage(engine.docker, BUSYBOX)
  return engine
}

const executorOf = ({ host }: PrivateEngine) => newExecutor({ settings: { engineHost: host } })
const containersOf = async ({ docker }: PrivateEngine) =>
  (await docker.listContainers({ all: true })).map(({ Names }) => Names[0])

test('an engine that restarts ends its tasks, and none of them reads as a success', options, async () => {
  await using engine = await open({ diskMiB: 128 })
  const executor = executorOf(engine)
  const tasks = [
    ['sleep', '30'],
    ['sh', '-c', 'trap "exit 0" TERM; sleep 30 & wait'],
  ] as const
  for (const command of tasks) {
    const heard = hearing()
    const { end } = startRun(executor, newRun({ command: [...command] }), heard)
    await heard.noted('running: Running')
    await engine.restart('SIGTERM')
    const { status, reason } = await end
    assert.deepEqual([status, reason === undefined], ['failed', false], command.join(' '))
  }
  assert.deepEqual(await containersOf(engine), [])
  const { end: after } = await runToEnd(executor, { command: 'true' })
  assert.equal(after.status, 'completed', after.message)
})

test(
  'with live-restore a task lives through the restart of its engine and ends with its own code',
  options,
  async () => {
    await using engine = await open({ diskMiB: 128, args: ['--live-restore'] })
    const executor = executorOf(engine)
    const heard = hearing()
    const { end } = startRun(executor, newRun({ command: ['sh', '-c', 'echo before; sleep 4; exit 5'] }), heard)
    await Promise.all([heard.heard('before'), heard.noted('running: Running')])
    await engine.restart('SIGTERM')
    const { status, reason, exitCode } = await end
    assert.deepEqual([status, reason, exitCode], ['failed', 'exit', 5])
    assert.deepEqual(await containersOf(engine), [])
  },
)

test('a full disk is told as disk, whether a task fills it or an image finds no room', options, async () => {
  await using engine = await open({ diskMiB: 48 })
  const executor = executorOf(engine)
  const filled = await runToEnd(executor, { command: 'dd if=/dev/zero of=/filler bs=1000000', disk_mb: 16 })
  assert.deepEqual([filled.end.status, filled.end.reason], ['failed', 'disk'], JSON.stringify(filled.end))
  assert.deepEqual(await containersOf(engine), [])
  // What it wrote is gone with it: the neighbour has its room again.
  const { end: neighbour } = await runToEnd(executor, { command: 'dd if=/dev/zero of=/own bs=1000000 count=8' })
  assert.equal(neighbour.status, 'completed', neighbour.message)
})
