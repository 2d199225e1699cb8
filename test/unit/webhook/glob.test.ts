import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitsPatterns } from '../../../src/webhook/rules/glob.ts'

/** From GitHub's cheat sheet of filter patterns. */
const CHEAT_SHEET: readonly (readonly [pattern: string, fits: readonly string[], not: readonly string[]])[] = [
  ['feature/*', ['feature/my-branch', 'feature/'], ['feature/a/b', 'feature']],
  ['feature/**', ['feature/beta-a/my-branch', 'feature/a'], ['features/a']],
  ['*', ['main', ''], ['a/b']],
  ['**', ['all/the/branches', ''], []],
  ['*feature', ['mona-feature', 'feature'], ['a/feature']],
  ['v[12].[0-9]+.[0-9]+', ['v1.10.1', 'v2.0.0'], ['v3.0.0', 'v1..1']],
  ['*.jsx?', ['page.js', 'page.jsx'], ['page.jsxx', 'a/page.js']],
  ['**/docs/**', ['docs/hello.md', 'dir/docs/my-file.txt'], ['dir/mydocs/a']],
  ['**/README.md', ['README.md', 'js/README.md'], ['README.mdx', 'xREADME.md']],
  ['[CB]at', ['Cat', 'Bat'], ['at', 'CBat']],
  ['[1-2]00', ['100', '200'], ['300']],
  ['a[', ['a['], ['a']],
  ['?a', ['?a'], ['a']],
]

for (const [pattern, fits, not] of CHEAT_SHEET) {
  test(`${pattern} means what it means in a workflow`, () => {
    for (const text of fits) assert.equal(fitsPatterns(text, [pattern]), true, text)
    for (const text of not) assert.equal(fitsPatterns(text, [pattern]), false, text)
  })
}

test('the last pattern that fits decides', () => {
  assert.equal(fitsPatterns('releases/10-alpha', ['releases/**', '!releases/**-alpha']), false)
  assert.equal(fitsPatterns('releases/10', ['releases/**', '!releases/**-alpha']), true)
})

test('whatever a pattern is, it throws nothing and takes no time', () => {
  for (const pattern of [
    '[z-a]',
    'a+++',
    'a??+',
    '[a-]',
    `${'*a'.repeat(60)}b`,
    `${'**/'.repeat(60)}b`,
    'a+'.repeat(100),
  ]) {
    const before = process.threadCpuUsage()
    assert.equal(fitsPatterns(`${'a'.repeat(120)}/${'a'.repeat(120)}`, [pattern]), false)
    const { user } = process.threadCpuUsage(before)
    assert.ok(user < 500_000, `${pattern.slice(0, 20)} took ${user} µs`)
  }
})
