import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { findRecord, findSeal, markerName, pythonInstant, renderRecord } from '../../../src/github/comment-codec.ts'

const vectors = z
  .object({
    render: z.array(
      z.object({
        record: z.object({
          peer_id: z.string(),
          runner_name: z.string(),
          public_ip: z.string().nullable(),
          listen_port: z.number(),
          multiaddr: z.string(),
          last_seen: z.string(),
          metadata: z.record(z.string(), z.unknown()),
        }),
        body: z.string(),
      }),
    ),
    parse: z.array(z.object({ case: z.string(), body: z.string(), parsed: z.unknown() })),
    discover: z.array(z.object({ case: z.string(), discovered: z.array(z.string()) })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../vectors/registry_comment.json', import.meta.url), 'utf8')))

describe('the predecessor’s captures', () => {
  for (const { record, body } of vectors.render) {
    test(`render ${record.runner_name}, byte for byte`, () => assert.equal(renderRecord(record), body))
  }
  for (const { case: name, body, parsed } of vectors.parse) {
    test(`parse: ${name}`, () => assert.deepEqual(findRecord(body) ?? null, parsed))
  }

  /** How its nodes read what ours write: fresh by an aware timestamp, and never hiding others by a naive one. */
  const predecessorSees = (lastSeen: string, now: number): boolean =>
    /(?:[+-]\d\d:\d\d|Z)$/.test(lastSeen) && now - Date.parse(lastSeen) < 30 * 60_000
  test('discover: its nodes find ours fresh while they are, and expired after 30 minutes', () => {
    const at = Date.UTC(2026, 7, 18, 10)
    assert.deepEqual(vectors.discover.find((each) => each.case === 'fresh')?.discovered, ['a'])
    assert.deepEqual(vectors.discover.find((each) => each.case === 'expired')?.discovered, [])
    assert.equal(predecessorSees(pythonInstant(at), at + 1_000), true)
    assert.equal(predecessorSees(pythonInstant(at), at + 31 * 60_000), false)
  })

  /** What its nodes do with other comments and ours, on purpose, do not: none of them is signed. */
  const deviations = {
    'far future never expires': 'an announcement lasts a day at most, and none comes from the future',
    'one naive timestamp hides every peer': 'each comment is judged alone',
    'Z suffix': 'times outside of the signed part are not read',
    'self excluded by claimed runner_name': 'we know ourselves by our peer id',
    'first max_peers in comment order, not freshest': 'the newest announcement of each peer counts, wherever it stands',
  }
  test('discover: every other capture has its place in the table of deviations', () => {
    const others = vectors.discover.map((each) => each.case).filter((name) => name !== 'fresh' && name !== 'expired')
    assert.deepEqual(others.toSorted(), Object.keys(deviations).toSorted())
  })
})

test('an instant is written as Python does, without a fraction of zero', () => {
  assert.equal(pythonInstant(Date.UTC(2026, 7, 18, 10)), '2026-08-18T10:00:00+00:00')
  assert.equal(pythonInstant(Date.UTC(2026, 7, 18, 10) + 123), '2026-08-18T10:00:00.123000+00:00')
})

test('whatever a runner is called, its comment is one marker line and one record that reads back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (name, metadata) => {
        const record = {
          peer_id: 'p',
          runner_name: name.toWellFormed(),
          public_ip: null,
          listen_port: 1,
          multiaddr: '/ip4/192.0.2.1/tcp/1',
          last_seen: pythonInstant(0),
          metadata: JSON.parse(JSON.stringify(metadata).replaceAll('__proto__', 'proto')) as Record<string, unknown>,
        }
        const body = renderRecord(record)
        assert.deepEqual(findRecord(body), record)
        assert.match(body.slice(body.indexOf('\n')), /^[ -~\n]*$/)
        assert.match(body.split('\n')[0] ?? '', /^<!-- p2p-peer-registry:[^>]* -->$/)
      },
    ),
  )
})

test('a name with the end of a comment or of a line in it ends neither', () => {
  assert.equal(markerName('a --> b\n<!-- c'), 'a - b <!- c')
})

test('a record without a seal, or with one of another form, has none', () => {
  assert.equal(findSeal({}), undefined)
  assert.equal(findSeal({ metadata: { runner_mesh: { envelope: 1, mac: '' } } }), undefined)
  assert.deepEqual(findSeal({ metadata: { runner_mesh: { envelope: 'e', mac: 'm' } } }), { envelope: 'e', mac: 'm' })
})
