/** The lint rules that keep the clock, chance and the environment at the edges catch what they are for. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Linter } from 'eslint'
import { machine } from '../../eslint.config.js'

const CLOCK = [
  'Date.now()',
  'new Date()',
  'Date()',
  'Math.random()',
  'setTimeout(work, 5)',
  'setInterval(work, 5)',
  'globalThis.setTimeout(work, 5)',
  'AbortSignal.timeout(5)',
  'performance.now()',
  'crypto.randomUUID()',
  "import { setTimeout as sleep } from 'node:timers/promises'",
  "import timers from 'node:timers'",
  "import { performance as measure } from 'node:perf_hooks'",
  "import { randomUUID } from 'node:crypto'",
]
const ENVIRONMENT = [
  'process.env.HOME',
  "process['env']",
  'const { env } = process',
  "import { env } from 'node:process'",
]
const STYLE = ['export default 1', "export * from './task.ts'"]
const FINE = ['new Date(0)', "import { createHash } from 'node:crypto'", 'clock.now()', 'process.exitCode = 1']

function isCaught(file: string, code: string): boolean {
  const found = new Linter().verify(code, [...machine], file)
  const broken = found.find(({ fatal }) => fatal)
  assert.equal(broken, undefined, `${code}: ${broken?.message ?? ''}`)
  return found.length > 0
}

function caughtIn(file: string, codes: readonly string[]): string[] {
  return codes.filter((code) => isCaught(file, code))
}

test('an ordinary file may ask the machine nothing', () => {
  for (const file of ['src/core/task.ts', 'src/mesh/identity.ts', 'test/unit/core/task.test.ts']) {
    assert.deepEqual(caughtIn(file, [...CLOCK, ...ENVIRONMENT, ...STYLE]), [...CLOCK, ...ENVIRONMENT, ...STYLE])
    assert.deepEqual(caughtIn(file, FINE), [])
  }
})

test('only app/system.ts may take time and chance, and it may not read the environment', () => {
  assert.deepEqual(caughtIn('src/app/system.ts', CLOCK), [])
  assert.deepEqual(caughtIn('src/app/system.ts', ENVIRONMENT), ENVIRONMENT)
})

test('only the entries may read the environment, and they may not take time or chance', () => {
  for (const file of ['src/cli/main.ts', 'src/action/main.ts', 'src/action/post.ts']) {
    assert.deepEqual(caughtIn(file, ENVIRONMENT), [])
    assert.deepEqual(caughtIn(file, CLOCK), CLOCK)
  }
})
