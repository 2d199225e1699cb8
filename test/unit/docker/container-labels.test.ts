import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFence, parseTaskId } from '../../../src/core/ids.ts'
import { findMark, labelsOf } from '../../../src/docker/containers/container-labels.ts'

const MARK = {
  runner: '12D3KooWRunner',
  taskId: parseTaskId('aaaabbbbccccdddd.1.7'),
  fence: makeFence(1, 9),
  attempt: 2,
  deadline: 1_900_000_000_000,
}

test('what labels say of a container is read back whole', () => {
  assert.deepEqual(findMark(labelsOf(MARK)), MARK)
})

test('every label is needed: a container that lacks one, or bends one, is not ours', () => {
  for (const label of Object.keys(labelsOf(MARK))) {
    const { [label]: _, ...rest } = labelsOf(MARK)
    assert.equal(findMark(rest), undefined, `${label} is missing`)
    if (label !== 'runner-mesh.runner')
      assert.equal(findMark({ ...labelsOf(MARK), [label]: '-1x' }), undefined, `${label} is bent`)
  }
  assert.equal(findMark({ 'runner-mesh': '1' }), undefined)
})
