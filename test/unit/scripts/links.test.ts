import assert from 'node:assert/strict'
import test from 'node:test'
import { brokenLinks } from '../../../scripts/docs/links.ts'

const GUIDE = { path: 'docs/guide.md', text: '# The guide\n\n## What it *does*: `run`\n\n## Twice\n\n## Twice\n' }

function broken(text: string): string[] {
  const page = { path: 'docs/page.md', text }
  return brokenLinks([GUIDE, page], (path) => ['docs/guide.md', 'docs/page.md', 'LICENSE'].includes(path))
}

test('links to files and headings that are there are fine', () => {
  const links = [
    'guide.md',
    '../LICENSE',
    'guide.md#the-guide',
    'guide.md#what-it-does-run',
    'guide.md#twice-1',
    '#here',
  ]
  assert.deepEqual(broken(`# Here\n\n${links.map((link) => `[x](${link})`).join('\n')}`), [])
})

test('a link to nowhere is named with the page it stands on', () => {
  assert.deepEqual(broken('[x](gone.md) [y](guide.md#gone)'), [
    'docs/page.md: gone.md leads to no file',
    'docs/page.md: guide.md#gone leads to no heading',
  ])
})

test('links elsewhere, and what only looks like one in code, are not ours to check', () => {
  assert.deepEqual(broken('[x](https://example.org/) `[y](gone.md)`\n\n```\n[z](gone.md)\n```\n'), [])
})
