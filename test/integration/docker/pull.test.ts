/** Pulling from a registry of our own, behind a gate that makes it slow, silent or broken. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { pulledTag } from '../../../src/docker/images/image-keeper.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import {
  docker,
  findEngineProblem,
  hearing,
  newExecutor,
  newRun,
  runToEnd,
  startRun,
} from '../../support/container-runs.ts'
import { moveToRegistry, startRegistry, type TestRegistry } from '../../support/registry.ts'

const skip = await findEngineProblem()
/** Far below what anybody here would wait for, and enough for a busy machine. */
const SOON_MS = 15_000

suite('pulling an image', { skip, timeout: 120_000 }, () => {
  const executor = newExecutor({ settings: { pullIdleMs: 1_500, pullAttempts: 4, pullBackoffMs: 50 } })
  const tags: string[] = []
  let registry: TestRegistry

  before(async () => {
    registry = await startRegistry()
  })
  after(async () => {
    for (const tag of tags.flatMap((tag) => [tag, pulledTag(tag)]))
      await docker
        .getImage(tag)
        .remove({ force: true })
        .catch(() => undefined)
    await registry.stop()
    assert.deepEqual(await executor.left(), [], 'a test left a container behind')
  })

  /** In the registry and not on the engine: a layer of 2 MB that no other image has. */
  const publish = async (name: string, architecture?: string): Promise<string> => {
    const tag = `${registry.host}/test/${name}:1`
    tags.push(tag)
    const files = [{ name: 'unique', content: randomBytes(32) }]
    await ensureBusyboxImage(docker, tag, { files, ...(architecture === undefined ? {} : { architecture }) })
    registry.gate(() => 'pass')
    await moveToRegistry(docker, tag)
    registry.asked.length = 0
    return tag
  }
  const manifestsAsked = () => registry.asked.filter((path) => path.includes('/manifests/1'))

  test('an image larger than this runner takes is given up as soon as its size shows', async () => {
    const image = await publish('large')
    const modest = newExecutor({ settings: { pullMaxBytes: 100_000 } })
    const { end } = await runToEnd(modest, { image, command: 'true' })
    assert.deepEqual([end.status, end.reason], ['failed', 'pull'])
    assert.match(end.message ?? '', /larger than the 0\.0 GB this runner takes/)
    const { end: control } = await runToEnd(executor, { image, command: 'true' })
    assert.equal(control.status, 'completed', control.message)
  })

  test('an absent image is pulled once for all who want it, and not again while it is there', async () => {
    const image = await publish('shared')
    const runs = await Promise.all([1, 2, 3].map((n) => runToEnd(executor, { image, command: `echo ${n}` })))
    for (const [index, { end, heard }] of runs.entries()) {
      assert.equal(end.status, 'completed', end.message)
      assert.equal(heard.stdout(), `${index + 1}\n`)
      assert.match(end.imageDigest ?? '', /^sha256:/)
      assert.ok(heard.notes.some((note) => note.startsWith(`preparing: Pulling ${image}`)))
    }
    // What was pulled for a task bears a tag by which it is found again when the disk runs low.
    const { RepoTags } = await docker.getImage(image).inspect()
    assert.ok(RepoTags.includes(pulledTag(image)), String(RepoTags))
    // An engine asks for a manifest with HEAD and then with GET.
    assert.ok(manifestsAsked().length <= 2, String(manifestsAsked()))
    registry.asked.length = 0
    const { end } = await runToEnd(executor, { image, command: 'true' })
    assert.equal(end.status, 'completed')
    assert.deepEqual(registry.asked, [])
  })

  test('an image can be named by its digest', async () => {
    const image = await publish('pinned')
    const first = await runToEnd(executor, { image, command: 'true' })
    await docker.getImage(image).remove()
    const pinned = `${image.slice(0, -':1'.length)}@${first.end.imageDigest ?? ''}`
    tags.push(pinned)
    const { end } = await runToEnd(executor, { image: pinned, command: 'true' })
    assert.deepEqual([end.status, end.imageDigest], ['completed', first.end.imageDigest])
  })

  test('an unknown image fails in seconds, in one line that names it and says what to do', async () => {
    registry.gate(() => 'pass')
    const image = `${registry.host}/test/nosuch:9`
    const { end } = await runToEnd(executor, { image, command: 'true' })
    assert.deepEqual([end.status, end.reason, end.exitCode], ['failed', 'pull', undefined])
    assert.equal(
      end.message,
      `Cannot pull ${image}: ${registry.host} has no such image or tag, or keeps it private. Check the name, or give this runner credentials for ${registry.host}.`,
    )
    assert.ok(end.phases.pull_ms < SOON_MS)
  })

  test('a registry that is out of order, and one that limits the rate, are tried again', async () => {
    for (const status of [503, 429]) {
      const image = await publish(`again-${status}`)
      let refusals = 0
      registry.gate((path) => (path.includes('/manifests/') && (refusals += 1) <= 2 ? status : 'pass'))
      const { end, heard } = await runToEnd(executor, { image, command: 'true' })
      assert.equal(end.status, 'completed', end.message)
      assert.ok(
        heard.notes.some((note) => note.includes('Next try in')),
        `${status}: ${heard.notes.join('\n')}`,
      )
    }
  })

  test('a registry that stays out of order fails the task after its attempts', async () => {
    const image = await publish('broken')
    registry.gate(() => 503)
    const { end } = await runToEnd(executor, { image, command: 'true' })
    assert.deepEqual([end.status, end.reason], ['failed', 'pull'])
    assert.match(end.message ?? '', /is out of order\. Try later\.$/)
    assert.equal(end.hostFault, true, 'another host may have it')
  })

  test('a pull in which nothing moves any more is given up', async () => {
    const image = await publish('silent')
    registry.gate((path) => (path.includes('/blobs/') ? 'stall' : 'pass'))
    const { end } = await runToEnd(executor, { image, command: 'true' })
    assert.deepEqual([end.status, end.reason], ['failed', 'pull'])
    assert.match(end.message ?? '', /nothing came from 127\.0\.0\.1:[0-9]+ for 1\.5 s/)
    assert.equal(end.hostFault, true)
  })

  test('a pull longer than the time to prepare ends with timeout_prepare', async () => {
    const image = await publish('late')
    registry.gate(() => 'stall')
    const { end } = await runToEnd(executor, { image, command: 'true' }, { prepareMs: 500 })
    assert.deepEqual([end.status, end.reason], ['failed', 'timeout_prepare'])
  })

  test('a task is cancelled while it pulls from a registry that stalls, and others go on waiting for theirs', async () => {
    const image = await publish('stalled')
    const patient = newExecutor()
    const opened = Promise.withResolvers<'pass'>()
    registry.gate((path) => (path.includes('/blobs/') ? opened.promise : 'pass'))
    const [first, second] = [1, 2].map(() => startRun(patient, newRun({ image, command: 'true' }), hearing()))
    assert.ok(first !== undefined && second !== undefined)
    await Promise.all([first.heard.noted('Pulling'), second.heard.noted('Pulling')])
    const from = performance.now()
    first.stop('cancelled')
    const end = await first.end
    assert.ok(performance.now() - from < SOON_MS)
    assert.deepEqual([end.status, end.reason], ['cancelled', 'cancelled'])
    opened.resolve('pass')
    assert.equal((await second.end).status, 'completed')

    const lonely = await publish('stalled-alone')
    registry.gate(() => 'stall')
    const aloneFrom = performance.now()
    const alone = startRun(patient, newRun({ image: lonely, command: 'true' }), hearing())
    await alone.heard.noted('Pulling')
    alone.stop('cancelled')
    assert.equal((await alone.end).status, 'cancelled')
    assert.ok(performance.now() - aloneFrom < SOON_MS)
  })

  test('an image for another processor is refused with both platforms named', async () => {
    const image = await publish('foreign', 'riscv64')
    const { end } = await runToEnd(executor, { image, command: 'true' })
    assert.deepEqual([end.status, end.reason], ['failed', 'pull'])
    assert.match(end.message ?? '', /built for linux\/riscv64, this machine runs linux\//)
    assert.equal(end.hostFault, undefined)
  })
})
