/** What only an engine of one's own can show: its restart, its disk running full, its images being cleared out. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { systemClock } from '../../../src/app/system.ts'
import { ImageKeeper, pulledTag, type ImageKeeperSettings } from '../../../src/docker/images/image-keeper.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import {
  BUSYBOX,
  hearing,
  leaveContainer,
  newExecutor,
  newRun,
  runToEnd,
  startRun,
} from '../../support/container-runs.ts'
import { RecordingLog } from '../../support/recording-log.ts'
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

test('one that an engine stopped while nobody followed it is no success to whoever takes it up', options, async () => {
  await using engine = await open({ diskMiB: 128 })
  const runner = 'test-abandoned'
  const run = newRun({ command: ['sh', '-c', 'trap "exit 0" TERM; sleep 30 & wait'] })
  const container = await leaveContainer(engine.docker, run, runner)
  await container.start()
  await engine.restart('SIGTERM')
  assert.equal((await container.inspect()).State.ExitCode, 0)
  const executor = newExecutor({ runner, settings: { engineHost: engine.host } })
  const [left] = await executor.left()
  assert.ok(left !== undefined)
  const { status, reason } = await executor.adopt(left, run, hearing(), new AbortController().signal)
  assert.deepEqual([status, reason], ['failed', 'worker_lost'])
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

test(
  'images of ours go when the disk runs low, the longest unused first; those of others and in use stay',
  options,
  async () => {
    await using engine = await open({ diskMiB: 128 })
    const { docker } = engine
    const image = async (name: string): Promise<string> => {
      const tag = `registry.example/test/${name}:1`
      await ensureBusyboxImage(docker, tag, { files: [{ name: 'unique', content: randomBytes(8_000_000) }] })
      return tag
    }
    const theirs = await image('theirs')
    const ours: string[] = []
    for (const name of ['first', 'second', 'third', 'running']) {
      const tag = await image(name)
      // As the puller marks what it pulled.
      const [repo = '', version = ''] = pulledTag(tag).split(':')
      await docker.getImage(tag).tag({ repo, tag: version })
      ours.push(tag)
    }
    const [first = '', second = '', third = '', running = ''] = ours
    const executor = executorOf(engine)
    for (const tag of [first, second, third])
      assert.equal((await runToEnd(executor, { image: tag, command: 'true' })).end.status, 'completed')
    const heard = hearing()
    const started = startRun(executor, newRun({ image: running, command: 'sleep 60' }), heard)
    await heard.noted('running: Running')
    // The owner gives one of them a name: from then on it is theirs too.
    await docker.getImage(second).tag({ repo: 'kept-by-owner', tag: '1' })
    const present = async () => (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])
    const keeper = (settings: Partial<ImageKeeperSettings>) =>
      new ImageKeeper({
        engine: executor.engine,
        clock: systemClock,
        log: new RecordingLog(),
        settings: { restMs: 0, minFreeBytes: 0, ...settings },
      })

    assert.equal(await keeper({}).sweep(), 0)
    assert.equal(await keeper({ restMs: 60_000, maxBytes: 0 }).sweep(), 0)
    // One of three that are not in use has to go.
    const free = await engine.freeBytes()
    assert.equal(await keeper({ minFreeBytes: free + 4_000_000 }).sweep(), 1)
    assert.ok(!(await present()).includes(first))
    assert.ok((await engine.freeBytes()) > free + 4_000_000)
    await keeper({ maxBytes: 0 }).sweep()
    const left = await present()
    for (const tag of [first, second, third]) assert.ok(!left.includes(tag), tag)
    for (const tag of [theirs, BUSYBOX, 'kept-by-owner:1', running]) assert.ok(left.includes(tag), tag)
    started.stop('cancelled')
    await started.end
  },
)
