/** What counts as growth under a steady load, against courses that are made up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toSvg } from '../../soak/plot.ts'
import { courses, type Sample } from '../../soak/samples.ts'

function run(what: string, valueAt: (share: number) => number): Sample[] {
  return Array.from({ length: 60 }, (_, index) => ({ at: index, values: { [what]: valueAt(index / 59) } }))
}

function isFlat(what: string, valueAt: (share: number) => number): boolean | undefined {
  return courses(run(what, valueAt))[0]?.isFlat
}

test('what warms up and then stays is flat, whatever peaks between', () => {
  assert.equal(
    isFlat('memory of b, MiB', (share) => (share < 0.2 ? 60 + 300 * share : 120 + (share === 0.5 ? 90 : 0))),
    true,
  )
  assert.equal(
    isFlat('containers', (share) => Math.round(3 + 2 * Math.sin(share * 50))),
    true,
  )
})

test('a leak is told, of each kind', () => {
  assert.equal(
    isFlat('memory of b, MiB', (share) => 100 + 60 * share),
    false,
  )
  assert.equal(
    isFlat('handles of home', (share) => 30 + 30 * share),
    false,
  )
  assert.equal(
    isFlat('database of home, MiB', (share) => 1 + 12 * share),
    false,
  )
  assert.equal(
    isFlat('containers', (share) => 2 + 12 * share),
    false,
  )
  assert.equal(
    isFlat('comments in the registry', (share) => (share < 0.5 ? 3 : 4)),
    false,
  )
})

test('too few samples, and what nothing is known of, are faults', () => {
  assert.throws(() => courses(run('containers', () => 1).slice(0, 8)), /too few/)
  assert.throws(() => courses(run('tears', () => 1)), /Nothing is known of tears/)
})

test('the plot shows each course once and is sound XML text', () => {
  const svg = toSvg(run('memory of <b>, MiB', (share) => share))
  assert.equal(svg.match(/<polyline/g)?.length, 1)
  assert.match(svg, /memory of &lt;b>, MiB/)
  assert.doesNotMatch(svg, /NaN/)
})
