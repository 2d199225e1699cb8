import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { Verdict } from '../../../scripts/test/verdict.ts'

type Kind = 'test:pass' | 'test:fail' | 'test:diagnostic'

function event(type: Kind, data: Record<string, unknown>): TestEvent {
  return { type, data: { nesting: 0, ...data } } as unknown as TestEvent
}

const passed = (data: Record<string, unknown> = {}) =>
  event('test:pass', { name: 'it holds', file: '/r/test/a.test.ts', line: 3, ...data })
const count = (name: string, value: number) => event('test:diagnostic', { message: `${name} ${value}` })

async function judge(...events: TestEvent[]): Promise<{ verdict: Verdict; shown: TestEvent[] }> {
  const verdict = new Verdict('/r')
  const shown: TestEvent[] = []
  async function* all(): AsyncGenerator<TestEvent> {
    for (const each of events) yield await Promise.resolve(each)
  }
  for await (const each of verdict.withoutClosing(all())) shown.push(each)
  return { verdict, shown }
}

test('the closing lines are held back, and end in one that counts', async () => {
  const { verdict, shown } = await judge(passed(), count('tests', 1), count('pass', 1), count('fail', 0))
  assert.equal(shown.length, 1)
  assert.equal(verdict.passed, true)
  assert.equal(verdict.closing(), 'ℹ tests 1\nℹ pass 1\nℹ fail 0\n1 passed, 0 failed\n')
})

test('a skip with a reason passes', async () => {
  const { verdict } = await judge(passed({ skip: 'the engine has no BuildKit' }), count('pass', 1), count('fail', 0))
  assert.equal(verdict.passed, true)
})

const REFUSED: readonly [string, TestEvent, string][] = [
  ['a skip without a reason', passed({ skip: true }), 'skipped without a reason: it holds (test/a.test.ts:3)'],
  ['a todo', passed({ todo: 'later' }), 'left to do: it holds (test/a.test.ts:3)'],
  ['a file without tests', passed({ name: '/r/test/a.test.ts', line: 1 }), 'no test in test/a.test.ts:1'],
  [
    '.only',
    event('test:diagnostic', { message: "'only' and 'runOnly' require …", file: '/r/test/a.test.ts', line: 3 }),
    '.only in test/a.test.ts:3',
  ],
]
for (const [what, refused, line] of REFUSED) {
  test(`${what} is refused, although the runner passes it`, async () => {
    const { verdict } = await judge(refused, count('pass', 1), count('fail', 0))
    assert.equal(verdict.passed, false)
    assert.equal(verdict.closing(), `✖ refused: ${line}\nℹ pass 1\nℹ fail 0\n1 passed, 1 failed\n`)
  })
}

test('failed and cancelled tests both count as failed, and a run without tests has not passed', async () => {
  const { verdict } = await judge(count('pass', 3), count('fail', 1), count('cancelled', 2))
  assert.match(verdict.closing(), /^3 passed, 3 failed$/m)
  assert.equal(verdict.passed, false)
  assert.equal((await judge(count('pass', 0), count('fail', 0))).verdict.passed, false)
})
