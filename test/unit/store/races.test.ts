import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

/** Every race of a queue that one home can run into has a test that carries its number. */
const RACES = Array.from({ length: 27 }, (_, index) => index + 1)

const TEST = join(import.meta.dirname, '..', '..')
const FOLDERS = ['contract/task-store', 'integration/store', 'unit/store']

function numbersOf(source: string): readonly number[] {
  return [...source.matchAll(/\btest\(\s*['"`]R(\d+): /g)].map(([, number]) => Number(number))
}

test('each of the races R1 to R27 has a test that names it', () => {
  const named = new Set(
    FOLDERS.flatMap((folder) =>
      readdirSync(join(TEST, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .flatMap((path) => numbersOf(readFileSync(join(TEST, folder, path), 'utf8'))),
    ),
  )
  assert.deepEqual(
    RACES.filter((number) => !named.has(number)),
    [],
  )
})

test('a test counts only when its name begins with the number', () => {
  assert.deepEqual(numbersOf("test('R4: once', …)\n  test(\n  'R12: two', …)\ntest('see R5: no')\n// R6: no"), [4, 12])
})
