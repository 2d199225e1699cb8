import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { ContainerRun, RunInput } from '../../../src/core/ports/executor.ts'
import {
  docker,
  findEngineProblem,
  hearing,
  newExecutor,
  newRun,
  prepareBusybox,
} from '../../support/container-runs.ts'

interface Left {
  readonly path: string
  readonly text: string
}

/** What a run hands out, with its content. */
function collecting() {
  const left: Left[] = []
  return {
    ...hearing(),
    left,
    artifact: async (path: string, bytes: number, content: AsyncIterable<Uint8Array>) => {
      const pieces: Uint8Array[] = []
      for await (const piece of content) pieces.push(piece)
      assert.equal(Buffer.concat(pieces).length, bytes)
      left.push({ path, text: Buffer.concat(pieces).toString() })
    },
  }
}

function input(name: string, text: string): RunInput {
  const bytes = Buffer.from(text)
  return {
    name,
    open: () =>
      Promise.resolve({
        bytes: bytes.length,
        content: (async function* () {
          await Promise.resolve()
          yield bytes.subarray(0, 3)
          yield bytes.subarray(3)
        })(),
      }),
  }
}

async function volumesOf(run: ContainerRun): Promise<readonly string[]> {
  const { Volumes } = await docker.listVolumes({ filters: { label: ['runner-mesh=1'] } })
  return Volumes.map(({ Name }) => Name).filter((name) => name.includes(run.taskId))
}

const sh = (script: string) => ({ command: ['sh', '-c', script] })
const skip = await findEngineProblem()
const running = new AbortController().signal

suite('artifacts', { skip, timeout: 60_000 }, () => {
  before(prepareBusybox)

  test('a file and the files of a folder are handed out with their paths, whatever the exit code', async () => {
    const executor = newExecutor()
    const observer = collecting()
    const end = await executor.run(
      newRun({
        ...sh('mkdir -p /out/deep; echo one > /out/a; echo two > /out/deep/b; echo alone > /report; exit 3'),
        artifacts: ['/out', '/report', '/nothing'],
      }),
      observer,
      running,
    )
    assert.equal(end.exitCode, 3)
    assert.deepEqual(
      observer.left.sort((x, y) => x.path.localeCompare(y.path)),
      [
        { path: '/out/a', text: 'one\n' },
        { path: '/out/deep/b', text: 'two\n' },
        { path: '/report', text: 'alone\n' },
      ],
    )
    assert.deepEqual(
      end.artifactFaults?.map(({ path }) => path),
      ['/nothing'],
    )
  })

  test('no link is followed, and what is no plain file is told and left', async () => {
    const executor = newExecutor()
    const observer = collecting()
    const script = [
      'mkdir /out',
      'ln -s /etc/passwd /out/link',
      'ln -s / /out/root',
      'mkfifo /out/pipe',
      'echo kept > /out/file',
      'ln /out/file /out/twin',
      'ln -s /etc/hostname /alias',
    ].join('; ')
    const end = await executor.run(newRun({ ...sh(script), artifacts: ['/out', '/alias'] }), observer, running)
    assert.equal(end.status, 'completed', end.message)
    // Which of two hard links is the file is the order in which the engine comes by them.
    assert.equal(observer.left.length, 1)
    assert.equal(observer.left[0]?.text, 'kept\n')
    assert.deepEqual(
      end.artifactFaults?.map(({ path }) => path).filter((path) => !['/out/file', '/out/twin'].includes(path)),
      ['/out/link', '/out/pipe', '/out/root', '/alias'],
    )
  })

  test('a folder that is a link is read inside the container, never on the host', async () => {
    const executor = newExecutor()
    const observer = collecting()
    const script = 'mkdir -p /real; echo inside > /real/only-here; ln -s ../../../../real /way'
    const end = await executor.run(newRun({ ...sh(script), artifacts: ['/way/only-here'] }), observer, running)
    assert.equal(end.status, 'completed')
    assert.deepEqual(observer.left, [{ path: '/way/only-here', text: 'inside\n' }])
  })

  test('a read-only container leaves artifacts below /artifacts, as nobody', async () => {
    const executor = newExecutor()
    const observer = collecting()
    const run = newRun({
      ...sh('id -u; echo mine > /artifacts/x; touch /elsewhere'),
      profile: 'strict',
      artifacts: ['/artifacts'],
    })
    const end = await executor.run(run, observer, running)
    assert.match(observer.stdout(), /^65534/)
    assert.match(observer.stderr(), /Read-only file system/)
    assert.equal(end.exitCode, 1)
    assert.deepEqual(observer.left, [{ path: '/artifacts/x', text: 'mine\n' }])
  })

  test('a refusal of one file ends the reading of its path and is told', async () => {
    const executor = newExecutor()
    const observer = {
      ...hearing(),
      artifact: () => Promise.reject(new RunnerMeshError('too_large', 'Too much.')),
    }
    const run = newRun({ ...sh('dd if=/dev/zero of=/big bs=1M count=8 2>/dev/null'), artifacts: ['/big'] })
    const end = await executor.run(run, observer, running)
    assert.equal(end.status, 'completed')
    assert.deepEqual(end.artifactFaults, [{ path: '/big', message: 'Too much.' }])
  })
})

suite('inputs', { skip, timeout: 60_000 }, () => {
  before(prepareBusybox)

  test('inputs are there before the command starts, read-only in every profile, and gone with the container', async () => {
    for (const profile of ['standard', 'strict'] as const) {
      const executor = newExecutor()
      const observer = collecting()
      const run = {
        ...newRun({ ...sh('cat /inputs/a /inputs/deep/er/b; echo x > /inputs/a; rm /inputs/a; true'), profile }),
        inputs: [input('a', 'first input\n'), input('deep/er/b', 'second input\n')],
      }
      const end = await executor.run(run, observer, running)
      assert.equal(end.status, 'completed', end.message)
      assert.equal(observer.stdout(), 'first input\nsecond input\n')
      assert.equal(observer.stderr().match(/Read-only file system/g)?.length, 2)
      assert.deepEqual(await volumesOf(run), [])
    }
  })

  test('an input that cannot be had fails the task with its reason, and leaves nothing', async () => {
    const executor = newExecutor()
    const gone: RunInput = {
      name: 'b',
      open: () => Promise.reject(new RunnerMeshError('bad_request', 'Input b: there is none.')),
    }
    const run = { ...newRun(sh('true')), inputs: [input('a', 'first input\n'), gone] }
    const end = await executor.run(run, hearing(), running)
    assert.deepEqual([end.status, end.reason, end.message], ['failed', 'dependency', 'Input b: there is none.'])
    assert.deepEqual(await volumesOf(run), [])
    const all = await docker.listContainers({ all: true })
    assert.deepEqual(
      all.filter(({ Names }) => Names.some((name) => name.includes(run.taskId))),
      [],
    )
  })

  test('an input of 20 MB comes whole', async () => {
    const executor = newExecutor()
    const observer = collecting()
    const piece = Buffer.alloc(1_048_576, 'x')
    const big: RunInput = {
      name: 'big',
      open: () =>
        Promise.resolve({
          bytes: 20 * piece.length,
          content: (async function* () {
            for (let count = 0; count < 20; count += 1) {
              await Promise.resolve()
              yield piece
            }
          })(),
        }),
    }
    const end = await executor.run({ ...newRun(sh('wc -c < /inputs/big')), inputs: [big] }, observer, running)
    assert.equal(end.status, 'completed', end.message)
    assert.equal(observer.stdout().trim(), String(20 * piece.length))
  })
})
