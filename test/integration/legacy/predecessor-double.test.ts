/** The stand-in for the predecessor's service answers every captured message as the service did, without exception. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LINES, Names, SESSIONS } from '../../support/legacy-captures.ts'
import { replayLines, replaySessions, THEIR_SERVICE } from '../../support/legacy-replay.ts'
import { startPredecessor } from '../../support/predecessor/start-node.ts'

/** The ids that the service gave, in order: they decide which peer owns a task. */
function capturedIds(): string[] {
  const answers = JSON.stringify([LINES.map(({ response }) => response), SESSIONS.map((one) => one.frames_received)])
  return [...new Set([...answers.matchAll(/"ok":true,"task_id":"([0-9a-f]{32})"/g)].map(([, id]) => id ?? ''))]
}

/** And the one peer id that all calls came from. */
const THEIR_CLIENT = '12D3KooWJUhaYV4o2LPHgs6g4E2VNdhRkazUkqAtSZnqAhaUxMxR'

test('the stand-in answers as captured', async (t) => {
  const node = await startPredecessor(t, { ids: capturedIds(), client: THEIR_CLIENT })
  const names = new Names([[node.self, THEIR_SERVICE]])
  assert.deepEqual(await replayLines({ address: node.address, names }), [])
  assert.deepEqual(await replaySessions({ address: node.address, names }), [])
})
