import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../../src/app/system.ts'
import { createHostCredentials } from '../../../src/docker/images/registry-credentials.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'

async function host(config: unknown, helper?: string) {
  const scratch = await scratchDirectory('memory')
  const folder = scratch.path
  const log = new RecordingLog()
  if (config !== undefined) {
    await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  }
  if (helper !== undefined) {
    await writeFile(join(folder, 'docker-credential-test'), `#!/bin/sh\n${helper}\n`)
    await chmod(join(folder, 'docker-credential-test'), 0o755)
  }
  const path = `${folder}:/usr/bin:/bin`
  const find = createHostCredentials({ folder, path, home: folder, clock: systemClock, log })
  return { find, log, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
}

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })

test('a login of the host is found under every name that Docker keeps it by', async () => {
  await using there = await host({
    auths: {
      'https://index.docker.io/v1/': auth('hub:secret:with:colons'),
      'ghcr.io': auth('ann:one'),
      'https://quay.example/v2/': auth('bob:two'),
      'plain.example:5000': { username: 'cat', password: 'three' },
      'broken.example': auth('no colon'),
    },
  })
  assert.deepEqual(await there.find('docker.io'), { username: 'hub', password: 'secret:with:colons' })
  assert.deepEqual(await there.find('ghcr.io'), { username: 'ann', password: 'one' })
  assert.deepEqual(await there.find('quay.example'), { username: 'bob', password: 'two' })
  assert.deepEqual(await there.find('plain.example:5000'), { username: 'cat', password: 'three' })
  assert.equal(await there.find('broken.example'), undefined)
  assert.equal(await there.find('example'), undefined)
})

test('a credential helper is asked for the one registry it is for', async () => {
  const script = `read server; printf '{"ServerURL":"%s","Username":"of %s","Secret":"s"}' "$server" "$server"`
  await using there = await host(
    { credHelpers: { 'ecr.example': 'test' }, auths: { 'ghcr.io': auth('ann:one') } },
    script,
  )
  assert.deepEqual(await there.find('ecr.example'), { username: 'of ecr.example', password: 's' })
  assert.deepEqual(await there.find('ghcr.io'), { username: 'ann', password: 'one' })
})

test('a store of all logins is asked, and may have none', async () => {
  await using there = await host({ credsStore: 'test' }, 'echo "credentials not found in native keychain"; exit 1')
  assert.equal(await there.find('docker.io'), undefined)
  assert.deepEqual(there.log.lines, [])
})

test('a host without logins has none, and a file that cannot be read is told without its content', async () => {
  await using none = await host(undefined)
  assert.equal(await none.find('ghcr.io'), undefined)
  assert.deepEqual(none.log.lines, [])
  await using broken = await host('{"auths": {"ghcr.io": {"auth": "c2VjcmV0')
  assert.equal(await broken.find('ghcr.io'), undefined)
  await using failing = await host({ credsStore: 'test' }, 'echo secret; exit 3')
  assert.equal(await failing.find('ghcr.io'), undefined)
  await using climbing = await host({ credsStore: '../../bin/sh' })
  assert.equal(await climbing.find('ghcr.io'), undefined)
  for (const { log } of [broken, failing, climbing]) {
    assert.equal(log.lines.length, 1)
    assert.doesNotMatch(JSON.stringify(log.lines), /secret|c2Vj/)
  }
})
