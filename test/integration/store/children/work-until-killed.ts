/**
 * Submits, claims and settles at full speed until it is killed. It writes one line before each call whose answer may be
 * lost, and one after each answer, straight to the pipe, so that what the parent has read was really answered:
 *
 *   key K            a submit with key K is asked for        submitted ID K      it was accepted
 *   settling ID F V  the grant F of ID is to complete as V   settled ID F V      it did
 *
 * First it repeats the calls of its predecessor whose answers were lost (standard input, in the same form), as a client
 * and a worker would: the settlements with another result, which must not replace one that was accepted.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeSync } from 'node:fs'
import type { Fence, PeerId, TaskId } from '../../../../src/core/ids.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { sampleTask } from '../../../support/sample-task.ts'
import { openHome } from '../open-home.ts'

const CALLERS = 24
const [directory, round] = process.argv.slice(2)
assert(directory !== undefined && round !== undefined)
const lost = readFileSync(0, 'utf8').split('\n').filter(Boolean)
const clock = new ManualClock()
const { store } = await openHome(directory, {}, clock)

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

async function submit(key: string): Promise<void> {
  const task = sampleTask({
    idempotencyKey: key,
    payload: { key },
    clocks: { ...sampleTask().clocks, queueMs: 1e12, totalMs: 1e12 },
  })
  const [submitted] = await store.submit([task], clock.now())
  say(`submitted ${String(submitted?.id)} ${key}`)
}

async function settle(taskId: TaskId, fence: Fence, value: string, proposed: string): Promise<void> {
  const [settled] = await store.settle(
    [{ taskId, fence, status: 'completed', result: { value: proposed } }],
    clock.now(),
  )
  assert(settled?.outcome === 'settled' || settled?.outcome === 'already')
  const kept = settled.task?.result?.['value']
  assert(typeof kept === 'string')
  assert.equal(kept, settled.outcome === 'already' ? value : proposed)
  say(`settled ${taskId} ${String(fence)} ${kept}`)
}

for (const line of lost) {
  const [what, first = '', fence = '', value = ''] = line.split(' ')
  if (what === 'key') await submit(first)
  else await settle(first as TaskId, Number(fence) as Fence, value, `${value}-again`)
}
say('working')

let calls = 0
async function work(caller: number): Promise<never> {
  for (;;) {
    calls += 1
    const name = `${round}.${String(caller)}.${String(calls)}`
    say(`key ${name}`)
    await submit(name)
    const request = { worker: `w${String(caller)}` as PeerId, requestId: name, max: 1, leaseMs: 1e9, policyDigest: 'p' }
    const [grant] = await store.claim({ ...request, fits: () => true }, clock.now())
    assert(grant !== undefined)
    const { task, fence } = grant
    say(`settling ${task.id} ${String(fence)} ${name}`)
    await settle(task.id, fence, name, name)
  }
}

await Promise.all(Array.from({ length: CALLERS }, (_, caller) => work(caller)))
