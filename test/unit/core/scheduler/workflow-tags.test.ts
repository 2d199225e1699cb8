import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { routeByTags, WORKFLOW_TAGS } from '../../../../src/core/scheduler/workflow-tags.ts'
import { readVectors } from '../../../support/vectors.ts'

const vectors = readVectors(
  'workflow_tags',
  z.object({
    enum: z.record(z.string(), z.string()),
    routing: z.array(
      z.object({
        tags: z.array(z.string()),
        recognised: z.array(z.string()),
        should_bypass_github: z.boolean(),
        is_p2p_only: z.boolean(),
      }),
    ),
  }),
)

test('the tags are the recorded ones', () => {
  assert.deepEqual([...WORKFLOW_TAGS], Object.values(vectors.enum))
})

test('every recorded set of tags is routed as recorded, and what is not recognised is named', () => {
  for (const { tags, recognised, should_bypass_github: bypass, is_p2p_only: only } of vectors.routing) {
    const routing = routeByTags(tags)
    assert.deepEqual(routing.recognised.toSorted(), recognised.toSorted())
    assert.deepEqual([routing.shouldBypassGithub, routing.isP2pOnly], [bypass, only], tags.join())
    assert.equal(routing.recognised.length + routing.unknown.length, tags.length)
  }
})

test('a tag may be written with underscores and in capitals, and a repeat counts once', () => {
  const { recognised, unknown } = routeByTags(['P2P_ONLY', 'p2p-only', 'nope', 'nope', 'P2P ONLY'])
  assert.deepEqual([recognised, unknown], [['p2p-only'], ['nope', 'P2P ONLY']])
})
