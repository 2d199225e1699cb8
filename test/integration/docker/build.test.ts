/** Building and running Dockerfiles of repositories. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, suite, test } from 'node:test'
import { repositoryTask, type RepositoryTask } from '../../../src/core/container-task.ts'
import type { ContainerRun } from '../../../src/core/ports/executor.ts'
import type { TaskClocks } from '../../../src/core/task.ts'
import { systemClock } from '../../../src/app/system.ts'
import { BUILD_LABEL, buildTag } from '../../../src/docker/images/image-builder.ts'
import {
  BUSYBOX,
  docker,
  findEngineProblem,
  newExecutor,
  newRun,
  prepareBusybox,
  startRun,
} from '../../support/container-runs.ts'
import type { DockerExecutor } from '../../../src/docker/docker-executor.ts'
import { localGitSource, makeRepository, type LocalRepository } from '../../support/local-git.ts'

const skip = await findEngineProblem()
const NAME = `test/build-${process.pid}`
/** In commands of this process's builds alone. */
const MARK = `build-test-${process.pid}`

suite('building an image from a repository', { skip, timeout: 120_000 }, () => {
  const folders = new Map<string, string>()
  const source = localGitSource(folders)
  const build = { memoryMiB: 64, cpus: 1, network: 'none', maxBytes: 4_000_000, maxEntries: 100 } as const
  const executor = newExecutor({ repositories: source, settings: { build } })
  const repositories: LocalRepository[] = []
  let serial = 0

  before(prepareBusybox)
  after(async () => {
    const images = await docker.listImages({ filters: { label: [BUILD_LABEL] } })
    for (const { Id, Labels } of images) {
      if ((Labels[BUILD_LABEL] ?? '').startsWith(NAME)) await docker.getImage(Id).remove({ force: true })
    }
    for (const repository of repositories) await repository[Symbol.asyncDispose]()
    assert.deepEqual(await executor.left(), [], 'a test left a container behind')
  })

  const repositoryOf = async (files: Readonly<Record<string, string>>) => {
    const repository = await makeRepository(files)
    repositories.push(repository)
    serial += 1
    const name = `${NAME}-${serial}`
    folders.set(name, repository.folder)
    return { repo_url: name, commit: repository.commit }
  }
  const runOf = (
    task: Partial<RepositoryTask> & { repo_url: string },
    clocks: Partial<TaskClocks> = {},
  ): ContainerRun => {
    const container = repositoryTask.parse({ memory_mb: 64, pids: 64, ...task })
    return { ...newRun({}, clocks), container: { kind: 'repository', ...container } }
  }
  const runToEnd = async (task: Parameters<typeof runOf>[0], clocks: Partial<TaskClocks> = {}) => {
    const { heard, end } = startRun(executor, runOf(task, clocks))
    return { end: await end, heard }
  }
  const builtImage = async (task: { repo_url: string; commit: string }) =>
    docker.getImage(buildTag({ ...repositoryTask.parse(task), commit: task.commit })).inspect()

  test('a Dockerfile is built step by step, labelled, run hardened, and found again the next time', async () => {
    const repository = await repositoryOf({
      Dockerfile: `FROM ${BUSYBOX}\nARG GREETING=none\nCOPY hello.txt /hello.txt\nRUN echo "$GREETING" >> /hello.txt\nCMD ["cat", "/hello.txt"]\n`,
      'hello.txt': 'hello\n',
    })
    const { end, heard } = await runToEnd({ ...repository, build_args: { GREETING: 'from the task' } })
    assert.equal(end.status, 'completed', end.message)
    assert.equal(heard.stdout(), 'hello\nfrom the task\n')
    assert.ok(end.phases.build_ms > 0)
    assert.ok(
      heard.notes.some((note) => note.startsWith('preparing: Building, step 4 of 6: RUN echo')),
      heard.notes.join('\n'),
    )

    const fetches = source.fetched.length
    const again = await runToEnd({ ...repository, build_args: { GREETING: 'from the task' } })
    assert.equal(again.end.imageDigest, end.imageDigest)
    assert.equal(source.fetched.length, fetches, 'nothing is fetched again')

    const other = await runToEnd(repository)
    assert.equal(other.heard.stdout(), 'hello\nnone\n', 'other arguments make another image')
    const { Config } = await builtImage(repository)
    assert.equal(Config.Labels[BUILD_LABEL], `${repository.repo_url}@${repository.commit}`)
  })

  test('context path, Dockerfile path, stage and .dockerignore are heeded', async () => {
    const { repo_url, commit } = await repositoryOf({
      Dockerfile: 'FROM scratch\n',
      'secret.txt': 'outside',
      'app/docker/File': `FROM ${BUSYBOX} AS first\nCOPY . /app\nCMD find /app -type f | sort\nFROM ${BUSYBOX}\nCMD false\n`,
      'app/.dockerignore': '*.log\n!keep.log\nsub\n',
      'app/a.txt': 'a',
      'app/b.log': 'b',
      'app/keep.log': 'k',
      'app/sub/c.txt': 'c',
    })
    const task = { repo_url, commit, context_path: 'app', dockerfile_path: 'docker/File', target: 'first' }
    const { end, heard } = await runToEnd(task)
    assert.equal(end.status, 'completed', end.message)
    assert.equal(heard.stdout(), '/app/.dockerignore\n/app/a.txt\n/app/docker/File\n/app/keep.log\n')
  })

  test('a failing step fails the task with that step, what it said, and no container or image left', async () => {
    const repository = await repositoryOf({ Dockerfile: `FROM ${BUSYBOX}\nRUN echo it is broken >&2; exit 4\n` })
    const { end } = await runToEnd(repository)
    assert.deepEqual([end.status, end.reason, end.exitCode], ['failed', 'build', undefined])
    assert.match(
      end.message ?? '',
      /^The build failed at step 2 of [0-9]+: RUN echo it is broken >&2; exit 4: .*code: 4\. It last said: it is broken$/,
    )
    await assert.rejects(builtImage(repository), { statusCode: 404 })
  })

  test('what is wrong with the paths or the Dockerfile is said in one line', async () => {
    const { repo_url, commit } = await repositoryOf({ 'sub/Dockerfile': 'FROM scratch\nNONSENSE x\n', link: '-> sub' })
    const messageOf = async (task: Partial<RepositoryTask>) => {
      const { end } = await runToEnd({ repo_url, commit, ...task })
      assert.deepEqual([end.status, end.reason], ['failed', 'build'])
      return end.message ?? ''
    }
    assert.match(await messageOf({}), /There is no "Dockerfile" in "\." .*Check dockerfile_path\.$/)
    assert.match(await messageOf({ context_path: 'nosuch' }), /There is no folder "nosuch" .*Check context_path\.$/)
    assert.match(await messageOf({ context_path: 'link' }), /There is no folder "link"/)
    assert.match(await messageOf({ context_path: 'sub' }), /unknown instruction: NONSENSE/i)
    assert.match(await messageOf({ commit: 'f'.repeat(40) }), /There is no commit f+ in/)
  })

  test('a build cannot reach files outside its context through a link', async () => {
    const { repo_url, commit } = await repositoryOf({
      'app/Dockerfile': `FROM ${BUSYBOX}\nCOPY passwd /stolen\nCMD cat /stolen\n`,
      'app/passwd': '-> /etc/hostname',
      'outside.txt': 'x',
    })
    const { end, heard } = await runToEnd({ repo_url, commit, context_path: 'app' })
    assert.equal(end.status, 'failed')
    assert.equal(heard.stdout(), '')
  })

  test('a build has no more memory and network than builds may have', async () => {
    const hog = await repositoryOf({
      Dockerfile: `FROM ${BUSYBOX}\nRUN dd if=/dev/zero of=/dev/null bs=80000000 count=1\n`,
    })
    const net = await repositoryOf({ Dockerfile: `FROM ${BUSYBOX}\nRUN test "$(ls /sys/class/net)" = lo\nCMD true\n` })
    const [hogged, alone] = await Promise.all([runToEnd(hog), runToEnd(net)])
    assert.deepEqual([hogged.end.status, hogged.end.reason], ['failed', 'build'])
    assert.match(hogged.end.message ?? '', /code: 137/)
    assert.equal(alone.end.status, 'completed', alone.end.message)
  })

  test('a repository that is too large is refused', async () => {
    const repository = await repositoryOf({ Dockerfile: 'FROM scratch\n', big: 'x'.repeat(5_000_000) })
    const { end } = await runToEnd(repository)
    assert.match(end.message ?? '', /larger than the 3 MiB this runner builds from/)
  })

  test('a build is cancelled and timed out while a step runs, and its container goes with it', async () => {
    const slow = (mark: string) => repositoryOf({ Dockerfile: `FROM ${BUSYBOX}\nRUN sleep 100 # ${MARK} ${mark}\n` })
    const started = startRun(executor, runOf(await slow('cancel')))
    await started.heard.noted('step 2')
    started.stop('cancelled')
    const end = await started.end
    assert.deepEqual([end.status, end.reason], ['cancelled', 'cancelled'])

    const { end: late } = await runToEnd(await slow('late'), { prepareMs: 1_500 })
    assert.deepEqual([late.status, late.reason], ['failed', 'timeout_prepare'])

    // The engine takes them away in its own time; the time limit of the test is theirs.
    const leftovers = async () =>
      (await docker.listContainers({ all: true })).filter(({ Command }) => Command.includes(MARK))
    while ((await leftovers()).length > 0) await systemClock.sleep(50)
  })

  suite('with BuildKit', () => {
    const kit = newExecutor({ repositories: source, settings: { build, buildKit: true } })
    const mounting = `FROM ${BUSYBOX}\nRUN --mount=type=tmpfs,target=/scratch touch /scratch/x && echo made > /made # ${MARK}\nRUN ls /sys/class/net /scratch > /nets\nCMD ["cat", "/made", "/nets"]\n`
    const buildWith = async (executor: DockerExecutor, dockerfile: string, more: Partial<RepositoryTask> = {}) => {
      const repository = await repositoryOf({ Dockerfile: dockerfile })
      const { heard, end } = startRun(executor, runOf({ ...repository, ...more }))
      return { end: await end, heard, repository }
    }

    test('what only BuildKit builds is built, step by step, labelled, without a network, and run hardened', async () => {
      const { end, heard, repository } = await buildWith(kit, mounting)
      assert.equal(end.status, 'completed', end.message)
      assert.equal(heard.stdout(), 'made\n/scratch:\n\n/sys/class/net:\nlo\n')
      // Those that begin together are told as one.
      assert.ok(
        heard.notes.some((note) => /step [23] of 3: RUN/.test(note)),
        heard.notes.join('\n'),
      )
      const { Config } = await builtImage(repository)
      assert.equal(Config.Labels[BUILD_LABEL], `${repository.repo_url}@${repository.commit}`)

      const control = await buildWith(executor, mounting)
      assert.deepEqual([control.end.status, control.end.reason], ['failed', 'build'])
      assert.match(control.end.message ?? '', /requires BuildKit/)
    })

    test('a failing step is named, with the last it said', async () => {
      const { end } = await buildWith(kit, `FROM ${BUSYBOX}\nRUN echo about to fail && exit 3\n`)
      assert.deepEqual([end.status, end.reason], ['failed', 'build'])
      assert.match(
        end.message ?? '',
        /^The build failed at step 2 of 2: RUN echo about to fail && exit 3: .*exit code: 3/,
      )
      assert.match(end.message ?? '', /It last said: about to fail$/)
    })

    test('a build is cancelled while a step runs, which is gone', async () => {
      const mark = `kit-${MARK}`
      const repository = await repositoryOf({ Dockerfile: `FROM ${BUSYBOX}\nRUN sleep 100 # ${mark}\n` })
      const started = startRun(kit, runOf(repository))
      await started.heard.noted('step 2')
      started.stop('cancelled')
      assert.equal((await started.end).status, 'cancelled')
      const running = async () => (await processes()).some((command) => command.includes(mark))
      while (await running()) await systemClock.sleep(50)
    })

    test('nobody brings a builder of their own: no syntax line, no argument that names one', async () => {
      for (const [dockerfile, args] of [
        [`# syntax=docker/dockerfile:1\nFROM ${BUSYBOX}\n`, {}],
        [`#SYNTAX = evil/frontend\nFROM ${BUSYBOX}\n`, {}],
        [`FROM ${BUSYBOX}\n`, { BUILDKIT_SYNTAX: 'evil/frontend' }],
      ] as const) {
        const { end } = await buildWith(kit, dockerfile, { build_args: args })
        assert.deepEqual([end.status, end.reason], ['failed', 'build'], dockerfile)
        assert.match(end.message ?? '', /syntax of its own|would steer the builder/)
      }
      const { end } = await buildWith(executor, `# syntax=docker/dockerfile:1\nFROM ${BUSYBOX}\nCMD true\n`)
      assert.equal(end.status, 'completed', 'without BuildKit it is a comment')
    })
  })

  test('several tasks of one commit build it once', async () => {
    const repository = await repositoryOf({ Dockerfile: `FROM ${BUSYBOX}\nRUN sleep 1\nCMD true\n` })
    const before = source.fetched.length
    const ends = await Promise.all([1, 2, 3].map(() => runToEnd(repository)))
    for (const { end } of ends) assert.equal(end.status, 'completed', end.message)
    assert.equal(source.fetched.length - before, 1)
  })

  test('only an executor with a source of repositories offers to build them', () => {
    assert.deepEqual(executor.supportedTypes, ['docker.hub', 'docker.github'])
    assert.deepEqual(newExecutor().supportedTypes, ['docker.hub'])
  })
})

/** Command lines of everything that runs on this machine. */
async function processes(): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))
  return Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
}
