/** What a worker does before anything is pulled: signature, form, host policy, secrets; and what it tells afterwards. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { AttemptLog } from '../../../../src/coordinator/worker/attempt-log.ts'
import type { AttemptOutputs } from '../../../../src/coordinator/worker/attempt-outputs.ts'
import type { LogSpool } from '../../../../src/coordinator/worker/log-spool.ts'
import { createContainerRunner } from '../../../../src/coordinator/worker/container-runner.ts'
import { fromGeneric, SUBMISSION, toNewTask } from '../../../../src/coordinator/submission.ts'
import { RunnerMeshError } from '../../../../src/core/errors.ts'
import { submitTask } from '../../../../src/core/operations/submit.ts'
import type { Caller } from '../../../../src/core/operations/operation.ts'
import type { GrantView } from '../../../../src/core/operations/views.ts'
import type { ContainerRun, Executor, RunEnd, RunObserver } from '../../../../src/core/ports/executor.ts'
import { hostPolicy, rulesOf } from '../../../../src/core/policy/host-policy.ts'
import { findRefusal } from '../../../../src/core/policy/verdict.ts'
import { createEnvelopeSigner } from '../../../../src/mesh/envelope-signer.ts'
import { identityFromKey } from '../../../../src/mesh/identity.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

const MESH = 'aaaaaaaaaaaaaaaa'
const SECRET = 'hunter2hunter2'
const CALLER: Caller = { principal: 'token:ci', door: 'mcp', access: new Set() }
const clock = new ManualClock()
const newSigner = async () => createEnvelopeSigner(identityFromKey(await generateKeyPair('Ed25519')))
const home = await newSigner()
const stranger = await newSigner()

/** An executor that keeps what it is asked, and tells what the test says. */
function recordingExecutor(work: (observer: RunObserver) => RunEnd) {
  const runs: ContainerRun[] = []
  const run = (asked: ContainerRun, observer: RunObserver): Promise<RunEnd> => {
    runs.push(asked)
    return Promise.resolve(work(observer))
  }
  const executor = { run, deliveredSecrets: () => Promise.resolve([]) } as Partial<Executor> as Executor
  return { runs, executor }
}

const PHASES = { pull_ms: 0, build_ms: 0, create_ms: 0, start_ms: 0, run_ms: 0, collect_ms: 0 }
const done = (): RunEnd => ({ status: 'completed', exitCode: 0, phases: PHASES })

/** What an attempt leaves, kept by nobody: the names of its artifacts are remembered. */
const collected: string[] = []
const spool = { write: () => undefined, skip: () => undefined, end: () => Promise.resolve() } as Partial<LogSpool>
const NONE_KEPT = { bytes: 0, head: new Uint8Array() }
const outputs = {
  inputs: () => [],
  openLog: (_key, secrets) =>
    Promise.resolve(new AttemptLog(spool as LogSpool, secrets, { stdout: NONE_KEPT, stderr: NONE_KEPT })),
  collect: (_key, path, bytes) => {
    collected.push(path)
    return Promise.resolve({ path, bytes, sha256: 'a'.repeat(64) })
  },
  bringHome: (_key, _artifacts, _signal, notify) => {
    notify?.('/out/a', 1_572_864, 3_145_728)
    return Promise.resolve([])
  },
} as Partial<AttemptOutputs> as AttemptOutputs

function runnerOn(executor: Executor, secrets: Readonly<Record<string, string>> = {}) {
  return createContainerRunner({
    executor,
    signer: home,
    meshIds: [MESH],
    clock,
    isTrustedSigner: (peer, vouchedBy) => peer === home.peer || vouchedBy === home.peer,
    probe: () => undefined,
    types: ['docker.hub'],
    outputs,
    secrets: (refs) =>
      refs.every((ref) => ref in secrets)
        ? Promise.resolve(new Map(refs.map((ref) => [ref, secrets[ref] ?? ''])))
        : Promise.reject(new RunnerMeshError('policy_refused', 'The secrets file of this host has no such name.')),
  })
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // Nothing.
}

interface GrantOptions {
  readonly signer?: typeof home
  readonly meshId?: string
  readonly depth?: number
}

async function grantOf(payload: object, { signer = home, meshId = MESH, depth = 0 }: GrantOptions = {}) {
  const submission = fromGeneric(submitTask.input.parse({ task_type: 'docker.hub', payload }))
  const deps = { signer, meshIds: [meshId] as [string], clock, random: new SeededRandom(), settings: SUBMISSION }
  const task = await toNewTask(submission, { ...CALLER, depth }, deps)
  const grant: GrantView = {
    ...{ task_id: 'aaaaaaaaaaaaaaaa.1.1', fence: 1, attempt: 1, lease_ms: 1, task_type: task.type, model_name: '' },
    payload: task.payload as GrantView['payload'],
    ...(task.envelope === undefined ? {} : { envelope: task.envelope }),
    idempotent: false,
    clocks: { queue_ms: 1, prepare_ms: 1, run_ms: 1, total_ms: 1, grace_ms: 1 },
    created_at: 0,
  }
  return grant
}

const observer = { progress: () => undefined }
const { signal } = new AbortController()

test('a task that is unsigned, altered, foreign, of another mesh or expired never reaches the executor', async () => {
  const { runs, executor } = recordingExecutor(done)
  const runner = runnerOn(executor)
  const good = await grantOf({ image: 'alpine' })
  const { envelope = '', ...unsigned } = good
  const altered = Buffer.from(envelope, 'base64url')
  altered[altered.length - 70] = (altered[altered.length - 70] ?? 0) ^ 1
  const cases: Readonly<Record<string, GrantView>> = {
    unsigned,
    altered: { ...good, envelope: altered.toString('base64url') },
    'by a stranger': await grantOf({ image: 'alpine' }, { signer: stranger }),
    'for another mesh': await grantOf({ image: 'alpine' }, { meshId: 'bbbbbbbbbbbbbbbb' }),
    'granted as another type': { ...good, task_type: 'docker.github' },
  }
  for (const [name, grant] of Object.entries(cases))
    await assert.rejects(runner.check(grant), { code: 'signature_invalid' }, name)
  // Beyond what clocks of two machines may differ by.
  await clock.advance(SUBMISSION.clocks.totalMs + 14 * 3_600_000)
  await assert.rejects(runner.check(good), /has expired/)
  assert.deepEqual(runs, [])
  // The control: one that is in order is checked, and runs.
  const byGone = { ...(await grantOf({ image: 'alpine' }, { signer: stranger })), vouched: true }
  await runner.check(byGone, home.peer)
  await assert.rejects(runner.check(byGone, stranger.peer), { code: 'signature_invalid' })
  const fresh = await runner.check(await grantOf({ image: 'alpine' }))
  await runner.run(fresh, observer, signal)
  assert.equal(runs.length, 1)
})

test('only what was signed counts: a home that shows another payload changes nothing', async () => {
  const { runs, executor } = recordingExecutor(done)
  const runner = runnerOn(executor)
  const grant = await grantOf({ image: 'alpine', memory_mb: 64 }, { depth: 4 })
  const checked = await runner.check({ ...grant, payload: { image: 'evil', memory_mb: 1 } })
  await runner.run(checked, observer, signal)
  const container = runs[0]?.container
  assert.ok(container?.kind === 'image')
  assert.deepEqual([container.image, container.memory_mb], ['alpine', 64])
  assert.equal(checked.needs.asks?.depth, 4)
  const refusal = findRefusal(rulesOf(hostPolicy.parse({ loop_depth: 3 })), checked.needs)
  assert.equal(refusal?.message, 'submitted by a task, depth 4, loop_depth allows 3')
})

test('a secret is in the run and in nothing that is told of it', async () => {
  const notes: string[] = []
  const { runs, executor } = recordingExecutor((hears) => {
    hears.phase('preparing', `RUN echo ${SECRET}`)
    const text = new TextEncoder().encode(`the token ${SECRET} is out\n`)
    for (const byte of text) hears.output('stdout', Uint8Array.of(byte))
    void hears.artifact?.(`/out/${SECRET}.txt`, 1, noBytes())
    return { status: 'failed', reason: 'exit', exitCode: 1, message: `exec ${SECRET} failed.`, phases: PHASES }
  })
  const runner = runnerOn(executor, { REF: SECRET })
  const checked = await runner.check(await grantOf({ image: 'alpine', secrets: { TOKEN: 'REF' } }))
  assert.deepEqual(checked.needs.asks?.secrets, [{ ref: 'REF', env: false }])
  const end = await runner.run(checked, { progress: (_phase, message) => notes.push(message) }, signal)
  assert.deepEqual(runs[0]?.secrets, [{ name: 'TOKEN', value: SECRET, env: false }])
  assert.equal(end.error, 'exec *** failed.')
  assert.equal(notes[0], 'RUN echo ***')
  assert.match(JSON.stringify(end.result), /the token \*\*\* is out/)
  assert.deepEqual(collected, ['/out/***.txt'])
  assert.ok(!JSON.stringify([end, notes, checked]).includes(SECRET))
})

test('a secret that is gone when the task is to run fails it by policy, before anything is pulled', async () => {
  const { runs, executor } = recordingExecutor(done)
  const runner = runnerOn(executor)
  const checked = await runner.check(await grantOf({ image: 'alpine', secrets: { TOKEN: 'REF' } }))
  const end = await runner.run(checked, observer, signal)
  assert.deepEqual([end.status, end.reason, runs.length], ['failed', 'policy', 0])
})

test('an adopted container whose secrets are gone is removed: its output could not be told', async () => {
  const removed: string[] = []
  const { executor } = recordingExecutor(done)
  const runner = runnerOn({
    ...executor,
    remove: (taskId) => {
      removed.push(taskId)
      return Promise.resolve()
    },
  })
  const checked = await runner.check(await grantOf({ image: 'alpine', secrets: { TOKEN: 'REF' } }))
  const left = { taskId: 'aaaaaaaaaaaaaaaa.1.1', fence: 1, attempt: 1, running: true }
  const end = await runner.adopt(left as Parameters<typeof runner.adopt>[0], checked, observer, signal)
  assert.deepEqual([end.status, end.reason, removed], ['failed', 'worker_lost', ['aaaaaaaaaaaaaaaa.1.1']])
})

test('how much of the artifacts has come home is told while it comes', async () => {
  const runner = runnerOn(recordingExecutor(done).executor)
  const told: unknown[] = []
  const listening = { progress: (...note: readonly unknown[]) => void told.push(note) }
  await runner.run(await runner.check(await grantOf({ image: 'alpine' })), listening, signal)
  assert.deepEqual(told, [['collecting', '1.5 of 3.0 MiB of artifacts are at the home, now /out/a', 0, 0.5]])
})
