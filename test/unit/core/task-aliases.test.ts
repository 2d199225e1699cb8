import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { imageTask, repositoryTask } from '../../../src/core/container-task.ts'
import { parseInput } from '../../../src/core/operations/invoke.ts'
import { canonicalTaskType, translatePayload } from '../../../src/core/task-aliases.ts'
import type { JsonObject } from '../../../src/core/task.ts'
import { readVectors } from '../../support/vectors.ts'

const image = (payload: JsonObject) => {
  const theirs = translatePayload('docker.hub', payload)
  assert.ok(theirs !== undefined)
  return { ...theirs, task: parseInput(imageTask, theirs.payload) }
}
const refuses = (payload: JsonObject, code: string, text: RegExp) => {
  assert.throws(
    () => image({ image: 'alpine', ...payload }),
    (error: Error & { code?: string }) => error.code === code && text.test(error.message),
    JSON.stringify(payload),
  )
}

test('every name that the predecessor has for a container task is one of ours', () => {
  for (const name of [
    'docker.execute',
    'docker.run',
    'docker.hub',
    'docker.execute_docker_container',
    ' Docker.Run ',
  ]) {
    assert.equal(canonicalTaskType(name), 'docker.hub', name)
  }
  for (const name of ['docker.github', 'docker.github_repo', 'docker.build_and_execute_github_repo']) {
    assert.equal(canonicalTaskType(name), 'docker.github', name)
  }
  assert.equal(canonicalTaskType('tool.call'), 'tool.call')
  assert.equal(translatePayload('tool.call', { volumes: {} }), undefined)
})

test('a payload in the predecessor’s words becomes the same closed task', () => {
  const { task, runMs, queue } = image({
    image: 'alpine:3.19',
    cmd: 'echo "two words"',
    entrypoint: ['sh', '-c'],
    env: { A: 'b' },
    gpu: true,
    memory_limit: '1.5g',
    cpu_limit: 2.5,
    timeout: 12.5,
    network_mode: 'bridge',
    working_dir: '/w',
    user: '1000:1000',
    read_only: true,
    no_new_privileges: true,
    privileged: false,
    stream_output: true,
    volumes: { '/data': '/in:ro', '/out': { bind: '/results', mode: 'rw' } },
    priority: 7,
    session_id: 's',
  })
  assert.deepEqual(task, {
    image: 'alpine:3.19',
    command: 'echo "two words"',
    entrypoint: ['sh', '-c'],
    environment: { A: 'b' },
    gpus: 1,
    memory_mb: 1536,
    cpus: 2.5,
    disk_mb: 1024,
    pids: 512,
    network: 'bridge',
    working_dir: '/w',
    user: '1000:1000',
    read_only: true,
    profile: 'standard',
    mounts: [
      { source: '/data', target: '/in', read_only: true },
      { source: '/out', target: '/results', read_only: false },
    ],
  })
  assert.equal(runMs, 12_500)
  assert.deepEqual(queue, { priority: 7, session_id: 's' })
})

test('a repository in the predecessor’s words becomes the same closed task', () => {
  const theirs = translatePayload('docker.github', {
    repo: 'https://github.com/o/r',
    branch: 'dev',
    dockerfile: 'docker/Dockerfile',
    context: 'app',
    build_args: { A: '1' },
    command: [],
  })
  const task = parseInput(repositoryTask, theirs?.payload)
  assert.equal(task.repo_url, 'https://github.com/o/r')
  assert.equal(task.ref, 'dev')
  assert.equal(task.dockerfile_path, 'docker/Dockerfile')
  assert.equal(task.context_path, 'app')
  assert.equal(task.command, undefined)
})

test('sizes are read as docker run reads them', () => {
  const sizes: readonly (readonly [string | number, number])[] = [
    ['512m', 512],
    ['2g', 2048],
    ['2GiB', 2048],
    ['2048k', 2],
    [67_108_864, 64],
    ['67108865b', 65],
  ]
  for (const [text, mib] of sizes) {
    assert.equal(translatePayload('docker.hub', { memory_limit: text })?.payload['memory_mb'], mib, String(text))
  }
})

test('what loosens isolation is refused by its name', () => {
  refuses({ privileged: true }, 'policy_refused', /^privileged: true/)
  refuses({ no_new_privileges: false }, 'policy_refused', /^no_new_privileges: false/)
  refuses({ network_mode: 'host' }, 'policy_refused', /^network_mode "host"/)
  refuses({ network_mode: 'container:x' }, 'policy_refused', /^network_mode/)
  refuses({ extra_args: '--pid=host' }, 'unknown_field', /extra_args/)
  refuses({ cap_add: ['SYS_ADMIN'] }, 'unknown_field', /cap_add/)
})

test('what cannot be told in our words is refused by its name', () => {
  refuses({ memory_limit: 'lots' }, 'bad_request', /^memory_limit/)
  refuses({ timeout: 0 }, 'bad_request', /^timeout/)
  refuses({ gpus: 'device=0' }, 'bad_request', /^gpus/)
  refuses({ volumes: ['/a:/b'] }, 'bad_request', /^volumes/)
  refuses({ volumes: { '/a': '/b:rshared' } }, 'bad_request', /^volumes: "\/a"/)
  refuses({ volumes: { '../a': '/b' } }, 'bad_request', /mounts/)
  refuses({ volumes: { '/a/../etc': '/b' } }, 'bad_request', /mounts/)
  refuses({ env: {}, environment: {} }, 'bad_request', /env and environment|environment and env/)
  refuses({ command: [1] }, 'bad_request', /command/)
  refuses({ image: '--privileged' }, 'bad_request', /image/)
})

test('what the predecessor’s client was heard to send is understood', () => {
  const { canonical } = readVectors('task_types', z.object({ canonical: z.record(z.string(), z.string()) }))
  for (const [given, theirs] of Object.entries(canonical)) {
    // They keep docker.* names apart; here each is one of two.
    if (theirs.startsWith('docker.')) assert.match(canonicalTaskType(given), /^docker\.(hub|github)$/, given)
  }
  const { task } = image({ image: 'alpine:3.19', command: ['echo', 'hi'], priority: 7, idempotency_key: 'k1' })
  assert.deepEqual(task.command, ['echo', 'hi'])
})
