import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { Fence, TaskId } from '../../../src/core/ids.ts'
import { scratchDirectory } from '../../support/scratch-directory.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { openHome } from './open-home.ts'

const CHILD = join(import.meta.dirname, 'children', 'work-until-killed.ts')
const KILLS = 50
/** How many lines a process may say before it is killed, at most: enough for several groups. */
const LINES = 1_500

/** What the processes said: calls asked for and not answered, and what was answered. */
class Record {
  readonly openKeys = new Set<string>()
  readonly openSettlements = new Map<string, string>()
  readonly submitted = new Map<string, TaskId>()
  readonly settled = new Map<TaskId, { readonly fence: Fence; readonly value: string }>()

  hear(line: string): void {
    const [what, first = '', second = '', third = ''] = line.split(' ')
    if (what === 'key') this.openKeys.add(first)
    else if (what === 'settling') this.openSettlements.set(`${first} ${second}`, third)
    else if (what === 'submitted') this.#submitted(first as TaskId, second)
    else if (what === 'settled') this.#settled(first as TaskId, Number(second) as Fence, third)
    else assert.equal(line, 'working')
  }

  #submitted(id: TaskId, key: string): void {
    assert(this.openKeys.delete(key), `${key} was answered without having been asked for`)
    assert(!this.submitted.has(key), `${key} was answered twice`)
    this.submitted.set(key, id)
  }

  #settled(id: TaskId, fence: Fence, value: string): void {
    assert(this.openSettlements.delete(`${id} ${String(fence)}`), `${id} was settled without having been asked for`)
    assert(!this.settled.has(id), `${id} was settled twice`)
    this.settled.set(id, { fence, value })
  }

  /** Calls whose answers were lost, as lines. */
  lost(): string {
    const keys = [...this.openKeys].map((key) => `key ${key}`)
    const settlements = [...this.openSettlements].map(([grant, value]) => `settling ${grant} ${value}`)
    return [...keys, ...settlements].join('\n')
  }
}

async function workAndKill(directory: string, round: number, record: Record, lines: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, directory, String(round)], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(record.lost())
  const exited = once(child, 'exit')
  let working = false
  let heard = 0
  for await (const line of createInterface({ input: child.stdout })) {
    record.hear(line)
    if (line === 'working') working = true
    if (working) heard += 1
    if (heard === lines) child.kill('SIGKILL')
  }
  assert.deepEqual(await exited, [null, 'SIGKILL'], 'it ended by itself')
}

test(
  `R13: killed ${String(KILLS)} times, a home loses nothing it answered and settles nothing twice`,
  {
    timeout: 120_000,
  },
  async () => {
    await using scratch = await scratchDirectory()
    const random = new SeededRandom(KILLS)
    const record = new Record()
    for (let round = 0; round < KILLS; round += 1) {
      await workAndKill(scratch.path, round, record, 1 + Math.floor(random.unit() * LINES))
    }
    assert(record.settled.size > KILLS, 'they came to do something')

    await using home = await openHome(scratch.path)
    const { store } = home
    for (const [key, id] of record.submitted) {
      assert.deepEqual((await store.find(id))?.payload, { key }, `${id} was accepted and is lost`)
    }
    for (const [id, { fence, value }] of record.settled) {
      const task = await store.find(id)
      assert.deepEqual(
        [task?.status, task?.fence, task?.result],
        ['completed', fence, { value }],
        `the end of ${id} is lost`,
      )
    }
    const keys = new Map<string, number>()
    const fences = new Set<number>()
    let cursor: string | undefined
    do {
      const page = await store.list({}, 1_000, cursor)
      for (const { idempotencyKey = '', fence } of page.tasks) {
        keys.set(idempotencyKey, (keys.get(idempotencyKey) ?? 0) + 1)
        if (fence === undefined) continue
        assert(!fences.has(fence), 'a fence was given twice')
        fences.add(fence)
      }
      cursor = page.nextCursor
    } while (cursor !== undefined)
    assert.deepEqual(
      [...keys].filter(([, tasks]) => tasks > 1),
      [],
      'a repeated submit made a second task',
    )
  },
)
