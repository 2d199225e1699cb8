import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../../scripts/setup/checkout.mjs'

/** Half a minute on two processors that do nothing else; many times that where they do. */
const PATIENCE_MS = 300_000

test(
  'the conformance suites and the Inspector find no fault, in both revisions, with the product told apart from its fixtures',
  { timeout: PATIENCE_MS },
  async (t) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/conformance/main.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      signal: t.signal,
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [code] = (await once(child, 'close')) as [number | null]
    for (const line of said.trimEnd().split('\n')) t.diagnostic(line)
    assert.equal(code, 0, said)
    const [product = '', stack = '', inspector = ''] = said.split(/^(?=\S)/m)
    assert.match(product, /^Any-server scenarios, product:\n(?: {2}0\.[^\n]+ of [^\n]+ checks[^\n]*\n){3}$/)
    assert.match(stack, /^Full suite with test fixtures:\n(?: {2}0\.[^\n]+ of [^\n]+ checks[^\n]*\n){3}$/)
    assert.match(inspector, /^Inspector, product:\n {2}\S+, modern: 8 of 8 [^\n]+\n {2}\S+, legacy: 8 of 8 [^\n]+\n$/)
  },
)
