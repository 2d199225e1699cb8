import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parsePolicy, readPolicyFile } from '../../../../src/app/policy/policy-file.ts'
import { readSecretsFile } from '../../../../src/app/policy/secrets-file.ts'
import { STARTING_POLICY } from '../../../../src/app/policy/starting-policy.ts'
import { RunnerMeshError } from '../../../../src/core/errors.ts'
import { hostPolicy, plainPolicy } from '../../../../src/core/policy/host-policy.ts'
import { scratchDirectory } from '../../../support/scratch-directory.ts'

function faultOf(text: string): string {
  try {
    parsePolicy(text, 'p.yml')
  } catch (error) {
    assert.ok(error instanceof RunnerMeshError && error.code === 'config_invalid')
    return error.message
  }
  return 'no fault'
}

test('an empty file is the defaults, and so is the file to begin from', () => {
  assert.deepEqual(parsePolicy('', 'p.yml'), plainPolicy())
  assert.deepEqual(parsePolicy(STARTING_POLICY, 'p.yml'), plainPolicy())
})

test('the file to begin from names every rule there is, and its comments are rules that hold', () => {
  for (const name of Object.keys(hostPolicy.shape)) assert.match(STARTING_POLICY, new RegExp(`^#?${name}:`, 'm'), name)
  const filled = STARTING_POLICY.replace(/^(limits|secrets): \{\}\n/gm, '$1:\n')
    .replace(/^(mounts|devices|hours): \[\]\n/gm, '$1:\n')
    .replace(/^#( {2,}\S.*)$/gm, '$1')
  const policy = parsePolicy(filled, 'p.yml')
  assert.equal(policy.limits.run_seconds, 3600)
  assert.deepEqual(policy.mounts, [{ path: '/srv/models', write: false }])
  assert.deepEqual(policy.secrets['NPM_TOKEN']?.submitters, ['token:ci'])
  assert.equal(policy.hours[0]?.from, '19:00')
})

test('each fault is told with its line and its field', () => {
  const text = [
    'submiters: mesh',
    'profile: loose',
    'images:',
    '  allow: ["a b", alpine]',
    '  digests: required',
    'limits:',
    '  cpus: many',
    'capabilities: [CAP_SYS_ADMIN]',
    'mounts:',
    '  - path: ../x',
    'secrets:',
    '  "no good": {}',
  ].join('\n')
  const fault = faultOf(text)
  for (const expected of [
    /p\.yml:1:1 submiters is not a rule/,
    /p\.yml:2:1 profile: Invalid option: expected one of "strict"\|"standard"\|"trusted"/,
    /p\.yml:4:11 images\.allow\[0\]: is not a pattern/,
    /p\.yml:5:3 images\.digests is not a rule/,
    /p\.yml:7:3 limits\.cpus: .*expected number/,
    /p\.yml:8:16 capabilities\[0\]: is written without CAP_/,
    /p\.yml:10:5 mounts\[0\]\.path: is not an absolute path/,
    /See docs\/policy\.md\.$/,
  ])
    assert.match(fault, expected)
})

test('what is not YAML, unfolds without end or says a thing twice is refused with its line', () => {
  assert.match(faultOf('images: [\n'), /^p\.yml:[12]:\d+ /)
  assert.match(faultOf('profile: strict\nprofile: trusted\n'), /^p\.yml:2:1 Map keys must be unique/)
  assert.match(faultOf('- a\n'), /^p\.yml:1:1 the file: /)
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n < 9; n += 1)
    bomb.push(
      `${'abcdefghij'.charAt(n)}: &${'abcdefghij'.charAt(n)} [${Array(10)
        .fill(`*${'abcdefghij'.charAt(n - 1)}`)
        .join(', ')}]`,
    )
  assert.match(faultOf(bomb.join('\n')), /alias/i)
})

test('a policy file that others can write, or that is not there, is refused', async () => {
  await using scratch = await scratchDirectory()
  const path = join(scratch.path, 'policy.yml')
  await assert.rejects(readPolicyFile(path), /Write one with: runner-mesh policy init/)
  await writeFile(path, 'profile: strict\n')
  await chmod(path, 0o644)
  assert.equal((await readPolicyFile(path)).profile, 'strict')
  await chmod(path, 0o664)
  await assert.rejects(readPolicyFile(path), /can be written by others\. Run: chmod go-w /)
})

test('a secrets file is read only when its owner alone can read it', async () => {
  await using scratch = await scratchDirectory()
  const path = join(scratch.path, 'secrets.yml')
  assert.equal((await readSecretsFile(path, false)).size, 0)
  await assert.rejects(readSecretsFile(path, true), /Cannot read the secrets file/)
  await writeFile(path, 'NPM_TOKEN: hunter2hunter2\nKEY: |\n  line one\n  line two\n', { mode: 0o600 })
  assert.deepEqual(
    [...(await readSecretsFile(path, true))],
    [
      ['NPM_TOKEN', 'hunter2hunter2'],
      ['KEY', 'line one\nline two\n'],
    ],
  )
  for (const mode of [0o640, 0o604, 0o660]) {
    await chmod(path, mode)
    await assert.rejects(readSecretsFile(path, true), /is open to others \(mode 06[0-9]{2}\)\. Run: chmod 600 /)
  }
})

test('no fault of a secrets file tells a value', async () => {
  await using scratch = await scratchDirectory()
  const path = join(scratch.path, 'secrets.yml')
  for (const text of [
    'A: hunter2hunter2: x\n',
    'A: [hunter2hunter2]\n',
    'A: {hunter2hunter2: 1}\n',
    '- hunter2hunter2\n',
    'A: "hunter2hunter2\n',
    'A: &x hunter2hunter2\nB: *x\n',
    '"hunter2hunter2 ": value-value\n'.replace('hunter2hunter2 ', 'a b'),
    'A: h2\n',
    'A: 12345678\n',
  ]) {
    await writeFile(path, text, { mode: 0o600 })
    await assert.rejects(
      readSecretsFile(path, true),
      (error: Error) => {
        assert.doesNotMatch(error.message, /hunter2|12345678|h2/, text)
        assert.ok(error instanceof RunnerMeshError && error.code === 'config_invalid')
        return true
      },
      text,
    )
  }
  await writeFile(path, 'PIN: "1234"\n', { mode: 0o600 })
  await assert.rejects(readSecretsFile(path, true), /PIN is too short to be kept out of logs/)
})
