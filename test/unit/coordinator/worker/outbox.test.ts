import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunnerMeshError } from '../../../../src/core/errors.ts'
import type { HomeId, PeerId } from '../../../../src/core/ids.ts'
import type { OperationName, Output } from '../../../../src/core/operations/catalog.ts'
import type { GrantView } from '../../../../src/core/operations/views.ts'
import type { OperationsLink } from '../../../../src/core/ports/link.ts'
import { Links } from '../../../../src/coordinator/links.ts'
import { Outbox } from '../../../../src/coordinator/worker/outbox.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'

const HOME = 'abcdefghabcdefgh' as HomeId
const GRANT = {
  task_id: `${HOME}.1.1`,
  fence: 1_099_511_627_777,
  attempt: 1,
} as GrantView

/** A peer of the home: it answers while `isThere`, and is cut off else. */
function peerOfHome(name: string, told: string[], isThere: () => boolean): OperationsLink {
  return {
    peer: name as PeerId,
    homes: [HOME],
    closed: new AbortController().signal,
    call: <N extends OperationName>(): Promise<Output<N>> => {
      told.push(name)
      if (!isThere()) return Promise.reject(new RunnerMeshError('peer_unreachable', `${name} does not answer.`))
      return Promise.resolve({ outcomes: [{ task_id: GRANT.task_id, outcome: 'settled' }] } as unknown as Output<N>)
    },
  }
}

function outboxOver(...links: readonly OperationsLink[]) {
  const clock = new ManualClock()
  const [forgotten, all] = [Promise.withResolvers<undefined>(), new Links()]
  for (const link of links) all.add(link)
  const journal = {
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    begin: () => Promise.resolve(),
    end: () => Promise.resolve(),
    entries: () => Promise.resolve([]),
    forget: () => {
      forgotten.resolve(undefined)
      return Promise.resolve()
    },
  }
  return { clock, outbox: new Outbox({ journal, links: all, clock, log: new RecordingLog() }), told: forgotten.promise }
}

test('an end that one peer of a home does not take is told to the next at once', async () => {
  const told: string[] = []
  const { outbox, told: done } = outboxOver(
    peerOfHome('lost', told, () => false),
    peerOfHome('there', told, () => true),
  )
  await outbox.post(GRANT, { status: 'completed' })
  // No time passes: the clock stands still.
  await done
  assert.deepEqual(told, ['lost', 'there'])
  await outbox.post({ ...GRANT, task_id: `${HOME}.1.2` }, { status: 'completed' })
  await outbox.stop(1000)
  assert.deepEqual(told, ['lost', 'there', 'there'], 'the one that failed is asked last from now on')
})

test('when no peer of the home answers, all are asked again after a pause', async () => {
  const told: string[] = []
  let isBack = false
  const peers = ['one', 'two'].map((name) => peerOfHome(name, told, () => isBack))
  const { outbox, clock, told: done } = outboxOver(...peers)
  await outbox.post(GRANT, { status: 'completed' })
  await clock.advance(100)
  assert.deepEqual(told, ['one', 'two'])
  isBack = true
  await clock.advance(1000)
  await done
  assert.equal(told.length, 3)
})
