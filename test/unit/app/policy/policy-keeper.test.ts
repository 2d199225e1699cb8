import assert from 'node:assert/strict'
import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPolicyGate } from '../../../../src/app/policy/policy-gate.ts'
import { createPolicyKeeper, type PolicyConfig } from '../../../../src/app/policy/policy-keeper.ts'
import { ClaimGate } from '../../../../src/coordinator/worker/claim-gate.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { scratchDirectory } from '../../../support/scratch-directory.ts'

const PLAIN: PolicyConfig = {
  policyFile: undefined,
  secretsFile: undefined,
  profile: undefined,
  allowBridge: undefined,
}

async function house(config: Partial<PolicyConfig> = {}, files: Readonly<Record<string, string>> = {}) {
  const scratch = await scratchDirectory()
  const clock = new ManualClock()
  const log = new RecordingLog()
  const write = async (name: string, text: string, mode = 0o600): Promise<void> => {
    const path = join(scratch.path, name)
    await rm(path, { force: true })
    await writeFile(`${path}.new`, text, { mode })
    await rename(`${path}.new`, path)
  }
  for (const [name, text] of Object.entries(files)) await write(name, text)
  const open = () => createPolicyKeeper({ config: { ...PLAIN, ...config }, stateDir: scratch.path, clock, log })
  return { scratch, clock, log, write, open, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
}

/** One look at the files; over when the keeper waits for the next. */
async function look(clock: ManualClock): Promise<void> {
  await clock.advance(250)
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
}

/** A change counts at the second look after it at the latest. */
async function untilRead(clock: ManualClock, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3 && !holds(); turn += 1) await look(clock)
  assert.ok(holds())
}

test('without a file the settings are the policy; beside a file they are refused', async () => {
  await using plain = await house({ profile: 'trusted', allowBridge: true })
  const keeper = await plain.open()
  assert.equal(keeper.file, undefined)
  assert.deepEqual([keeper.policy.profile, keeper.summary.networks], ['trusted', ['none', 'bridge']])
  await using both = await house({ profile: 'trusted' }, { 'policy.yml': 'profile: strict\n' })
  await assert.rejects(both.open(), /The setting profile counts only without a policy file/)
  await using named = await house({ policyFile: '/nowhere/policy.yml' })
  await assert.rejects(named.open(), /Cannot read the policy file \/nowhere/)
})

test('a changed file comes into force; a faulty one leaves the former in force and says so', async () => {
  await using it = await house({}, { 'policy.yml': 'profile: strict\n' })
  const keeper = await it.open()
  await keeper.start()
  const first = keeper.summary.digest
  assert.equal(keeper.policy.profile, 'strict')

  await it.write('policy.yml', 'profile: trusted\n')
  await untilRead(it.clock, () => keeper.policy.profile === 'trusted')
  assert.notEqual(keeper.summary.digest, first)

  await it.write('policy.yml', 'profle: strict\n')
  await untilRead(it.clock, () => keeper.problem !== undefined)
  assert.match(keeper.problem ?? '', /policy\.yml:1:1 profle is not a rule.* The former policy stays in force\.$/)
  assert.equal(keeper.policy.profile, 'trusted')

  await rm(join(it.scratch.path, 'policy.yml'))
  await untilRead(it.clock, () => keeper.problem?.includes('is gone') === true)
  assert.equal(keeper.policy.profile, 'trusted')

  await it.write('policy.yml', 'profile: standard\n')
  await untilRead(it.clock, () => keeper.problem === undefined)
  assert.equal(keeper.policy.profile, 'standard')
  await keeper.stop()
})

test('a file that is being written is not read before it stands still', async () => {
  await using it = await house({}, { 'policy.yml': 'images:\n  deny: ["evil/**"]\n' })
  const keeper = await it.open()
  await keeper.start()
  const path = join(it.scratch.path, 'policy.yml')
  // Each look finds it changed again.
  for (let turn = 1; turn <= 5; turn += 1) {
    await writeFile(path, 'images:\n')
    await utimes(path, 1000 + turn, 1000 + turn)
    await look(it.clock)
    assert.deepEqual(keeper.policy.images.deny, ['evil/**'])
  }
  await keeper.stop()
})

test('homes are told of the secrets that this host really has; a file open to others gives none', async () => {
  const policy = 'secrets:\n  A_TOKEN: {}\n  MISSING: {}\n'
  await using it = await house({}, { 'policy.yml': policy, 'secrets.yml': 'A_TOKEN: value-of-a\nOTHER: value-of-b\n' })
  const keeper = await it.open()
  await keeper.start()
  assert.deepEqual(Object.keys(keeper.summary.rules?.secrets ?? {}), ['A_TOKEN'])
  assert.deepEqual([...(await keeper.secrets(['A_TOKEN']))], [['A_TOKEN', 'value-of-a']])
  await assert.rejects(keeper.secrets(['MISSING']), { code: 'policy_refused' })

  await it.write('secrets.yml', 'A_TOKEN: value-of-a\n', 0o644)
  await untilRead(it.clock, () => keeper.problem !== undefined)
  assert.deepEqual(keeper.summary.rules?.secrets, {})
  await assert.rejects(keeper.secrets(['A_TOKEN']), /is open to others/)
  assert.doesNotMatch(JSON.stringify(it.log), /value-of/)
  await keeper.stop()
})

test('equal rules have equal digests, whatever the hours; other rules have others', async () => {
  const digestOf = async (text: string) => {
    await using it = await house({}, { 'policy.yml': text })
    return (await it.open()).summary.digest
  }
  const plain = await digestOf('')
  assert.equal(await digestOf('pause: true\nhours: [{days: [mon]}]\nprofile: standard\n'), plain)
  assert.notEqual(await digestOf('images: {digest: required}\n'), plain)
  assert.notEqual(await digestOf('capabilities: []\n'), plain)
})

test('the gate of the worker is closed while the policy takes no work, also after somebody resumes everything', async () => {
  const clock = new ManualClock()
  const gate = new ClaimGate(clock)
  let why: string | undefined = 'paused'
  let changed = (): void => assert.fail('nobody listens')
  const policy = {
    whyClosed: () => why,
    onChange: (listener: () => void) => {
      changed = listener
    },
  }
  const closing = createPolicyGate({ policy, gate, clock, log: new RecordingLog() })
  await closing.start()
  assert.deepEqual(gate.pauses(), [{ holder: 'policy' }])
  gate.resume(undefined)
  await clock.advance(1_000)
  assert.ok(gate.isClosed)
  why = undefined
  gate.pause('operator', undefined)
  await clock.advance(1_000)
  assert.deepEqual(gate.pauses(), [{ holder: 'operator' }])
  gate.resume('operator')
  why = 'paused'
  changed()
  assert.ok(gate.isClosed, 'a change counts at once')
  why = undefined
  changed()
  assert.ok(!gate.isClosed)
  assert.equal(clock.pending, 1)
  await closing.stop()
  assert.equal(clock.pending, 0)
})
