import assert from 'node:assert/strict'
import test from 'node:test'
import { promiseFaults } from '../../../scripts/docs/held-promises.ts'

const SOURCE = "test('a stranger is refused', () => undefined)\n"

function faultsOf(...rows: readonly string[]): string[] {
  const text = [
    '# T',
    '## What we promise',
    '| Promise | Held by |',
    '|---|---|',
    ...rows,
    '## Next',
    '| no | promise |',
  ].join('\n')
  return promiseFaults({ path: 'docs/T.md', text }, (path) => (path === 'test/a.test.ts' ? SOURCE : undefined))
}

test('a promise that names a test of an existing file is held', () => {
  assert.deepEqual(faultsOf('| Strangers stay out. | [a stranger is refused](../test/a.test.ts) |'), [])
})

test('a promise without a test, a test that was renamed and a file that is gone are each told', () => {
  assert.deepEqual(
    faultsOf(
      '| Nobody knows why. | we hope |',
      '| Strangers stay out. | [a stranger is](../test/a.test.ts) |',
      '| Strangers stay out. | [a stranger is refused](../test/gone.test.ts) |',
    ),
    [
      'docs/T.md: no test holds “Nobody knows why.”',
      'docs/T.md: test/a.test.ts has no test “a stranger is”',
      'docs/T.md: test/gone.test.ts has no test “a stranger is refused”',
    ],
  )
})

test('a page whose promises are gone is no page without faults', () => {
  assert.deepEqual(
    promiseFaults({ path: 'docs/T.md', text: '# T\n' }, () => SOURCE),
    ['docs/T.md: there are no promises'],
  )
})
