import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { engineReports, type EngineReport } from '../../../src/docker/engine/json-lines.ts'
import { PullProgress } from '../../../src/docker/images/pull-progress.ts'

async function readAll(chunks: readonly Uint8Array[]): Promise<EngineReport[]> {
  const reports: EngineReport[] = []
  for await (const report of engineReports(stream(chunks))) reports.push(report)
  return reports
}

async function* stream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk)
}

test('reports come out whole however the stream is cut, inside a character too', async () => {
  const reports = [{ status: 'Pulling — ünïcode' }, { id: 'a', status: 'x\n' }, { error: 'no' }]
  const bytes = Buffer.from(reports.map((report) => `${JSON.stringify(report)}\r\n`).join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: bytes.length })), async (cuts) => {
      const borders = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const chunks = borders.slice(1).map((end, index) => bytes.subarray(borders[index], end))
      assert.deepEqual(await readAll(chunks), reports)
    }),
  )
})

test('what is no report is refused', async () => {
  await assert.rejects(readAll([Buffer.from('<html>')]), SyntaxError)
  await assert.rejects(readAll([Buffer.from('7\n')]), /no object/)
})

test('waiting and trying again are no progress; bytes and finished layers are', () => {
  const progress = new PullProgress()
  const hear = (status: string, current?: number) =>
    progress.hear({
      id: 'l1',
      status,
      ...(current === undefined ? {} : { progressDetail: { current, total: 4_000_000 } }),
    })
  assert.equal(hear('Waiting'), true)
  assert.equal(hear('Waiting'), false)
  assert.equal(hear('Downloading', 1_000_000), true)
  assert.equal(hear('Downloading', 1_000_000), false)
  assert.equal(hear('Retrying in 5 seconds'), false)
  assert.equal(hear('Downloading', 2_000_000), true)
  assert.deepEqual(progress.describe(), { text: '0 of 1 layers, 2.0 of 4.0 MB', fraction: 0.5 })
  assert.equal(hear('Pull complete'), true)
  assert.deepEqual(progress.describe(), { text: '1 of 1 layers, 4.0 of 4.0 MB', fraction: 1 })
})
