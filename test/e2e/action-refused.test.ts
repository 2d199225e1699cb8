/** What is missing is told by one annotation with its exit code, and nothing is half registered. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionGround, type ActionGround } from '../support/action-ground.ts'
import type { JobOptions } from '../support/runner-harness/job.ts'

interface Case {
  readonly name: string
  readonly arrange?: (ground: ActionGround) => Partial<JobOptions>
  readonly inputs?: Readonly<Record<string, string>>
  readonly code: number
  readonly says: RegExp
}

const CASES: readonly Case[] = [
  {
    name: 'a token that may only read',
    arrange: ({ server }) => ({
      token: server.accounts.token(server.accounts.addApp('reader', { permission: 'read' })),
    }),
    code: 65,
    says: /^forbidden: .*issues: write/,
  },
  { name: 'a wrong token', arrange: () => ({ token: 'ghs_wrong' }), code: 65, says: /^registry: .*401.*issues: write/ },
  {
    name: 'a repository without issues',
    arrange: ({ repository }) => {
      repository.hasIssues = false
      return {}
    },
    code: 65,
    says: /^registry: .*issues are disabled/,
  },
  {
    name: 'a closed port',
    inputs: { registry: '', bootstrap: '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWNobody' },
    code: 67,
    says: /^bootstrap: Nothing answers .*ECONNREFUSED.*firewall/,
  },
  {
    name: 'no Docker',
    inputs: { 'docker-host': 'unix:///nowhere/docker.sock' },
    code: 67,
    says: /^docker: .*docker-host/,
  },
  {
    name: 'a mesh key that is none',
    inputs: { key: 'abc' },
    code: 78,
    says: /^mesh key: The mesh key is not 32 bytes/,
  },
  {
    name: 'inputs that are none',
    inputs: { mode: 'work', cpus: 'many' },
    code: 78,
    says: /mode must be one of.*cpus is not/,
  },
  { name: 'no way to others', inputs: { registry: '' }, code: 78, says: /registry and bootstrap are both empty/ },
]

test('one annotation, the exit code of its kind, and no trace: for each thing that can be missing', async (t) => {
  for (const { name, arrange, inputs = {}, code, says } of CASES) {
    const ground = await actionGround(t)
    const job = await ground.job('one', arrange?.(ground) ?? {})
    const step = await job.step({
      ...ground.joined,
      mode: 'serve',
      'run-for-seconds': '60',
      'log-level': 'error',
      ...inputs,
    })
    const ended = await step.done
    assert.equal(ended.code, code, `${name}:\n${ended.log}`)
    assert.deepEqual(
      ended.annotations.map(({ level }) => level),
      ['error'],
      `${name}:\n${ended.log}`,
    )
    assert.match(ended.annotations[0]?.message ?? '', says, name)
    const { posts, orphans } = await job.finish()
    assert.deepEqual([posts.map(({ outcome }) => outcome), orphans], [['success'], []], name)
    assert.equal(ground.repository.issues.length, 0, name)
    await ground.assertNothingLeft()
  }
})
