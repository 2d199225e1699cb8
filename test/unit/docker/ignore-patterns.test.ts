import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ignoring } from '../../../src/docker/images/ignore-patterns.ts'

for (const [lines, out, kept] of [
  [['node_modules'], ['node_modules', 'node_modules/a/b'], ['src/node_modules', 'node_modules2']],
  [['/dist/', './out'], ['dist/x', 'out'], ['src/dist']],
  [['**/*.log'], ['a.log', 'x/y/a.log'], ['a.log2', 'log']],
  [['*.md', '!README.md'], ['a.md'], ['README.md', 'docs/a.md']],
  [
    ['docs', '!docs/keep'],
    ['docs/a', 'docs'],
    ['docs/keep', 'docs/keep/x'],
  ],
  [['!a', 'a'], ['a'], ['b']],
  [['# comment', '', '  tmp  '], ['tmp/x'], ['# comment']],
  [['a/**/z'], ['a/z', 'a/b/c/z'], ['a/b']],
  [['**'], ['a', 'b/c'], []],
  [
    ['file?.[ch]', 'x[^0-9]'],
    ['file1.c', 'file2.h', 'xa'],
    ['file1.o', 'file.c', 'x7'],
  ],
  [['\\*'], ['*'], ['a']],
] as const) {
  test(`${JSON.stringify(lines)} keeps out ${JSON.stringify(out)}${kept.length === 0 ? '' : `, not ${JSON.stringify(kept)}`}`, () => {
    const ignored = ignoring(lines.join('\n'))
    for (const path of out) assert.equal(ignored(path), true, path)
    for (const path of kept) assert.equal(ignored(path), false, path)
  })
}

test('a pattern made to blow up takes no longer than another', () => {
  const ignored = ignoring([`${'**/a/'.repeat(40)}b`, `${'*a'.repeat(100)}b`].join('\n'))
  const from = process.hrtime.bigint()
  assert.equal(ignored(`${'a/'.repeat(200)}c`), false)
  assert.equal(ignored('a'.repeat(5_000)), false)
  assert.ok(process.hrtime.bigint() - from < 2_000_000_000n)
})
