import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { bar, createStatusLine } from '../../../src/cli/status-line.ts'

function screen(facts: object) {
  const written: string[] = []
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.toString())
      done()
    },
  })
  return { written, stream: Object.assign(stream, facts) as unknown as NodeJS.WriteStream }
}

test('a terminal has one line that rewrites itself, with a bar where it is known how much is done', () => {
  const { written, stream } = screen({ isTTY: true, hasColors: () => true, columns: 50 })
  const line = createStatusLine(stream, { mono: () => 0 })
  line.show('preparing on b: 3 of 4 layers', 0.5)
  line.clear()
  line.clear()
  assert.deepEqual(written, [
    `\r\u001b[K${'[############------------]  50 % preparing on b: 3 of 4 layers'.slice(0, 49)}`,
    '\r\u001b[K',
  ])
})

test('a pipe gets a line for what is new, and a measured one every two seconds at most', () => {
  let now = 0
  const { written, stream } = screen({ isTTY: false, hasColors: () => false })
  const line = createStatusLine(stream, { mono: () => now })
  line.show('claimed by b, attempt 1')
  for (now = 0; now <= 4_000; now += 500) line.show(`pulled ${String(now)}`, now / 4_000)
  line.show('running on b')
  line.show('running on b')
  assert.deepEqual(written.join(''), 'claimed by b, attempt 1\npulled 0\npulled 2000\npulled 4000\nrunning on b\n')
})

test('a bar stays within its bounds', () => {
  assert.equal(bar(-1), `[${'-'.repeat(24)}]   0 %`)
  assert.equal(bar(7), `[${'#'.repeat(24)}] 100 %`)
})
