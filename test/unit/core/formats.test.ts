/** What others can see of this project, frozen: a change here is a change for every peer, agent and script in the field. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERROR_HELP } from '../../../scripts/docs/reference.ts'
import { environmentName, loadConfig, SETTINGS } from '../../../src/app/config.ts'
import { ENVELOPE_DOMAINS, taskEnvelope } from '../../../src/core/envelope.ts'
import { ERRORS, EXIT } from '../../../src/core/errors.ts'
import {
  base32,
  findTaskIdParts,
  formatTaskId,
  homeIdFromBytes,
  makeFence,
  parseTaskId,
} from '../../../src/core/ids.ts'
import { LEASE } from '../../../src/core/lease.ts'
import { CATALOG } from '../../../src/core/operations/catalog.ts'
import { PHASES, PRIORITY, PROFILES, REASONS, STATUSES } from '../../../src/core/task.ts'

test('a home id is 80 bits in lower-case base32', () => {
  assert.equal(base32(new TextEncoder().encode('foobar')), 'mzxw6ytboi')
  assert.equal(homeIdFromBytes(new Uint8Array(10)), 'aaaaaaaaaaaaaaaa')
  assert.equal(homeIdFromBytes(new Uint8Array(10).fill(255)), '7777777777777777')
  assert.throws(() => homeIdFromBytes(new Uint8Array(9)))
})

test('a task id is <home>.<epoch>.<seq>, and nothing else is one', () => {
  const home = homeIdFromBytes(new Uint8Array(10))
  assert.equal(formatTaskId({ home, epoch: 1, seq: 42 }), 'aaaaaaaaaaaaaaaa.1.42')
  assert.deepEqual(findTaskIdParts('aaaaaaaaaaaaaaaa.1.42'), { home, epoch: 1, seq: 42 })
  for (const wrong of [
    '',
    'x',
    'aaaaaaaaaaaaaaaa.1.0',
    'aaaaaaaaaaaaaaaa.01.1',
    'aaaaaaaaaaaaaaaa.8192.1',
    'AAAAAAAAAAAAAAAA.1.1',
    'aaaaaaaaaaaaaaaa.1.1 ',
    'aaaaaaaaaaaaaaa1.1.1',
    '../../etc/passwd',
  ]) {
    assert.throws(() => parseTaskId(wrong), { code: 'bad_request' }, wrong)
  }
})

test('task ids survive the way through text', () => {
  const parts = fc.record({
    bytes: fc.uint8Array({ minLength: 10, maxLength: 10 }),
    epoch: fc.nat(8191),
    seq: fc.integer({ min: 1, max: 2 ** 50 }),
  })
  fc.assert(
    fc.property(parts, ({ bytes, epoch, seq }) => {
      const id = formatTaskId({ home: homeIdFromBytes(bytes), epoch, seq })
      assert.deepEqual(findTaskIdParts(id), { home: homeIdFromBytes(bytes), epoch, seq })
    }),
  )
})

test('a fence is epoch·2^40 + lsn and orders by epoch, then by log number', () => {
  assert.equal(makeFence(0, 1), 1)
  assert.equal(makeFence(1, 1), 1_099_511_627_777)
  assert.equal(makeFence(8191, 2 ** 40 - 1), Number.MAX_SAFE_INTEGER)
  assert.ok(makeFence(2, 1) > makeFence(1, 2 ** 40 - 1))
  for (const [epoch, lsn] of [
    [8192, 1],
    [-1, 1],
    [0, 0],
    [0, 2 ** 40],
    [0.5, 1],
  ] as const)
    assert.throws(() => makeFence(epoch, lsn), { code: 'internal' })
})

test('statuses, phases, reasons and profiles are these', () => {
  assert.deepEqual(STATUSES, ['queued', 'running', 'completed', 'failed', 'cancelled'])
  assert.deepEqual(PHASES, ['blocked', 'delayed', 'held', 'ready', 'preparing', 'running', 'collecting', 'suspect'])
  assert.deepEqual(REASONS, [
    'exit',
    'signal',
    'oom',
    'timeout_queue',
    'timeout_prepare',
    'timeout_run',
    'timeout_total',
    'pull',
    'build',
    'policy',
    'disk',
    'worker_lost',
    'dependency',
    'cancelled',
  ])
  assert.deepEqual(PROFILES, ['strict', 'standard', 'trusted'])
  assert.deepEqual(PRIORITY, { lowest: 1, default: 5, highest: 10 })
  assert.deepEqual(LEASE, {
    leaseMs: 30_000,
    renewEveryMs: 10_000,
    renewJitter: 0.2,
    marginMs: 3_000,
    lostGraceMs: 600_000,
  })
})

test('exit codes and the error table are these', () => {
  assert.deepEqual(EXIT, {
    badRequest: 64,
    policy: 65,
    nobodyFits: 66,
    infrastructure: 67,
    timeout: 68,
    cancelled: 69,
    configuration: 78,
  })
  const table = Object.entries(ERRORS).map(
    ([code, { retry, http, exit }]) => `${code} ${retry} ${String(http)} ${String(exit)}`,
  )
  assert.deepEqual(table, [
    'bad_request never 400 64',
    'unknown_field never 400 64',
    'unknown_operation never 404 64',
    'task_not_found never 404 64',
    'invalid_transition never 409 64',
    'idempotency_conflict never 409 64',
    'dependency_cycle never 409 64',
    'too_large never 413 64',
    'unauthorized never 401 65',
    'forbidden never 403 65',
    'policy_refused never 403 65',
    'peer_not_allowed never 403 65',
    'not_admitted never 403 65',
    'signature_invalid never 403 65',
    'no_matching_runner later 409 66',
    'lease_lost never 409 67',
    'queue_full later 429 67',
    'quota_exceeded later 429 67',
    'rate_limited later 429 67',
    'storage_low later 507 67',
    'storage_failed later 503 67',
    'peer_unreachable later 503 67',
    'executor_unavailable later 503 67',
    'protocol_mismatch never 502 67',
    'stopping later 503 67',
    'internal never 500 67',
    'timeout later 504 68',
    'cancelled never 409 69',
    'config_invalid never 500 78',
    'address_in_use never 500 78',
    'home_locked never 500 78',
    'store_corrupt never 500 78',
    'store_newer never 500 78',
  ])
  assert.deepEqual(Object.keys(ERROR_HELP), Object.keys(ERRORS))
})

test('the signed envelope of a task has these fields under this domain', () => {
  assert.deepEqual(ENVELOPE_DOMAINS, {
    task: 'runner-mesh/task/1',
    announcement: 'runner-mesh/announcement/1',
    task_token: 'runner-mesh/task-token/1',
  })
  assert.deepEqual(Object.keys(taskEnvelope.shape), [
    'audience',
    'also',
    'nonce',
    'issued_at',
    'expires_at',
    'crit',
    'task_type',
    'payload',
    'clocks',
    'submitter',
    'depth',
  ])
})

test('the operations have these names and need these rights', () => {
  const rights = Object.fromEntries(Object.values(CATALOG).map(({ name, access }) => [name, access]))
  const expected = {
    p2p_taskqueue_status: 'tasks:read',
    p2p_taskqueue_submit: 'tasks:submit',
    p2p_taskqueue_submit_docker_hub: 'tasks:submit',
    p2p_taskqueue_submit_docker_github: 'tasks:submit',
    p2p_taskqueue_get_task: 'tasks:read',
    p2p_taskqueue_wait_task: 'tasks:read',
    p2p_taskqueue_list_tasks: 'tasks:read',
    p2p_taskqueue_explain: 'tasks:read',
    p2p_taskqueue_preview: 'tasks:submit',
    p2p_taskqueue_watch: 'admin',
    list_peers: 'peers:read',
    p2p_taskqueue_claim_next: 'tasks:work',
    p2p_taskqueue_renew: 'tasks:work',
    p2p_taskqueue_complete_task: 'tasks:work',
    p2p_taskqueue_release: 'tasks:work',
    p2p_taskqueue_cancel: 'tasks:cancel',
  }
  for (const [name, access] of Object.entries(expected)) assert.equal(rights[name], access, name)
})

test('a setting is one stem, in the environment, on the command line and as an input', () => {
  assert.equal(environmentName('state-dir'), 'RUNNER_MESH_STATE_DIR')
  const stems = Object.values(SETTINGS).map(({ stem }) => stem)
  assert.equal(new Set(stems).size, stems.length)
  for (const stem of [
    'state-dir',
    'key',
    'key-file',
    'listen',
    'announce',
    'bootstrap',
    'http',
    'runner-name',
    'labels',
    'slots',
    'lease-seconds',
    'log-level',
  ]) {
    assert.ok(stems.includes(stem), stem)
  }
})

test('a faulty configuration is refused with every fault at once, and without its values', () => {
  assert.throws(
    () => loadConfig({ RUNNER_MESH_SLOTS: 'many', RUNNER_MESH_HTTP: 'nowhere', RUNNER_MESH_TYPO: 'secret-value' }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'config_invalid')
      for (const name of ['RUNNER_MESH_SLOTS', 'RUNNER_MESH_HTTP', 'RUNNER_MESH_TYPO'])
        assert.match(error.message, new RegExp(name))
      assert.doesNotMatch(error.message, /secret-value|many|nowhere/)
      return true
    },
  )
  assert.equal(loadConfig({ RUNNER_MESH_LEASE_SECONDS: '5' }).leaseMs, 5000)
  assert.equal(loadConfig({}).leaseMs, 30_000)
})
