import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import tar from 'tar-stream'
import { systemClock } from '../../../src/app/system.ts'
import type { RepositoryFiles } from '../../../src/core/ports/repository-source.ts'
import { RepositoryApi } from '../../../src/github/repository-api.ts'
import { RepositoryCheckout } from '../../../src/github/repository-checkout.ts'
import { createRepositorySource } from '../../../src/github/repository-source.ts'
import { RequestPace } from '../../../src/github/request-pace.ts'
import { GitHubServer } from '../../support/github-server/server.ts'
import { makeRepository, type LocalRepository } from '../../support/local-git.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

const NEVER = new AbortController().signal

interface Town extends AsyncDisposable {
  readonly server: GitHubServer
  readonly token: string
  readonly local: LocalRepository
}

async function openTown({ isPrivate = true } = {}): Promise<Town> {
  const server = await new GitHubServer({ clock: systemClock }).listen()
  const local = await makeRepository({ 'app/Dockerfile': 'FROM scratch\n', 'app/run.sh': 'echo hi\n', README: 'x' })
  server.addRepository('octo/app', { isPrivate }).sources = local.folder
  return {
    server,
    token: server.accounts.token(server.accounts.addUser({ login: 'ann' })),
    local,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await local[Symbol.asyncDispose]()
    },
  }
}

function sourceOf(server: GitHubServer, token: string | undefined, { idleMs = 60_000, temporary = tmpdir() } = {}) {
  const apiUrl = server.url
  const shown = token === undefined ? {} : { token }
  const pace = new RequestPace({ clock: systemClock, spreadMs: () => 0 })
  return createRepositorySource({
    api: new RepositoryApi({ ...shown, apiUrl, userAgent: 'test', pace, clock: systemClock }),
    checkout: new RepositoryCheckout({ ...shown, apiUrl, temporary, path: process.env['PATH'] ?? '' }),
    apiUrl,
    clock: systemClock,
    idleMs,
  })
}

async function filesIn({ tar: bytes, leadingFolders }: RepositoryFiles): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  const extract = tar.extract()
  extract.on('entry', (header, content, next) => {
    const chunks: Buffer[] = []
    const parts = header.name.split('/').filter((part) => part !== '.')
    content.on('data', (chunk: Buffer) => chunks.push(chunk))
    content.on('end', () => {
      if (header.type === 'file') files[parts.slice(leadingFolders).join('/')] = Buffer.concat(chunks).toString()
      next()
    })
  })
  await pipeline(bytes, extract)
  return files
}

test('a branch, a tag and a commit are each the commit they name now', async () => {
  await using town = await openTown()
  const { server, token, local } = town
  const git = (...words: string[]) => execFileSync('git', ['-C', local.folder, ...words])
  git('branch', 'feature/x')
  git('tag', 'v1')
  const source = sourceOf(server, token)
  for (const ref of ['HEAD', 'feature/x', 'v1', local.commit, local.commit.slice(0, 10)]) {
    assert.equal(await source.resolve('octo/app', ref, NEVER), local.commit, ref)
  }
  for (const name of ['octo/app.git', `${server.url}/octo/app`, `${server.url}/octo/app.git`]) {
    assert.equal(await source.resolve(name, 'HEAD', NEVER), local.commit, name)
  }
  assert.deepEqual(server.faultsOfContract, [])
})

test('what is not there is refused by its name, and what to do about it', async () => {
  await using town = await openTown()
  const source = sourceOf(town.server, town.token)
  await assert.rejects(source.resolve('octo/app', 'gone', NEVER), {
    code: 'bad_request',
    message: /find gone.*Check the ref/,
  })
  await assert.rejects(source.resolve('octo/none', 'HEAD', NEVER), {
    code: 'bad_request',
    message: /Check the name, or/,
  })
  await assert.rejects(source.resolve('https://elsewhere.example/o/r', 'HEAD', NEVER), {
    code: 'bad_request',
    message: /not from elsewhere\.example/,
  })
  await assert.rejects(sourceOf(town.server, 'wrong').resolve('octo/app', 'HEAD', NEVER), { code: 'unauthorized' })
  await assert.rejects(sourceOf(town.server, undefined).resolve('octo/app', 'HEAD', NEVER), {
    code: 'bad_request',
    message: /has no token/,
  })
})

test('the archive of a commit is read as it comes, and the token is shown to the API alone', async () => {
  await using town = await openTown()
  const source = sourceOf(town.server, town.token)
  const files = await source.fetch({ repository: 'octo/app', commit: town.local.commit }, NEVER)
  // The host of archives answers 404 to whoever shows it a token.
  assert.deepEqual(await filesIn(files), { 'app/Dockerfile': 'FROM scratch\n', 'app/run.sh': 'echo hi\n', README: 'x' })
  assert.deepEqual(town.server.faultsOfContract, [])
})

test('a public repository needs no token', async () => {
  await using town = await openTown({ isPrivate: false })
  const source = sourceOf(town.server, undefined)
  const commit = await source.resolve('octo/app', 'HEAD', NEVER)
  assert.ok('README' in (await filesIn(await source.fetch({ repository: 'octo/app', commit }, NEVER))))
})

for (const [fault, says] of [
  ['cut', /the connection was cut/],
  ['stall', /nothing came for 0\.3 s/],
] as const) {
  test(
    `an archive that is ${fault} half-way is a fault that names no secret address`,
    { timeout: 10_000 },
    async () => {
      await using town = await openTown()
      town.server.archives.fault = fault
      const source = sourceOf(town.server, town.token, { idleMs: 300 })
      const reading = (async () =>
        filesIn(await source.fetch({ repository: 'octo/app', commit: town.local.commit }, NEVER)))()
      await assert.rejects(reading, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'peer_unreachable')
        assert.match(error.message, says)
        assert.doesNotMatch(error.message, /secret|codeload/)
        return true
      })
    },
  )
}

test('GitHub out of order or out of patience is a reason to come again later', async () => {
  await using town = await openTown()
  town.server.addFault({ operation: 'repos/get-commit', fault: { kind: 'status', status: 502 }, times: 1 })
  town.server.addFault({
    operation: 'repos/get-commit',
    fault: { kind: 'secondary', status: 403, retryAfter: 7 },
    times: 1,
  })
  const source = sourceOf(town.server, town.token)
  await assert.rejects(source.resolve('octo/app', 'HEAD', NEVER), { code: 'peer_unreachable' })
  await assert.rejects(source.resolve('octo/app', 'HEAD', NEVER), { code: 'rate_limited' })
  // And it is not asked while it wants to be left alone.
  const asked = town.server.seen.length
  await assert.rejects(source.resolve('octo/app', 'HEAD', NEVER), { code: 'rate_limited' })
  assert.equal(town.server.seen.length, asked)
})

test('submodules come by git when they are asked for, with the token for their server alone, and leave nothing behind', async () => {
  await using town = await openTown()
  await using library = await makeRepository({ 'lib.txt': 'of the library' })
  town.server.addRepository('octo/library', { isPrivate: true }).sources = library.folder
  const { server, token, local } = town
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', local.folder, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...words], {
      stdio: 'pipe',
    })
  git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.folder, 'vendor/library')
  git('config', '--file', '.gitmodules', 'submodule.vendor/library.url', '../library.git')
  git('commit', '--quiet', '--all', '--message', 'with a submodule')
  await using scratch = await scratchDirectory()
  const source = sourceOf(server, token, { temporary: scratch.path })
  const commit = await source.resolve('octo/app', 'HEAD', NEVER)
  const plain = await filesIn(await source.fetch({ repository: 'octo/app', commit }, NEVER))
  assert.ok(!('vendor/library/lib.txt' in plain))
  const whole = await filesIn(await source.fetch({ repository: 'octo/app', commit, submodules: true }, NEVER))
  assert.equal(whole['vendor/library/lib.txt'], 'of the library')
  assert.deepEqual(
    Object.keys(whole).filter((name) => name.includes('.git/')),
    [],
  )
  assert.ok(!JSON.stringify(whole).includes(token))
  assert.deepEqual(await readdir(scratch.path), [])
  const gone = source.fetch({ repository: 'octo/app', commit: 'f'.repeat(40), submodules: true }, NEVER)
  await assert.rejects(gone, { code: 'bad_request' })
  assert.deepEqual(await readdir(scratch.path), [])
})
