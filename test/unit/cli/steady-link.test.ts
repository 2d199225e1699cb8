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
