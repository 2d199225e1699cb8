/**
 * Each attack comes from a process of its own while a good peer asks at a steady rate. Short here; the night tries each
 * for a minute: RUNNER_MESH_TEST_ATTACK_SECONDS=60.
 */
import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
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
const MOST_GROWTH_MEGABYTES = 64
const LEAST_ANSWERED = 0.8
const LEASE_SECONDS = 2
/** For starting, and for the last answers. */
const SPARE_SECONDS = 10
const LIMIT_MS = 1000 * (60 + 12 * (SECONDS + SPARE_SECONDS))

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
  'answers nobody reads': [['slow_reader', 'call_flood']],
  'forged and replayed announcements': [['bad_announcement']],
  'takes work and stalls': [['stalled_worker'], 5 * LEASE_SECONDS],
}

function forkOf(t: TestContext, name: string, options: unknown): ChildProcess {
  const child = fork(join(import.meta.dirname, name), [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.after(() => child.kill('SIGKILL'))
  return child
}

async function ask(good: ChildProcess, ms: number): Promise<Asked> {
  good.send({ ms })
  const [answer] = (await once(good, 'message')) as [Asked]
  return answer
}

async function rejectedBy(victim: HomeProcess): Promise<Readonly<Record<string, number>>> {
  return (await victim.call('p2p_taskqueue_status', { detail: true })).rejected ?? {}
}

test(
  'a peer under attack serves a good peer, keeps its memory, counts what it turned away',
  { timeout: LIMIT_MS },
  async (t) => {
    const homes = new Homes(t)
    const victim = await homes.start('victim', { rendezvous: 'true', 'lease-seconds': String(LEASE_SECONDS) })
    const [address = ''] = (await victim.look()).addresses
    const good = forkOf(t, 'good-process.ts', { stateDir: await homes.folder(), key: MESH_KEY, target: address })
    await once(good, 'message')
    const calm = await ask(good, WARM_MS)
    t.diagnostic(
      `without attack: ${String(calm.answered)} of ${String(calm.asked)} answered, p99 ${calm.p99Ms.toFixed(1)} ms`,
    )
    const calmRate = calm.answered / WARM_MS

    for (const [name, [kinds, leastSeconds = 0]] of Object.entries(KINDS) as [
      Attack['name'],
      (typeof KINDS)[Attack['name']],
    ][]) {
      await t.test(name, { timeout: 1000 * (SECONDS + 60) }, async (t) => {
        if (name === 'takes work and stalls') {
          for (let task = 0; task < 20; task += 1)
            await victim.call('p2p_taskqueue_submit', { task_type: 'test.stall', payload: {}, idempotent: true })
        }
        const ms = Math.max(SECONDS, leastSeconds) * 1000
        const before = await rejectedBy(victim)
        const { rssMegabytes } = await victim.look()
        let most = rssMegabytes
        const attacker = forkOf(t, 'attack-process.ts', { name, address, key: MESH_KEY, ms } satisfies Attack)
        const ended = once(attacker, 'exit')
        await once(attacker, 'message')
        const asking = ask(good, ms)
        const over = new AbortController()
        const watching = (async () => {
          while (!over.signal.aborted) {
            most = Math.max(most, (await victim.look()).rssMegabytes)
            await pause(100)
          }
        })()
        const { asked, answered, p99Ms, lost } = await asking
        over.abort()
        await watching
        const rate = answered / ms / calmRate
        const after = await eventually(
          'it is counted',
          () => rejectedBy(victim),
          (counts) => kinds.some((kind) => (counts[kind] ?? 0) > (before[kind] ?? 0)),
          5_000,
        )
        const counted = Object.entries(after).filter(([kind, count]) => count > (before[kind] ?? 0))
        t.diagnostic(
          `${name}, ${String(ms / 1000)} s: ${String(answered)} of ${String(asked)} answered (${(100 * rate).toFixed(0)} % of the rate without attack), ` +
            `p99 ${p99Ms.toFixed(1)} ms, memory +${(most - rssMegabytes).toFixed(1)} MB, turned away ${counted.map(([kind, count]) => `${kind} ${String(count - (before[kind] ?? 0))}`).join(', ')}`,
        )
        assert.equal(lost, 0, 'the good peer was never disconnected')
        assert.ok(rate >= LEAST_ANSWERED, `${String(answered)} of ${String(asked)} answered`)
        assert.ok(most - rssMegabytes <= MOST_GROWTH_MEGABYTES, `grew by ${(most - rssMegabytes).toFixed(1)} MB`)
        await ended
      })
    }
  },
)
