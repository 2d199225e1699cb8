/**
 * The reaper inside a peer, in a real one on an engine of its own, and the proof that its absence is seen. The guardian, which
 * clears up after its own dead peer, has its planted bug in chaos.test.ts.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { before, after, suite, test } from 'node:test'
import { startPeerProcess } from '../../../scripts/demo/peer-process.ts'
import { formatTaskId, makeFence, type HomeId } from '../../../src/core/ids.ts'
import { containerName, labelsOf } from '../../../src/docker/containers/container-labels.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { BUSYBOX } from '../../support/container-runs.ts'
import { copySources, takeAway, type Mutation } from '../../support/mutated-sources.ts'
import { findPrivateEngineProblem, startPrivateEngine, type PrivateEngine } from '../../support/private-engine.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const skip = findPrivateEngineProblem() ?? false
/** A peer sweeps before it says that it is ready, unless its engine was too busy to answer: then soon after. */
const PATIENCE_MS = 60_000
/** What was not removed by then is not going to be. */
const AFTERWARDS_MS = 1000

interface Planted extends Mutation {
  readonly bug: string
}

const PLANTED: readonly Planted[] = [
  {
    bug: 'a peer that never starts its reaper',
    file: 'src/app/peer/worker-parts.ts',
    from: 'await reaper.start()',
    to: '',
  },
  {
    bug: 'a reaper that takes nobody for an orphan',
    file: 'src/docker/containers/reaper.ts',
    from: 'if (mark.deadline < wall) return true',
    to: '',
  },
]

suite(
  'what a dead peer of this host left running is removed by the reaper of another',
  { skip, timeout: 240_000 },
  () => {
    let engine: PrivateEngine
    before(async () => {
      engine = await startPrivateEngine({ diskMiB: 128 })
      await ensureBusyboxImage(engine.docker, BUSYBOX)
    })
    after(() => engine[Symbol.asyncDispose]())

    let seq = 0
    /** Whether a peer of these sources removes the container of one that died long ago. */
    const clearsUp = async (sources: string, patienceMs: number): Promise<boolean> => {
      seq += 1
      const taskId = formatTaskId({ home: 'testtesttesttest' as HomeId, epoch: 1, seq })
      const fence = makeFence(1, seq)
      const orphan = await engine.docker.createContainer({
        name: containerName(taskId, fence),
        Image: BUSYBOX,
        Cmd: ['sleep', '600'],
        HostConfig: { NetworkMode: 'none' },
        Labels: labelsOf({ runner: 'one-that-died', taskId, fence, attempt: 1, deadline: 1 }),
      })
      await orphan.start()
      await using scratch = await scratchDirectory()
      const peer = await startPeerProcess({
        args: [
          ...['up', '--state-dir', scratch.path, '--listen', '/ip4/127.0.0.1/tcp/0', '--http', 'off'],
          ...['--registry', 'off', '--log-level', 'warn'],
        ],
        env: { RUNNER_MESH_DOCKER_HOST: engine.host },
        cli: [process.execPath, join(sources, 'src', 'cli', 'main.ts')],
      })
      try {
        for (const end = performance.now() + patienceMs; ;) {
          const left = await engine.docker.listContainers({ all: true })
          if (left.every(({ Id }) => Id !== orphan.id)) return true
          if (performance.now() > end) return false
          await pause(100)
        }
      } finally {
        await peer.stop()
        await orphan.remove({ force: true }).catch(() => undefined)
      }
    }

    test('a container past its deadline is gone once a peer of the host is ready', async () => {
      assert.equal(await clearsUp(ROOT, PATIENCE_MS), true)
    })

    for (const planted of PLANTED) {
      test(`${planted.bug}, planted in a copy of the sources, leaves it there`, async () => {
        await using copy = await copySources(['src'])
        await takeAway(planted, copy.path)
        assert.equal(await clearsUp(copy.path, AFTERWARDS_MS), false)
      })
    }
  },
)
