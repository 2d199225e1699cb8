import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createToken, listTokens, revokeToken } from '../../../src/app/access-tokens.ts'
import { createAuthenticate } from '../../../src/app/http/bearer-tokens.ts'
import { systemClock, systemRandom } from '../../../src/app/system.ts'
import { TokenBook } from '../../../src/app/token-book.ts'
import type { Clock } from '../../../src/core/ports/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

const system = { clock: systemClock, random: systemRandom }
const ACCESS = ['tasks:read', 'tasks:submit'] as const

async function stateDir(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-tokens-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function bookOf(t: TestContext, folder: string, clock: Clock = systemClock): Promise<TokenBook> {
  const book = new TokenBook({ stateDir: folder, clock, log: new RecordingLog() })
  await book.start()
  t.after(() => book.stop())
  return book
}

test('a token is shown once and kept as a hash, for its owner alone', async (t) => {
  const folder = await stateDir(t)
  const { token } = await createToken(folder, { name: 'ci', access: ACCESS, expiresInMs: 1_000 }, system)
  assert.match(token, /^rmt_[\w-]{43}$/)
  assert.deepEqual(await readdir(join(folder, 'tokens')), ['ci.json'])
  const path = join(folder, 'tokens', 'ci.json')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(join(folder, 'tokens'))).mode & 0o777, 0o700)
  assert.ok(!(await readFile(path, 'utf8')).includes(token.slice(4)))
  const [listed] = await listTokens(folder)
  assert.deepEqual([listed?.name, listed?.access], ['ci', [...ACCESS]])
  assert.equal((listed?.expiresAt ?? 0) - (listed?.createdAt ?? 0), 1_000)
})

test('of many that choose one name at once, one gets it, and nothing else is left', async (t) => {
  const folder = await stateDir(t)
  const made = await Promise.allSettled(
    Array.from({ length: 10 }, () => createToken(folder, { name: 'same', access: ACCESS }, system)),
  )
  const refused = made.filter((each) => each.status === 'rejected')
  assert.equal(refused.length, 9)
  assert.match(String(refused[0]?.reason), /token revoke same/)
  assert.deepEqual(await readdir(join(folder, 'tokens')), ['same.json'])
})

test('names that are none, taken by the peer itself, or not there, are refused with what to do', async (t) => {
  const folder = await stateDir(t)
  for (const name of ['', '../x', 'A', 'a/b', '.a', 'x'.repeat(64), 'default']) {
    await assert.rejects(createToken(folder, { name, access: ACCESS }, system), { code: 'bad_request' }, name)
  }
  await assert.rejects(revokeToken(folder, 'nobody'), { code: 'bad_request', message: /token list/ })
  assert.deepEqual(await listTokens(folder), [])
})

test('a running peer knows a token as soon as it is made, and no longer than until it is revoked', async (t) => {
  const folder = await stateDir(t)
  const book = await bookOf(t, folder)
  assert.equal(await book.authenticate('rmt_guess'), undefined)
  const { token } = await createToken(folder, { name: 'ci', access: ACCESS }, system)
  const credential = await book.authenticate(token)
  assert.deepEqual([credential?.caller.principal, [...(credential?.caller.access ?? [])]], ['token:ci', [...ACCESS]])
  assert.equal(credential?.ended?.aborted, false)
  const { token: other } = await createToken(folder, { name: 'other', access: ACCESS }, system)
  assert.equal((await book.authenticate(other))?.caller.principal, 'token:other')
  assert.equal((await book.authenticate(token))?.ended, credential.ended, 'still the same')
  await revokeToken(folder, 'ci')
  assert.equal(await book.authenticate(token), undefined)
  assert.equal(credential.ended.aborted, true)
  assert.equal((await book.authenticate(other))?.caller.principal, 'token:other')
})

test('the end of a token is told to whoever is connected without anybody asking', async (t) => {
  const folder = await stateDir(t)
  const { token } = await createToken(folder, { name: 'ci', access: ACCESS }, system)
  const clock = new ManualClock()
  const book = await bookOf(t, folder, clock)
  const { ended } = (await book.authenticate(token)) ?? {}
  const told = new Promise((resolve) => ended?.addEventListener('abort', resolve))
  await revokeToken(folder, 'ci')
  await clock.advance(1_000)
  await told
})

test('a token ends when its time is over', async (t) => {
  const folder = await stateDir(t)
  const clock = new ManualClock()
  const { token } = await createToken(
    folder,
    { name: 'brief', access: ACCESS, expiresInMs: 5_000 },
    { clock, random: systemRandom },
  )
  const book = await bookOf(t, folder, clock)
  const credential = await book.authenticate(token)
  assert.equal(credential?.caller.principal, 'token:brief')
  await clock.advance(5_000)
  assert.equal(await book.authenticate(token), undefined)
  assert.equal(credential.ended?.aborted, true)
})

test('a file that is no token is passed over', async (t) => {
  const folder = await stateDir(t)
  await createToken(folder, { name: 'good', access: ACCESS }, system)
  await writeFile(join(folder, 'tokens', 'half.json'), '{"access":')
  await writeFile(join(folder, 'tokens', 'alien.json'), '{"access":["root"],"created_at":1,"sha256":"x"}')
  await writeFile(join(folder, 'tokens', 'notes.txt'), 'x')
  assert.deepEqual(
    (await listTokens(folder)).map(({ name }) => name),
    ['good'],
  )
})

test('the owner’s own token has its rights, a given one its own, and anything else none', async (t) => {
  const folder = await stateDir(t)
  const { token } = await createToken(folder, { name: 'ci', access: ACCESS }, system)
  const authenticate = createAuthenticate({
    own: 'rmt_own',
    ownAccess: new Set(['admin']),
    book: await bookOf(t, folder),
    oauth: undefined,
  })
  assert.equal((await authenticate('rmt_own'))?.caller.principal, 'token:default')
  assert.equal((await authenticate(token))?.caller.principal, 'token:ci')
  for (const wrong of ['', 'rmt_', 'rmt_owm', `${token}x`, 'a.b.c'])
    assert.equal(await authenticate(wrong), undefined, wrong)
})
