import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SteadyLink, type ClosableLink } from '../../../src/cli/steady-link.ts'
import { RunnerMeshError } from '../../../src/core/errors.ts'

const never = new AbortController().signal

/** Answers each call by the next of these. */
function linkOf(answers: (() => unknown)[], closed: string[], name: string): ClosableLink {
  return {
    ...{ peer: undefined, homes: [], closed: never },
    call: () => Promise.resolve().then(() => answers.shift()?.()) as never,
    close: () => {
      closed.push(name)
      return Promise.resolve()
    },
  }
}

const lost = (): never => {
  throw new RunnerMeshError('peer_unreachable', 'Lost the peer.')
}

function clockOf() {
  const pauses: number[] = []
  return {
    pauses,
    mono: () => pauses.reduce((sum, pause) => sum + pause, 0),
    sleep: (ms: number) => {
      pauses.push(ms)
      return Promise.resolve()
    },
  }
}

test('a call that was cut off is made again at the link that is opened next, with growing pauses between', async () => {
  const [closed, told]: [string[], string[]] = [[], []]
  const clock = clockOf()
  let tries = 0
  const steady = new SteadyLink(
    {
      ...{ clock, signal: never, status: (line: string) => told.push(line) },
      open: () => {
        tries += 1
        return tries < 4
          ? Promise.reject(new RunnerMeshError('peer_unreachable', 'No peer.'))
          : Promise.resolve(linkOf([() => 'back'], closed, 'second'))
      },
    },
    linkOf([lost], closed, 'first'),
  )
  assert.equal(await steady.call('list_peers', {}), 'back')
  assert.deepEqual(clock.pauses, [100, 200, 400, 800])
  assert.deepEqual(told, ['The peer is away; waiting for it.', 'The peer is back.'])
  assert.deepEqual(closed, ['first'])
})

test('a peer that a first look finds was never away, and nobody is told that it was', async () => {
  const told: string[] = []
  const steady = new SteadyLink(
    {
      ...{ clock: clockOf(), signal: never, status: (line: string) => told.push(line) },
      open: () => Promise.resolve(linkOf([() => 'again'], [], 'second')),
    },
    linkOf([lost], [], 'first'),
  )
  assert.equal(await steady.call('list_peers', {}), 'again')
  assert.deepEqual(told, [])
})

test('a refusal is no loss, and a peer that stays away is given up', async () => {
  const refused = new RunnerMeshError('task_not_found', 'No such task.')
  const options = { clock: clockOf(), signal: never, status: () => undefined, patienceMs: 5_000 }
  const open = () => Promise.reject(new RunnerMeshError('peer_unreachable', 'No peer.'))
  const refusing = linkOf([() => Promise.reject(refused)], [], 'first')
  await assert.rejects(new SteadyLink({ ...options, open }, refusing).call('list_peers', {}), refused)
  await assert.rejects(
    new SteadyLink({ ...options, open }, linkOf([lost], [], 'first')).call('list_peers', {}),
    /stayed away for .* No peer\./,
  )
})

test('a call that may not be made twice is given up, one that waits goes on for what is left, and both by the next link', async () => {
  const asked: unknown[] = []
  const links = ['first', 'second', 'third'].map((name, index) => ({
    ...linkOf([], [], name),
    call: (_name: string, input: unknown) => {
      asked.push(input)
      return index < 2 ? Promise.reject(new RunnerMeshError('peer_unreachable', 'Lost.')) : Promise.resolve('done')
    },
  })) as unknown as ClosableLink[]
  const open = () => Promise.resolve(links.shift() ?? assert.fail())
  const steady = new SteadyLink({ clock: clockOf(), signal: never, status: () => undefined, open }, links.shift())
  await assert.rejects(
    steady.call('p2p_taskqueue_submit', { task_type: 'a', payload: {} }, { again: () => undefined }),
    {
      code: 'peer_unreachable',
    },
  )
  const again = (elapsedMs: number) => ({ task_id: 't', timeout_s: 50 - elapsedMs / 1000 })
  assert.equal(await steady.call('p2p_taskqueue_wait_task', { task_id: 't', timeout_s: 50 }, { again }), 'done')
  assert.deepEqual(asked.slice(1), [
    { task_id: 't', timeout_s: 50 },
    { task_id: 't', timeout_s: 49.9 },
  ])
})

test('a peer that stayed away is looked for once more by the next call', async () => {
  let tries = 0
  const clock = clockOf()
  const open = () => {
    tries += 1
    return clock.mono() < 6_000
      ? Promise.reject(new RunnerMeshError('peer_unreachable', 'No peer.'))
      : Promise.resolve(linkOf([() => 'back'], [], 'second'))
  }
  const steady = new SteadyLink({ clock, signal: never, status: () => undefined, open, patienceMs: 5_000 })
  await assert.rejects(steady.call('list_peers', {}), { code: 'peer_unreachable' })
  const before = tries
  assert.equal(await steady.call('list_peers', {}), 'back')
  assert(tries > before)
})
