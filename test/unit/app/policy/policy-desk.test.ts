import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { loadConfig } from '../../../../src/app/config.ts'
import { systemClock } from '../../../../src/app/system.ts'
import { checkTask, showPolicy, writeStartingPolicy } from '../../../../src/app/policy/policy-desk.ts'
import { hostPolicy, plainPolicy } from '../../../../src/core/policy/host-policy.ts'
import { scratchDirectory } from '../../../support/scratch-directory.ts'

const view = (policy: Parameters<typeof hostPolicy.parse>[0], secretNames: readonly string[] = []) => ({
  ...{ file: 'p.yml', digest: 'd', secretNames },
  policy: hostPolicy.parse(policy),
})
const refused = (...call: Parameters<typeof checkTask>) =>
  checkTask(...call)
    .rules.filter(({ allowed }) => !allowed)
    .map(({ rule, message }) => `${rule}: ${message}`)

test('a task is checked as a submit takes it: flat, with a payload, in YAML, in JSON, in the predecessor’s words', () => {
  const policy = view({ images: { allow: ['alpine'] }, limits: { run_seconds: 60, memory_mb: 512 } })
  const fits = { image: 'alpine', memory_mb: 512, clocks: { run_ms: 60_000 }, priority: 7 }
  assert.deepEqual(refused(policy, JSON.stringify(fits), {}), [])
  assert.deepEqual(refused(policy, 'image: alpine\nmemory_mb: 512\nclocks: {run_ms: 60000}\n', {}), [])
  const theirs = { task_type: 'docker.run', payload: { image: 'busybox', memory_limit: '1g', timeout: 30 } }
  assert.deepEqual(refused(policy, JSON.stringify(theirs), {}), [
    'images: docker.io/library/busybox matches nothing in images.allow',
    'limits: asks for memory_mb 1024, limits.memory_mb is 512',
  ])
  assert.deepEqual(refused(view({ repositories: { deny: ['**'] } }), 'repo_url: o/r\n', {}).length, 1)
})

test('the predecessor’s words count in a flat file too, and what nobody grants is refused by name', () => {
  const policy = view({ profile: 'trusted', network: 'bridge', mounts: [{ path: '/srv' }] })
  const trusted = 'image: alpine\nprofile: trusted\n'
  assert.deepEqual(refused(policy, `${trusted}volumes: {/srv/models: '/models:ro'}\nmemory_limit: 512m\n`, {}), [])
  assert.deepEqual(refused(policy, `${trusted}volumes: {/home: '/x:ro'}\n`, {}), ['mounts: mounts does not list /home'])
  for (const field of ['privileged: true', 'network_mode: host'])
    assert.throws(() => checkTask(policy, `image: alpine\n${field}\n`, {}), {
      code: 'policy_refused',
      message: new RegExp(`^${field.split(':')[0] ?? ''}:? .*granted by no runner`),
    })
})

test('words that YAML takes for something else are told of', () => {
  assert.throws(
    () => checkTask(view({}), 'image: alpine\ncommand: [true]\n', {}),
    /^RunnerMeshError: command: is neither text nor a list of texts; quote/,
  )
})

test('what is no task is refused with what is wrong', () => {
  assert.throws(() => checkTask(view({}), 'image: [', {}), {
    code: 'bad_request',
    message: /^The task is not YAML or JSON: [^\n]* at line 1, column 9\.$/,
  })
  assert.throws(() => checkTask(view({}), '- a\n', {}), /not an object with fields/)
  assert.throws(() => checkTask(view({}), 'image: alpine\nvolumez: {}\n', {}), { code: 'unknown_field' })
  assert.throws(() => checkTask(view({}), 'task_type: other\npayload: {}\n', {}), /is about containers/)
})

test('who asks counts: signer, submitter, depth and the secrets that are really there', () => {
  const policy = view(
    { submitters: [], loop_depth: 1, secrets: { A: { submitters: ['token:ci'] }, B: {}, RUNNER_MESH_TASK_TOKEN: {} } },
    ['A'],
  )
  const task = (secret: string) => JSON.stringify({ image: 'alpine', secrets: { X: secret } })
  assert.deepEqual(refused(policy, task('A'), { submitter: 'token:ci' }), [])
  assert.match(refused(policy, task('A'), {})[0] ?? '', /^secrets: A is not for docker\.io\/library\/alpine/)
  assert.deepEqual(refused(policy, task('B'), {}), ['secrets: B is not in the secrets file of this host'])
  assert.deepEqual(refused(policy, task('RUNNER_MESH_TASK_TOKEN'), {}), [])
  assert.deepEqual(
    refused(policy, '{"image": "a"}', { signer: '12D3KooW', depth: 2 }).map((line) => line.split(':')[0]),
    ['submitters', 'loop_depth'],
  )
})

test('the command line writes a policy once, shows it, and answers a refusal with exit code 65', async () => {
  await using scratch = await scratchDirectory()
  const config = loadConfig({ RUNNER_MESH_STATE_DIR: scratch.path })
  const path = await writeStartingPolicy(config)
  assert.equal(path, join(scratch.path, 'policy.yml'))
  assert.equal((await stat(path)).mode & 0o022, 0)
  await assert.rejects(writeStartingPolicy(config), /There is a policy file already/)
  const shown = await showPolicy(config, systemClock)
  assert.deepEqual([shown.file, shown.policy, shown.closed], [path, plainPolicy(), undefined])

  const task = join(scratch.path, 'task.yml')
  await writeFile(task, 'image: alpine\nnetwork: bridge\n')
  const cli = new URL('../../../../src/cli/main.ts', import.meta.url).pathname
  const argv = [cli, '--state-dir', scratch.path, 'policy', 'check', task]
  await assert.rejects(promisify(execFile)(process.execPath, argv), (error: { code: number; stdout: string }) => {
    assert.equal(error.code, 65)
    assert.match(error.stdout, /^NO +network +asks for network bridge, the policy allows none$/m)
    return true
  })

  await writeFile(
    path,
    (await readFile(path, 'utf8'))
      .replace('pause: false', 'pause: true')
      .replace(/^network: none$/m, 'network: bridge'),
  )
  const { stdout } = await promisify(execFile)(process.execPath, argv)
  assert.match(
    stdout,
    /^It may run here, by .*\nNo work is taken at this time, whatever the task: the policy pauses this host\.$/m,
  )
})
