/**
 * Each attack comes from a process of its own while a good peer asks at a steady rate. Short here; the night tries each
 * for a minute: RUNNER_MESH_TEST_ATTACK_SECONDS=60.
 */
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Rejection } from '../../../../src/core/rejections.ts'
import { eventually } from '../../../support/eventually.ts'
import { Homes, type HomeProcess } from '../homes.ts'
import { MESH_KEY } from '../peers.ts'
import type { ATTACKS } from './attacks.ts'
import type { Attack } from './attack-process.ts'
import type { Asked } from './good-process.ts'

const SECONDS = Number(process.env['RUNNER_MESH_TEST_ATTACK_SECONDS'] ?? '3')
const WARM_MS = 3_000
/** By which its memory may grow, what V8 has taken and not given back included: the goal for every attack. */
const MOST_GROWTH_MEGABYTES = 64
/** What it holds for an attack that goes on. */
const MOST_HELD_MEGABYTES = 32
const LEAST_ANSWERED = 0.8
const LEASE_SECONDS = 2

/** Served as any member that reads: how it slows others on a machine that is busy besides shows only in a longer run. */
const ONLY_AT_NIGHT: readonly (keyof typeof ATTACKS)[] = ['large answers without end']
const IS_NIGHT = SECONDS >= 30

/** What the attacked peer counts; and for how long at least it takes to show. */
const KINDS: Readonly<Record<keyof typeof ATTACKS, readonly [readonly Rejection[], seconds?: number]>> = {
  garbage: [['bad_negotiation']],
  'slow loris': [['connection_flood', 'silent_connection']],
  'too many connections': [['connection_flood', 'bad_negotiation', 'silent_connection']],
  'wrong key': [['hello_refused']],
  'too many streams': [['stream_flood']],
  'oversized frames of a stranger': [['hello_refused']],
  'oversized frames of a member': [['bad_frame']],
  'nonsense of a member': [['bad_message']],
  'too many calls': [['call_flood']],
  // Its calls are made to wait: in a short attack nothing need be turned away.
  'answers nobody reads': [[]],
  // All that it asks is answered, as fast as it reads and after the others.
  'large answers without end': [[]],
  'forged and replayed announcements': [['bad_announcement']],
  'takes work and stalls': [['stalled_worker'], 5 * LEASE_SECONDS],
}

async function ask(good: ChildProcess, ms: number): Promise<Asked> {
  good.send({ ms })
  const [answer] = (await once(good, 'message')) as [Asked]
  return answer
}

describe('a peer under attack serves a good peer, keeps its memory, counts what it turned away', () => {
  const homes = new Homes({ after })
  const children: ChildProcess[] = []
  after(() => children.forEach((child) => child.kill('SIGKILL')))
  let victim: HomeProcess
  let good: ChildProcess
  let address: string
  let calmRate: number

  function forkOf(name: string, options: unknown): ChildProcess {
    const child = fork(join(import.meta.dirname, name), [JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    children.push(child)
    return child
  }

  async function rejected(): Promise<Readonly<Record<string, number>>> {
    return (await victim.call('p2p_taskqueue_status', { detail: true })).rejected ?? {}
  }

  /** The most that its memory grows by until `over`, and by what it holds more towards the end of an attack of `ms`. */
  async function watchGrowth(ms: number, over: AbortSignal): Promise<{ grownBy: number; holdsMore: number }> {
    const before = await victim.collect()
    const from = performance.now()
    let grownBy = 0
    let holdsMore: number | undefined
    while (!over.aborted) {
      grownBy = Math.max(grownBy, (await victim.look()).rssMegabytes - before.rssMegabytes)
      if (performance.now() - from > 0.9 * ms) {
        holdsMore ??= (await victim.collect()).usedMegabytes - before.usedMegabytes
      }
      await pause(100)
    }
    return { grownBy, holdsMore: holdsMore ?? Infinity }
  }

  before(async () => {
    victim = await homes.start('victim', { rendezvous: 'true', 'lease-seconds': String(LEASE_SECONDS) })
    address = (await victim.look()).addresses[0] ?? ''
    good = forkOf('good-process.ts', { stateDir: await homes.folder(), key: MESH_KEY, target: address })
    await once(good, 'message')
    calmRate = (await ask(good, WARM_MS)).answered / WARM_MS
  })

  for (const [name, [kinds, leastSeconds = 0]] of Object.entries(KINDS) as [
    Attack['name'],
    (typeof KINDS)[Attack['name']],
  ][]) {
    if (ONLY_AT_NIGHT.includes(name) && !IS_NIGHT) continue
    test(name, { timeout: 1000 * (SECONDS + 60) }, async (t) => {
      if (name === 'takes work and stalls') {
        for (let task = 0; task < 20; task += 1)
          await victim.call('p2p_taskqueue_submit', { task_type: 'test.stall', payload: {}, idempotent: true })
      }
      const ms = Math.max(SECONDS, leastSeconds) * 1000
      const before = await rejected()
      const over = new AbortController()
      const growth = watchGrowth(ms, over.signal)
      const attacker = forkOf('attack-process.ts', { name, address, key: MESH_KEY, ms } satisfies Attack)
      const ended = once(attacker, 'exit')
      await once(attacker, 'message')
      const { asked, answered, p99Ms, lost } = await ask(good, ms)
      over.abort()
      const { grownBy, holdsMore } = await growth
      const rate = answered / ms / calmRate
      const counts = await eventually(
        'it is counted',
        rejected,
        (counts) => kinds.length === 0 || kinds.some((kind) => (counts[kind] ?? 0) > (before[kind] ?? 0)),
        5_000,
      )
      const counted = Object.entries(counts).flatMap(([kind, count]) => {
        const more = count - (before[kind] ?? 0)
        return more > 0 ? [`${kind} ${String(more)}`] : []
      })
      t.diagnostic(
        `${name}, ${String(ms / 1000)} s: ${String(answered)} of ${String(asked)} answered (${(100 * rate).toFixed(0)} % of the rate without attack), ` +
          `p99 ${p99Ms.toFixed(1)} ms, memory +${grownBy.toFixed(1)} MB, holds ${holdsMore.toFixed(1)} MB more, turned away ${counted.join(', ')}`,
      )
      assert.equal(lost, 0, 'the good peer was never disconnected')
      assert.ok(rate >= LEAST_ANSWERED, `${String(answered)} of ${String(asked)} answered`)
      assert.ok(grownBy <= MOST_GROWTH_MEGABYTES, `grew by ${grownBy.toFixed(1)} MB`)
      assert.ok(holdsMore <= MOST_HELD_MEGABYTES, `holds ${holdsMore.toFixed(1)} MB more`)
      await ended
    })
  }
})
