import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromGeneric, fromImage, fromRepository, needsOf, SUBMISSION } from '../../../../src/coordinator/submission.ts'
import { findMisfit, type Offer } from '../../../../src/core/fit.ts'
import type { PeerId } from '../../../../src/core/ids.ts'
import { submitImage, submitRepository, submitTask } from '../../../../src/core/operations/submit.ts'
import { hostPolicy, plainPolicy, rulesOf, type HostPolicy } from '../../../../src/core/policy/host-policy.ts'
import { imageName, imagePattern, matchesPattern, repositoryName } from '../../../../src/core/policy/names.ts'
import { findRefusal, judge, POLICY_RULES } from '../../../../src/core/policy/verdict.ts'
import { NETWORKS, PROFILES, type Requirements } from '../../../../src/core/task.ts'

const SIGNER = '12D3KooWGRUaszo8DCEiGgDVGSSGGpeDkTdJ1SDfVwPA4qDoCxX8'
const OTHER = '12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X'

type RawPolicy = Parameters<typeof hostPolicy.parse>[0]
const policyOf = (policy: RawPolicy): HostPolicy => hostPolicy.parse(policy)

function needsFor(payload: object, { depth = 0, submitter = 'token:ci', clocks = {} } = {}): Requirements {
  const task_type = 'repo_url' in payload ? 'docker.github' : 'docker.hub'
  const submission = fromGeneric(submitTask.input.parse({ task_type, payload, clocks }))
  return needsOf(submission, SUBMISSION.clocks, { signer: SIGNER, submitter, depth })
}

const refusalOf = (policy: RawPolicy, payload: object, by: Parameters<typeof needsFor>[1] = {}) => {
  const refusal = findRefusal(policyOf(policy), needsFor(payload, by))
  return refusal === undefined ? undefined : `${refusal.rule}: ${refusal.message}`
}

test('a policy of defaults lets an ordinary task run, without network and without secrets', () => {
  assert.equal(refusalOf({}, { image: 'alpine' }), undefined)
  assert.equal(refusalOf({}, { repo_url: 'owner/name' }), undefined)
  assert.match(refusalOf({}, { image: 'alpine', network: 'bridge' }) ?? '', /^network: /)
  assert.match(refusalOf({}, { image: 'alpine', profile: 'trusted' }) ?? '', /^profile: /)
  assert.match(refusalOf({}, { image: 'alpine', secrets: { A: 'A' } }) ?? '', /^secrets: secrets does not name A$/)
})

test('profile trusted asks for bridge unless the task says none, and the policy decides', () => {
  const trusted = { image: 'a', profile: 'trusted' } as const
  assert.equal(needsFor(trusted).network, 'bridge')
  assert.equal(needsFor({ repo_url: 'owner/name', profile: 'trusted' }).network, 'bridge')
  assert.equal(needsFor({ ...trusted, network: 'none' }).network, 'none')
  for (const profile of ['strict', 'standard']) assert.equal(needsFor({ image: 'a', profile }).network, 'none')
  assert.equal(needsFor({ image: 'a' }).network, 'none')
  assert.equal(fromImage(submitImage.input.parse(trusted)).payload['network'], 'bridge')
  assert.equal(fromImage(submitImage.input.parse({ image: 'a' })).payload['network'], 'none')
  const built = submitRepository.input.parse({ repo_url: 'owner/name', profile: 'trusted' })
  assert.equal(fromRepository(built).payload['network'], 'bridge')

  assert.equal(refusalOf({ profile: 'trusted', network: 'bridge' }, trusted), undefined)
  assert.equal(
    refusalOf({ profile: 'trusted' }, trusted),
    'network: asks for network bridge (profile trusted has it unless the task says network none), the policy allows none',
  )
  assert.equal(refusalOf({ profile: 'trusted' }, { ...trusted, network: 'none' }), undefined)
})

test('each rule refuses what it is about and nothing else', () => {
  const trusted = { profile: 'trusted', network: 'bridge' } as const
  const cases: readonly (readonly [RawPolicy, object, Parameters<typeof needsFor>[1], RegExp | undefined])[] = [
    [{ submitters: [SIGNER] }, { image: 'a' }, {}, undefined],
    [{ submitters: [OTHER] }, { image: 'a' }, {}, /^submitters: submitters does not list 12D3KooWG/],
    [{ submitters: [] }, { image: 'a' }, {}, /^submitters: /],
    [{ loop_depth: 2 }, { image: 'a' }, { depth: 2 }, undefined],
    [
      { loop_depth: 2 },
      { image: 'a' },
      { depth: 3 },
      /^loop_depth: submitted by a task, depth 3, loop_depth allows 2$/,
    ],
    [{ loop_depth: 0 }, { image: 'a' }, { depth: 0 }, undefined],
    [{ images: { allow: ['alpine'] } }, { image: 'alpine:3.20' }, {}, undefined],
    [
      { images: { allow: ['alpine'] } },
      { image: 'owner/alpine' },
      {},
      /^images: docker.io\/owner\/alpine matches nothing/,
    ],
    [{ images: { deny: ['docker.io/**'] } }, { image: 'alpine' }, {}, /denied by images.deny: docker.io/],
    [{ images: { digest: 'required' } }, { image: 'alpine' }, {}, /^images: .* not fixed by a digest/],
    [{ images: { digest: 'required' } }, { image: `alpine@sha256:${'a'.repeat(64)}` }, {}, undefined],
    [{ images: { public: false } }, { image: 'alpine' }, {}, /^images: .* public registry/],
    [{ images: { public: false } }, { image: 'registry.acme.dev/x' }, {}, undefined],
    [{ images: { public: false, allow: ['**', 'alpine'] } }, { image: 'alpine' }, {}, undefined],
    [{ repositories: { allow: ['acme/*'] } }, { repo_url: 'Acme/Tool' }, {}, undefined],
    [{ repositories: { allow: ['acme/*'] } }, { repo_url: 'https://github.com/acme/tool.git' }, {}, undefined],
    [
      { repositories: { allow: ['acme/*'] } },
      { repo_url: 'https://git.evil.dev/acme/tool' },
      {},
      /^repositories: git.evil/,
    ],
    [{ repositories: { deny: ['acme/old'] } }, { repo_url: 'acme/old' }, {}, /denied by repositories.deny/],
    [
      { limits: { memory_mb: 512 } },
      { image: 'a', memory_mb: 513 },
      {},
      /^limits: asks for memory_mb 513, limits.memory_mb is 512$/,
    ],
    [{ limits: { pids: 10 } }, { image: 'a', pids: 11 }, {}, /^limits: asks for pids 11/],
    [{ limits: { cpus: 1 } }, { image: 'a', cpus: 1 }, {}, undefined],
    [{ limits: { gpus: 0 } }, { image: 'a', gpus: 1 }, {}, /^limits: asks for gpus 1/],
    [
      { limits: { run_seconds: 60 } },
      { image: 'a' },
      {},
      /^limits: asks for run_seconds 3600, limits.run_seconds is 60$/,
    ],
    [{ limits: { run_seconds: 60 } }, { image: 'a' }, { clocks: { run_ms: 60_000 } }, undefined],
    [
      { ...trusted, mounts: [{ path: '/srv' }] },
      { image: 'a', profile: 'trusted', mounts: [{ source: '/srv/x', target: '/x' }] },
      {},
      undefined,
    ],
    [
      { ...trusted, mounts: [{ path: '/srv' }] },
      { image: 'a', profile: 'trusted', mounts: [{ source: '/srvx', target: '/x' }] },
      {},
      /^mounts: mounts does not list \/srvx$/,
    ],
    [
      { ...trusted, mounts: [{ path: '/srv' }] },
      { image: 'a', profile: 'trusted', mounts: [{ source: '/srv', target: '/x', read_only: false }] },
      {},
      /for writing$/,
    ],
    [
      { ...trusted, mounts: [{ path: '/srv' }] },
      { image: 'a', mounts: [{ source: '/srv', target: '/x' }] },
      {},
      /^mounts: .* need profile trusted/,
    ],
    [{ ...trusted, devices: ['/dev/kvm'] }, { image: 'a', profile: 'trusted', devices: ['/dev/kvm'] }, {}, undefined],
    [
      { ...trusted, devices: ['/dev/kvm'] },
      { image: 'a', profile: 'trusted', devices: ['/dev/mem'] },
      {},
      /^devices: devices does not list \/dev\/mem$/,
    ],
    [
      { ...trusted, devices: ['/dev/kvm'] },
      { image: 'a', devices: ['/dev/kvm'] },
      {},
      /^devices: devices need profile trusted/,
    ],
    [{ secrets: { A: {} } }, { image: 'a', secrets: { X: 'A' } }, {}, undefined],
    [
      { secrets: { A: {} } },
      { image: 'a', secrets: { X: { ref: 'A', env: true } } },
      {},
      /^secrets: A may be a file only/,
    ],
    [{ secrets: { A: { env: true } } }, { image: 'a', secrets: { X: { ref: 'A', env: true } } }, {}, undefined],
    [
      { secrets: { A: { images: ['ghcr.io/acme/**'] } } },
      { image: 'ghcr.io/acme/deep/x', secrets: { X: 'A' } },
      {},
      undefined,
    ],
    [
      { secrets: { A: { images: ['ghcr.io/acme/**'] } } },
      { image: 'ghcr.io/evil/x', secrets: { X: 'A' } },
      {},
      /^secrets: A is not for ghcr.io\/evil\/x/,
    ],
    [
      { secrets: { A: { images: ['ghcr.io/acme/**'] } } },
      { repo_url: 'acme/x', secrets: { X: 'A' } },
      {},
      /^secrets: A is not for github.com\/acme\/x/,
    ],
    [{ secrets: { A: { submitters: ['token:ci'] } } }, { image: 'a', secrets: { X: 'A' } }, {}, undefined],
    [
      { secrets: { A: { submitters: ['token:ci'] } } },
      { image: 'a', secrets: { X: 'A' } },
      { submitter: 'token:bob' },
      /of token:bob$/,
    ],
    [
      { secrets: { A: { submitters: [SIGNER] } } },
      { image: 'a', secrets: { X: 'A' } },
      { submitter: 'token:bob' },
      undefined,
    ],
  ]
  for (const [policy, payload, by, expected] of cases) {
    const found = refusalOf(policy, payload, by)
    const name = JSON.stringify([policy, payload, by])
    if (expected === undefined) assert.equal(found, undefined, name)
    else assert.match(found ?? 'allowed', expected, name)
  }
})

test('names that inherit from Object are no secrets', () => {
  assert.match(refusalOf({}, { image: 'a', secrets: { X: 'constructor' } }) ?? '', /^secrets: /)
})

test('images have one long name, however they are written', () => {
  assert.deepEqual(imageName('alpine'), { name: 'docker.io/library/alpine', pinned: false })
  assert.deepEqual(imageName('alpine:3.20@sha256:abc'), { name: 'docker.io/library/alpine', pinned: true })
  assert.equal(imageName('owner/name:1').name, 'docker.io/owner/name')
  assert.equal(imageName('127.0.0.1:5000/name').name, '127.0.0.1:5000/name')
  assert.equal(imageName('localhost/name').name, 'localhost/name')
  assert.equal(imageName('index.docker.io/library/alpine').name, 'docker.io/library/alpine')
  assert.equal(repositoryName('https://github.com/Owner/Name.git'), 'github.com/owner/name')
})

test('a star stays within its part of a name, and nothing in a pattern is code', () => {
  assert.ok(matchesPattern(imagePattern('ghcr.io/acme/*'), 'ghcr.io/acme/x'))
  assert.ok(!matchesPattern(imagePattern('ghcr.io/acme/*'), 'ghcr.io/acme/x/y'))
  assert.ok(matchesPattern(imagePattern('ghcr.io/acme/**'), 'ghcr.io/acme/x/y'))
  assert.ok(!matchesPattern(imagePattern('ghcr.io/acme/**'), 'ghcrxio/acme/x'))
  assert.ok(matchesPattern(imagePattern('*.acme.dev/tools/*'), 'registry.acme.dev/tools/x'))
  assert.ok(!matchesPattern(imagePattern('alpine'), 'evil.dev/docker.io/library/alpine'))
})

const looseTask = fc.record({
  profile: fc.constantFrom(...PROFILES),
  network: fc.constantFrom(...NETWORKS),
  cpus: fc.integer({ min: 1, max: 8 }),
  memory_mb: fc.integer({ min: 6, max: 4096 }),
  pids: fc.integer({ min: 1, max: 1000 }),
})
const anyPolicy = fc.record({
  profile: fc.constantFrom(...PROFILES),
  network: fc.constantFrom(...NETWORKS),
  images: fc.record({ allow: fc.subarray(['**', 'alpine', 'ghcr.io/*/*']), public: fc.boolean() }),
  limits: fc.record({ cpus: fc.integer({ min: 1, max: 8 }), pids: fc.integer({ min: 1, max: 1000 }) }),
})

test('a task that asks for less is never refused where one that asks for more may run', () => {
  fc.assert(
    fc.property(anyPolicy, looseTask, looseTask, (policy, a, b) => {
      const less = {
        profile: PROFILES[Math.min(PROFILES.indexOf(a.profile), PROFILES.indexOf(b.profile))],
        network: a.network === 'none' ? a.network : b.network,
        cpus: Math.min(a.cpus, b.cpus),
        memory_mb: Math.min(a.memory_mb, b.memory_mb),
        pids: Math.min(a.pids, b.pids),
      }
      if (refusalOf(policy, { image: 'alpine', ...a }) !== undefined) return
      assert.equal(refusalOf(policy, { image: 'alpine', ...less }), undefined)
    }),
  )
})

test('home, worker and explain say the same, because they ask the same function', () => {
  fc.assert(
    fc.property(anyPolicy, looseTask, (raw, task) => {
      const policy = policyOf(raw)
      const needs = needsFor({ image: 'alpine', ...task })
      const any = Number.MAX_SAFE_INTEGER
      const offer: Offer = {
        ...{ peer: SIGNER as PeerId, taskTypes: [], labels: [], os: '', arch: '', trust: 'trusted' },
        ...{ cpus: any, memoryBytes: any, diskBytes: any, gpus: any },
        policy: { digest: 'd', profile: policy.profile, networks: [...NETWORKS], rules: rulesOf(policy) },
      }
      const rules = judge(policy, needs)
      assert.equal(
        findMisfit(needs, offer) === undefined,
        rules.every(({ allowed }) => allowed),
      )
      assert.ok(
        rules.every(
          ({ rule }, index) =>
            index === 0 || POLICY_RULES.indexOf(rule) > POLICY_RULES.indexOf(rules[index - 1]?.rule ?? rule),
        ),
      )
    }),
  )
})

test('what homes are told survives the wire, and holds nothing of the host’s hours and capabilities', () => {
  const rules = rulesOf(policyOf({ secrets: { A: { images: ['a'] } }, pause: true, capabilities: ['SYS_ADMIN'] }))
  assert.deepEqual(rulesOf(hostPolicy.parse(JSON.parse(JSON.stringify(rules)))), rules)
  assert.ok(!('pause' in rules) && !('capabilities' in rules) && !('hours' in rules))
  assert.deepEqual(plainPolicy({ profile: 'strict', network: 'bridge' }).network, 'bridge')
})
