/** Dockerfiles that build on images of a registry that asks for a login. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test, type TestContext } from 'node:test'
import { repositoryTask, type RepositoryTask } from '../../../src/core/container-task.ts'
import { systemClock } from '../../../src/app/system.ts'
import { BUILD_LABEL, buildTag } from '../../../src/docker/images/image-builder.ts'
import { pulledTag } from '../../../src/docker/images/image-keeper.ts'
import { createHostCredentials } from '../../../src/docker/images/registry-credentials.ts'
import type { DockerExecutorDeps } from '../../../src/docker/docker-executor.ts'
import { ensureBusyboxImage } from '../../support/busybox-image.ts'
import { docker, findEngineProblem, newExecutor, newRun, startRun } from '../../support/container-runs.ts'
import { localGitSource, makeRepository } from '../../support/local-git.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { moveToRegistry, startRegistry, type TestRegistry } from '../../support/registry.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const skip = await findEngineProblem()
const NAME = `test/private-${process.pid}`
const LOGIN = { username: 'ann', password: `secret-${randomBytes(12).toString('hex')}` }
const BASIC = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')
const NEEDLES = [LOGIN.password, BASIC, Buffer.from(LOGIN.password).toString('base64').replace(/=+$/, '')]

suite('building on images of a private registry', { skip, timeout: 120_000 }, () => {
  const folders = new Map<string, string>()
  const source = localGitSource(folders)
  const images: string[] = []
  let registry: TestRegistry
  let base: string
  let tool: string
  let serial = 0

  before(async () => {
    registry = await startRegistry()
    const publish = async (name: string) => {
      const image = `${registry.host}/test/${name}:1`
      images.push(image)
      await ensureBusyboxImage(docker, image, {
        files: [{ name, content: Buffer.from(randomBytes(16).toString('hex')) }],
      })
      await moveToRegistry(docker, image)
      return image
    }
    base = await publish('base')
    tool = await publish('tool')
    registry.keepPrivate(LOGIN)
  })
  after(async () => {
    for (const { Id, Labels } of await docker.listImages({ filters: { label: [BUILD_LABEL] } })) {
      if ((Labels[BUILD_LABEL] ?? '').startsWith(NAME)) await docker.getImage(Id).remove({ force: true })
    }
    await forgetBases()
    await registry.stop()
  })

  /** The engine has none of the base images. */
  const forgetBases = async () => {
    for (const image of images.flatMap((name) => [name, pulledTag(name)]))
      await docker
        .getImage(image)
        .remove({ force: true })
        .catch(() => undefined)
    registry.shown.length = 0
  }

  /** What `docker login` leaves behind. */
  const loggedIn = async (t: TestContext, auths: Readonly<Record<string, string>>) => {
    const scratch = await scratchDirectory()
    t.after(() => scratch[Symbol.asyncDispose]())
    const folder = scratch.path
    const config = { auths: Object.fromEntries(Object.entries(auths).map(([host, auth]) => [host, { auth }])) }
    await writeFile(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 })
    return createHostCredentials({ folder, path: '', home: folder, clock: systemClock, log: new RecordingLog() })
  }

  const build = async (
    t: TestContext,
    dockerfile: string,
    deps: Partial<DockerExecutorDeps>,
    more: Partial<RepositoryTask> = {},
  ) => {
    const repository = await makeRepository({ Dockerfile: dockerfile })
    t.after(() => repository[Symbol.asyncDispose]())
    serial += 1
    const repo_url = `${NAME}-${String(serial)}`
    folders.set(repo_url, repository.folder)
    const task = repositoryTask.parse({ repo_url, commit: repository.commit, memory_mb: 64, pids: 64, ...more })
    const executor = newExecutor({ repositories: source, allowsImage: () => true, ...deps })
    const run = { ...newRun(), container: { kind: 'repository', ...task } } as const
    const { heard, end } = startRun(executor, run)
    return { end: await end, heard, tag: buildTag({ ...task, commit: repository.commit }) }
  }

  const withLogin =
    (buildKit: boolean) =>
    async (t: TestContext): Promise<void> => {
      await forgetBases()
      const dockerfile = [
        'ARG REGISTRY',
        `FROM \${REGISTRY}/test/base:1 AS first`,
        `COPY --from=${tool} /tool /tool`,
        // Whatever a step can look at.
        `RUN { env; ls /sys/class/net; cat /proc/*/environ /proc/*/cmdline; find / -xdev -name "*.json" -path "*docker*"; } > /seen 2>&1; true`,
        'CMD ["sh", "-c", "cat /base /tool; tr \'\\\\0\' \'\\\\n\' < /seen"]',
      ].join('\n')
      const { end, heard, tag } = await build(
        t,
        dockerfile,
        { credentials: await loggedIn(t, { [registry.host]: BASIC }), settings: { buildKit } },
        { build_args: { REGISTRY: registry.host } },
      )
      assert.equal(end.status, 'completed', end.message)
      assert.match(heard.stdout(), /^[0-9a-f]{64}/, 'files of both images are there')
      assert.match(heard.stdout(), /eth0/, 'steps have the network that builds may have')
      assert.ok(
        heard.notes.some((note) => note.startsWith(`preparing: Pulling ${base}`)),
        heard.notes.join('\n'),
      )
      assert.ok(registry.shown.includes(`Basic ${BASIC}`), 'the registry was shown the login')

      const image = docker.getImage(tag)
      const bytes: Buffer[] = []
      for await (const chunk of await image.get()) bytes.push(Buffer.from(chunk as Uint8Array))
      const everywhere: readonly (readonly [string, string])[] = [
        ['its layers and configuration', Buffer.concat(bytes).toString('latin1')],
        ['its history', JSON.stringify(await image.history())],
        ['what the engine says of it', JSON.stringify(await image.inspect())],
        ['the output', heard.stdout() + heard.stderr()],
        ['the progress', heard.notes.join('\n')],
        ['the end', JSON.stringify(end)],
      ]
      for (const [where, text] of everywhere)
        for (const needle of NEEDLES) assert.ok(!text.includes(needle), `${where} holds the login`)
    }
  test('with a login of the host a build has its images, and sees nothing of the login', withLogin(false))
  test('with a login of the host a build of BuildKit has its images, and sees nothing of the login', withLogin(true))

  test('without a login, or with a wrong one, the task fails with the image and what to do, and another host may try', async (t) => {
    const wrong = Buffer.from('ann:wrong').toString('base64')
    for (const deps of [{}, { credentials: await loggedIn(t, { [registry.host]: wrong }) }]) {
      await forgetBases()
      const { end } = await build(t, `FROM ${base}\nCMD true\n`, deps)
      assert.deepEqual([end.status, end.reason, end.hostFault], ['failed', 'pull', true], end.message)
      assert.equal(
        end.message,
        `Cannot pull ${base}: ${registry.host} refuses this runner. Give it credentials for ${registry.host}.`,
      )
    }
  })

  test('a registry is shown its own login, never that of another', async (t) => {
    await forgetBases()
    const credentials = await loggedIn(t, { '127.0.0.1:1': BASIC, 'https://index.docker.io/v1/': BASIC })
    const { end } = await build(t, `FROM ${base}\nCMD true\n`, { credentials })
    assert.deepEqual([end.status, end.reason], ['failed', 'pull'], end.message)
    assert.deepEqual(registry.shown, [])
  })

  test('an image that the host policy does not allow is asked for without the login, and the fault says so', async (t) => {
    await forgetBases()
    const credentials = await loggedIn(t, { [registry.host]: BASIC })
    const allowsImage = (image: string) => image !== tool
    const { end } = await build(t, `FROM ${tool}\nCMD true\n`, { credentials, allowsImage })
    assert.deepEqual([end.status, end.reason], ['failed', 'build'], end.message)
    assert.match(
      end.message ?? '',
      /It was asked for without credentials: images of the host policy do not allow 127\.0\.0\.1:[0-9]+\/test\/tool:1\.$/,
    )
    assert.deepEqual(registry.shown, [])
    const control = await build(t, `FROM ${tool}\nCMD true\n`, { credentials })
    assert.equal(control.end.status, 'completed', control.end.message)
  })
})
