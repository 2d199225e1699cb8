import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../../src/app/config.ts'
import { findRunnerName } from '../../../../src/app/detection/runner-name.ts'
import { scratchDirectory } from '../../../support/scratch-directory.ts'

async function runnerFolder(content: string) {
  const scratch = await scratchDirectory()
  const temp = join(scratch.path, '_work', '_temp')
  await mkdir(temp, { recursive: true })
  await writeFile(join(scratch.path, '.runner'), content)
  return { RUNNER_TEMP: temp, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
}

const nameIn = (environment: Record<string, string>) => findRunnerName(loadConfig(environment))

test('a name that is set wins, then RUNNER_NAME, then that of the runner’s folder, then the host’s', async () => {
  await using folder = await runnerFolder('\ufeff{\n  "agentId": 1,\n  "agentName": "from-folder"\n}')
  const { RUNNER_TEMP } = folder
  assert.equal(await nameIn({ RUNNER_MESH_RUNNER_NAME: 'set', RUNNER_NAME: 'variable', RUNNER_TEMP }), 'set')
  assert.equal(await nameIn({ RUNNER_NAME: 'variable', RUNNER_TEMP }), 'variable')
  assert.equal(await nameIn({ RUNNER_NAME: ' ', RUNNER_TEMP }), 'from-folder')
  assert.equal(await nameIn({}), hostname())
})

test('a runner file that is none, and one with a name that shows nothing, are passed over', async () => {
  for (const content of ['', '[]', '{"agentName":7}', '{"agentName":"\\u200b"}']) {
    await using folder = await runnerFolder(content)
    assert.equal(await nameIn({ RUNNER_TEMP: folder.RUNNER_TEMP }), hostname())
  }
})

test('a name is one clean line, wherever it is from', async () => {
  assert.equal(await nameIn({ RUNNER_NAME: 'red\u001b[31m\nrunner' }), 'red runner')
})
