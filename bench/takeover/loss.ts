/**
 * What the loss of a peer costs: two peers that share a home, processes of their own, serve callers who submit and wait as
 * the command line does, and a worker. The peer that the callers are at is killed in the middle of it, again and again.
 */
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startPeerProcess, type PeerProcess } from '../../scripts/demo/peer-process.ts'
import { systemClock } from '../../src/app/system.ts'
import { openPeer } from '../../src/cli/peer-link.ts'
import { SteadyLink } from '../../src/cli/steady-link.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import type { Server } from '../../test/support/database-servers.ts'
import { NOOP, startNoopWorker } from '../mesh/noop-worker.ts'
import type { Leftovers } from '../queue/leftovers.ts'

export interface LossPlan {
  readonly rounds: number
  readonly callers: number
  /** Work before and after each loss, milliseconds. */
  readonly ms: number
}

/** Milliseconds from the kill of a peer, one figure a loss; of the callers one each. */
export interface Losses {
  /** Until a worker was granted a task by the peer that is left. */
  readonly nextClaim: number[]
  /** Until a caller who was waiting for an answer of the lost peer had it from the other. */
  readonly answers: number[]
  /** Tasks that were acknowledged and whose end was told. */
  tasks: number
}

interface Caller {
  /** Since when it waits for the answer it is without. */
  askedAt: number
}

export async function measureLosses(
  folder: string,
  { port, password }: Server,
  { rounds, callers, ms }: LossPlan,
  leftovers: Leftovers,
): Promise<Losses> {
  const env = { RUNNER_MESH_STORE: `postgres://bench:${password}@127.0.0.1:${String(port)}/postgres` }
  const names = ['a', 'b'] as const
  const directoryOf = (name: string): string => join(folder, name)
  const keyFile = join(folder, 'mesh.key')
  const up = async (name: string, listen: string, more: readonly string[]): Promise<PeerProcess> =>
    startPeerProcess({
      args: [
        ...['up', '--state-dir', directoryOf(name), '--runner-name', name, '--work', 'false', '--http', '127.0.0.1:0'],
        ...['--listen', listen, ...more],
      ],
      env,
    })
  const peers = new Map<string, PeerProcess>()
  leftovers.add(() => Promise.all([...peers.values()].map((peer) => peer.kill())))
  const anywhere = '/ip4/127.0.0.1/tcp/0'
  const first = await up('a', anywhere, [])
  peers.set('a', first)
  await copyFile(join(directoryOf('a'), 'mesh.key'), keyFile)
  peers.set('b', await up('b', anywhere, ['--key-file', keyFile]))
  const addresses = new Map([...peers].map(([name, { ready }]) => [name, ready.addresses[0] ?? '']))

  const claims: { readonly by: string; readonly at: number }[] = []
  const links = new Map<string, OperationsLink>()
  const isReached = ({ ready }: PeerProcess): boolean => links.get(ready.peer_id)?.closed.aborted === false
  const seen = (link: OperationsLink): OperationsLink => {
    links.set(link.peer ?? '', link)
    return heard(link)
  }
  const heard = (link: OperationsLink): OperationsLink => ({
    ...link,
    call: async (operation, input, options) => {
      const answer = await link.call(operation, input, options)
      if (operation === 'p2p_taskqueue_claim_next' && (answer as { grants: readonly unknown[] }).grants.length > 0)
        claims.push({ by: link.peer ?? '', at: performance.now() })
      return answer
    },
  })
  const key = (await readFile(keyFile, 'utf8')).trim()
  const stopWorker = await startNoopWorker({
    ...{ folder, key, addresses: [...addresses.values()], slots: callers * 2, batch: 16, seen },
  })
  leftovers.add(stopWorker)

  const losses: Losses = { nextClaim: [], answers: [], tasks: 0 }
  const over = new AbortController()
  const answered = new Map<Caller, number>()
  /** When the peer was killed whose callers are waited for. */
  const loss = { at: Infinity }
  const environment = {
    RUNNER_MESH_STATE_DIR: directoryOf('a'),
    RUNNER_MESH_OTHER_STATE_DIRS: directoryOf('b'),
  }
  const call = async (caller: Caller, number: number): Promise<void> => {
    const steady = new SteadyLink({
      open: () => openPeer({ environment }),
      clock: systemClock,
      signal: over.signal,
      status: () => undefined,
    })
    const ask = async <T>(asked: Promise<T>): Promise<T> => {
      caller.askedAt = performance.now()
      const answer = await asked
      if (caller.askedAt < loss.at) answered.set(caller, performance.now())
      losses.tasks += 1
      return answer
    }
    for (let count = 0; !over.signal.aborted; count += 1) {
      const task = { task_type: NOOP, payload: {}, idempotency_key: `${String(number)}-${String(count)}` }
      await ask(
        steady
          .call('p2p_taskqueue_submit', task, { signal: over.signal })
          .then(({ task_id: id }) =>
            steady.call('p2p_taskqueue_wait_task', { task_id: id, timeout_s: 120 }, { signal: over.signal }),
          ),
      )
    }
    await steady.close()
  }
  const all = Array.from({ length: callers }, (): Caller => ({ askedAt: Infinity }))
  const calling = all.map((caller, number) =>
    call(caller, number).catch((error: unknown) => {
      if (!over.signal.aborted) throw error
    }),
  )
  const broken = Promise.all(calling)
  broken.catch(() => undefined)
  const passed = (time: number): Promise<unknown> => Promise.race([systemClock.sleep(time), broken])

  for (let round = 0; round < rounds; round += 1) {
    // The loss of one of two: the worker may have to find the one of the round before again.
    while (![...peers.values()].every(isReached)) await passed(20)
    await passed(ms)
    const name = names[round % names.length] ?? 'a'
    const [lost, left] = [peers.get(name), peers.get(name === 'a' ? 'b' : 'a')]
    answered.clear()
    loss.at = performance.now()
    const waiting = all.filter(({ askedAt }) => askedAt < loss.at)
    const gone = lost?.kill()
    const isBack = (): boolean => waiting.every((caller) => answered.has(caller))
    const granted = (): number | undefined =>
      claims.find(({ by, at }) => at >= loss.at && by === left?.ready.peer_id)?.at
    while (!isBack() || granted() === undefined) await passed(5)
    await gone
    losses.nextClaim.push((granted() ?? Number.NaN) - loss.at)
    losses.answers.push(...waiting.map((caller) => (answered.get(caller) ?? Number.NaN) - loss.at))
    loss.at = Infinity
    claims.length = 0
    await passed(ms)
    peers.set(name, await up(name, addresses.get(name)?.replace(/\/p2p\/.*/, '') ?? anywhere, ['--key-file', keyFile]))
  }
  over.abort(new Error('over'))
  await broken
  return losses
}
