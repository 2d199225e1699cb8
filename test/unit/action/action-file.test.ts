import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INPUT_NAMES } from '../../../src/action/inputs.ts'
import { OUTPUTS } from '../../../src/action/outputs.ts'
import { untrustedBecause } from '../../../src/action/trigger.ts'
import { readActionFile } from '../../support/runner-harness/action-file.ts'

const OWN = { id: 1, full_name: 'octo/runners', private: true }
const FORK = { id: 2, full_name: 'stranger/runners' }

test('action.yml has the inputs and outputs that the code reads and writes, and no others', async () => {
  const { inputs, outputs } = await readActionFile(new URL('../../../', import.meta.url).pathname)
  assert.deepEqual(Object.keys(inputs).toSorted(), INPUT_NAMES.toSorted())
  assert.deepEqual(Object.keys(outputs).toSorted(), Object.values(OUTPUTS).toSorted())
})

function judge(name: string, payload: unknown, allowed: readonly string[] = []): string | undefined {
  return untrustedBecause({ name, repository: 'octo/runners', payload }, allowed)
}

test('trusted are pushes to and pull requests within a private repository', () => {
  const within = { head: { repo: OWN }, base: { repo: OWN } }
  assert.equal(judge('push', { repository: OWN }), undefined)
  assert.equal(judge('schedule', { schedule: '0 * * * *', repository: OWN }), undefined)
  assert.equal(judge('pull_request', { repository: OWN, pull_request: within }), undefined)
  assert.equal(judge('workflow_run', { repository: OWN, workflow_run: { head_repository: OWN } }), undefined)
})

test('a fork is refused by whichever event it comes, also one that was deleted, and also where public is allowed', () => {
  for (const repo of [FORK, null, undefined, {}]) {
    const pull = { head: { repo }, base: { repo: OWN } }
    for (const name of ['pull_request', 'pull_request_target', 'pull_request_review']) {
      assert.match(judge(name, { repository: OWN, pull_request: pull }, ['octo/runners']) ?? '', /comes from a fork/)
    }
    const run = { repository: OWN, workflow_run: { head_repository: repo } }
    assert.match(judge('workflow_run', run, ['octo/runners']) ?? '', /started by a fork/)
  }
})

test('a public repository has to be named, and then only its members’ words count', () => {
  const repository = { ...OWN, private: false }
  assert.match(judge('push', { repository }) ?? '', /is public: anybody/)
  assert.match(judge('push', { repository }, ['octo/other']) ?? '', /is public/)
  assert.equal(judge('push', { repository }, ['octo/runners']), undefined)
  const comment = (word: string) => ({ repository, comment: { author_association: word } })
  assert.equal(judge('issue_comment', comment('MEMBER'), ['octo/runners']), undefined)
  assert.match(judge('issue_comment', comment('NONE'), ['octo/runners']) ?? '', /no member/)
})

test('what cannot be judged is refused', () => {
  for (const payload of [undefined, 'text', { pull_request: 7 }])
    assert.match(judge('push', payload) ?? '', /could not be read/)
  assert.match(judge('push', {}) ?? '', /as far as this event tells/)
})
