import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { systemRandom as random } from '../../../src/app/system.ts'
import { IDENTITY_FILE, loadIdentity } from '../../../src/mesh/identity.ts'

async function stateDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'runner-mesh-identity-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

test('a peer keeps its id over restarts, in a file that only its user can read', async (t) => {
  const stateDir = join(await stateDirectory(t), 'not', 'there', 'yet')
  const first = await loadIdentity({ stateDir, random })
  const again = await loadIdentity({ stateDir, random })
  assert.equal(again.peer, first.peer)
  assert.match(first.peer, /^12D3Koo/)
  assert.equal((await stat(join(stateDir, IDENTITY_FILE))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(stateDir), [IDENTITY_FILE])
})

test('starts at the same moment on a new directory end up with one key', async (t) => {
  const stateDir = await stateDirectory(t)
  const ids = await Promise.all(Array.from({ length: 20 }, () => loadIdentity({ stateDir, random })))
  assert.equal(new Set(ids.map(({ peer }) => peer)).size, 1)
  assert.deepEqual(await readdir(stateDir), [IDENTITY_FILE])
})

for (const [what, content] of [
  ['empty', Buffer.alloc(0)],
  ['garbage', Buffer.from('not a key')],
  ['cut short', Buffer.from([8, 1, 18, 64, 1, 2, 3])],
] as const) {
  test(`a key file that is ${what} is reported with what to do, and never overwritten`, async (t) => {
    const stateDir = await stateDirectory(t)
    const path = join(stateDir, IDENTITY_FILE)
    await writeFile(path, content, { mode: 0o600 })
    await assert.rejects(loadIdentity({ stateDir, random }), {
      code: 'config_invalid',
      message: new RegExp(`${path} is not an Ed25519 key.*Restore it.*delete it`),
    })
    assert.deepEqual(await readFile(path), content)
  })
}

test('a key file that others can read is reported with the command that mends it', async (t) => {
  const stateDir = await stateDirectory(t)
  await loadIdentity({ stateDir, random })
  const path = join(stateDir, IDENTITY_FILE)
  await chmod(path, 0o640)
  await assert.rejects(loadIdentity({ stateDir, random }), {
    code: 'config_invalid',
    message: new RegExp(`mode 640\\).*chmod 600 ${path}`),
  })
})

test('a state directory that cannot be made is reported with its path', async (t) => {
  const file = join(await stateDirectory(t), 'file')
  await writeFile(file, '')
  await assert.rejects(loadIdentity({ stateDir: join(file, 'state'), random }), {
    code: 'config_invalid',
    message: new RegExp(`${file}/state/${IDENTITY_FILE}`),
  })
})
