import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logPages, type LogFlags } from '../../../src/cli/log-pages.ts'
import type { OperationsLink } from '../../../src/core/ports/link.ts'

const entry = (seq: number) => ({ seq, at: 0, stream: 'stdout' as const, text: `line ${String(seq)}\n` })

/** Answers pages in turn and notes how long each call was ready to wait. */
function homeWith(pages: readonly object[]) {
  const waits: number[] = []
  const call = (_: string, input: { readonly wait_s: number }) => {
    const page = pages[waits.push(input.wait_s) - 1]
    assert.ok(page, 'asked for more than there is')
    return Promise.resolve({ task_id: 't', attempt: 1, cuts: [], complete: false, bytes: 0, lines: 0, ...page })
  }
  return { waits, link: { call } as unknown as Pick<OperationsLink, 'call'> }
}

async function read(link: Pick<OperationsLink, 'call'>, flags: LogFlags = {}): Promise<readonly number[]> {
  const seen: number[] = []
  const signal = new AbortController().signal
  for await (const { entries } of logPages(link, 't', flags, signal, 0)) seen.push(...entries.map(({ seq }) => seq))
  return seen
}

test('the log of a task that has ended is shown whole, also while the rest of it is on its way home', async () => {
  const status = 'completed'
  const { link, waits } = homeWith([
    { status, entries: [entry(0)], next_seq: 1, ended: false },
    { status, entries: [], next_seq: 1, ended: false },
    { status, entries: [entry(1)], next_seq: 2, ended: true },
  ])
  assert.deepEqual(await read(link), [0, 1])
  assert.equal(waits[0], 0)
  assert.ok(waits.slice(1).every((seconds) => seconds > 0))
})

test('the log of a task that runs is shown as far as it is there', async () => {
  const status = 'running'
  const { link, waits } = homeWith([
    { status, entries: [entry(0)], next_seq: 1, ended: false },
    { status, entries: [], next_seq: 1, ended: false },
  ])
  assert.deepEqual(await read(link), [0])
  assert.deepEqual(waits, [0, 0])
})

test('a log that is whole before its task has ended is shown once', async () => {
  const told: object[] = []
  const call = (name: string, input: { readonly from_seq?: number }) => {
    told.push(input)
    if (name !== 'p2p_taskqueue_read_log') return Promise.resolve({ task: { attempt: 1 } })
    const status = told.length > 3 ? 'failed' : 'running'
    const entries = [entry(0)].filter(({ seq }) => seq >= (input.from_seq ?? 0))
    return Promise.resolve({ task_id: 't', attempt: 1, cuts: [], status, entries, next_seq: 2, ended: true })
  }
  const link = { call } as unknown as Pick<OperationsLink, 'call'>
  assert.deepEqual(await read(link, { follow: true }), [0])
  assert.equal(told.length, 4)
})
