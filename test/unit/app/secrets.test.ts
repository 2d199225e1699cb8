import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadConfig } from '../../../src/app/config.ts'
import { loadMeshKeys } from '../../../src/app/mesh-keys.ts'
import { findOrMakeSecret, findSecret } from '../../../src/app/secret-file.ts'
import { socketPath, stateDirectory } from '../../../src/app/state-directory.ts'
import { systemRandom } from '../../../src/app/system.ts'

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-secrets-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('a secret that many make at once is one secret, for its owner alone, and nothing else is left', async (t) => {
  const folder = await scratch(t)
  const path = join(folder, 'token')
  let made = 0
  const secrets = await Promise.all(
    Array.from({ length: 20 }, () =>
      findOrMakeSecret(
        path,
        () => {
          made += 1
          return `secret-${String(made)}`
        },
        systemRandom,
      ),
    ),
  )
  assert.equal(new Set(secrets).size, 1)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(folder), ['token'])
  assert.equal(await findSecret(join(folder, 'none')), undefined)
})

test('a directory that cannot be written to is named', async (t) => {
  const folder = await scratch(t)
  await writeFile(join(folder, 'file'), '')
  await assert.rejects(
    findOrMakeSecret(join(folder, 'file', 'token'), () => 'x', systemRandom),
    (error: Error & { code?: string }) =>
      error.code === 'config_invalid' && error.message.includes(join(folder, 'file')),
  )
})

test('the first peer makes the mesh key, others are told where to get it, and a former key stays accepted', async (t) => {
  const [first, second] = [await scratch(t), await scratch(t)]
  const config = loadConfig({})
  const [made] = await loadMeshKeys({ config, stateDir: first, make: true, random: systemRandom })
  const [again] = await loadMeshKeys({ config, stateDir: first, make: true, random: systemRandom })
  assert.equal(made.meshId, again.meshId)
  await assert.rejects(loadMeshKeys({ config, stateDir: second, make: false, random: systemRandom }), {
    code: 'config_invalid',
    message: /--key-file/,
  })
  const [other] = await loadMeshKeys({ config, stateDir: second, make: true, random: systemRandom })
  const rotated = loadConfig({
    RUNNER_MESH_KEY_FILE: join(second, 'mesh.key'),
    RUNNER_MESH_PREVIOUS_KEY_FILES: join(first, 'mesh.key'),
  })
  const keys = await loadMeshKeys({ config: rotated, stateDir: second, make: false, random: systemRandom })
  assert.deepEqual(
    keys.map(({ meshId }) => meshId),
    [other.meshId, made.meshId],
  )
  const missing = loadConfig({ RUNNER_MESH_KEY_FILE: '/nonexistent/mesh.key' })
  await assert.rejects(
    loadMeshKeys({ config: missing, stateDir: second, make: true, random: systemRandom }),
    /\/nonexistent\/mesh\.key/,
  )
})

test('the state directory follows the setting, then XDG, then HOME; a socket path is never too long', () => {
  assert.equal(stateDirectory(loadConfig({ RUNNER_MESH_STATE_DIR: '/srv/mesh' })), '/srv/mesh')
  assert.equal(stateDirectory(loadConfig({ XDG_STATE_HOME: '/x', HOME: '/h' })), '/x/runner-mesh')
  assert.equal(stateDirectory(loadConfig({ HOME: '/h' })), '/h/.local/state/runner-mesh')
  assert.throws(() => stateDirectory(loadConfig({})), { code: 'config_invalid' })
  assert.equal(socketPath('/srv/mesh', loadConfig({})), '/srv/mesh/peer.sock')
  const long = `/srv/${'deep/'.repeat(40)}`
  const path = socketPath(long, loadConfig({ XDG_RUNTIME_DIR: '/run/user/1000' }))
  assert.match(path, /^\/run\/user\/1000\/runner-mesh-[0-9a-f]{24}\.sock$/)
  assert.notEqual(path, socketPath(`${long}x`, loadConfig({ XDG_RUNTIME_DIR: '/run/user/1000' })))
})
