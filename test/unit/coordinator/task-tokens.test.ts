/** Tasks that submit tasks: the token, and the guard against chains that never end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { fromGeneric, SUBMISSION, toNewTask } from '../../../src/coordinator/submission.ts'
import { findTaskCaller, sealTaskToken } from '../../../src/coordinator/task-tokens.ts'
import { parseTaskEnvelope } from '../../../src/core/envelope.ts'
import type { Fence, TaskId } from '../../../src/core/ids.ts'
import { submitTask } from '../../../src/core/operations/submit.ts'
import type { Caller } from '../../../src/core/operations/operation.ts'
import type { Task } from '../../../src/core/task.ts'
import { createEnvelopeSigner } from '../../../src/mesh/envelope-signer.ts'
import { identityFromKey } from '../../../src/mesh/identity.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const MESH = 'aaaaaaaaaaaaaaaa'
const ID = 'aaaaaaaaaaaaaaaa.1.7' as TaskId
const FENCE = 9 as Fence
const newSigner = async () => createEnvelopeSigner(identityFromKey(await generateKeyPair('Ed25519')))
const worker = await newSigner()
const stranger = await newSigner()

const storeWith = (task: Partial<Task>) => {
  const running = { id: ID, status: 'running', worker: worker.peer, fence: FENCE, depth: 1, ...task } as Task
  return { find: (id: TaskId) => Promise.resolve(id === ID ? running : undefined) }
}
const callerOf = (token: string, task: Partial<Task> = {}) =>
  findTaskCaller({ signer: stranger, store: storeWith(task) }, token)

test('a token stands for the attempt that runs now, one deeper than its task', async () => {
  const caller = await callerOf(await sealTaskToken(worker, ID, FENCE))
  assert.deepEqual([caller?.principal, caller?.depth], [`task:${ID}`, 2])
  assert.deepEqual([...(caller?.access ?? [])].sort(), ['tasks:cancel', 'tasks:read', 'tasks:submit'])
})

test('a token of another attempt, another worker, an ended task or nobody stands for nobody', async () => {
  const good = await sealTaskToken(worker, ID, FENCE)
  assert.equal(await callerOf(good, { status: 'completed' }), undefined)
  assert.equal(await callerOf(good, { status: 'queued' }), undefined)
  assert.equal(await callerOf(good, { fence: 10 as Fence }), undefined)
  assert.equal(await callerOf(good, { worker: stranger.peer }), undefined)
  assert.equal(await callerOf(await sealTaskToken(stranger, ID, FENCE)), undefined)
  assert.equal(await callerOf(await sealTaskToken(worker, 'aaaaaaaaaaaaaaaa.1.8' as TaskId, FENCE)), undefined)
  assert.equal(await callerOf(await sealTaskToken(worker, 'no id' as TaskId, FENCE)), undefined)
  assert.equal(await callerOf(`${good.slice(0, -8)}AAAAAAAA`), undefined)
  assert.equal(await callerOf('rmtask_'), undefined)
  // A signature made for something else is none for this.
  const announced = await worker.seal(
    'announcement',
    new TextEncoder().encode(JSON.stringify({ task_id: ID, fence: 9 })),
  )
  assert.equal(await callerOf(`rmtask_${announced}`), undefined)
})

test('a chain of tasks is refused where it gets too deep, and its depth is signed', async () => {
  const deps = {
    ...{ signer: worker, meshIds: [MESH] as [string], clock: new ManualClock(), random: new SeededRandom() },
    ...{ settings: SUBMISSION, loopDepth: () => 3 },
  }
  const submission = fromGeneric(submitTask.input.parse({ task_type: 'docker.hub', payload: { image: 'alpine' } }))
  const caller: Caller = { principal: 'task:x', door: 'mcp', access: new Set(), depth: 3 }
  const { depth, requirements, envelope = '' } = await toNewTask(submission, caller, deps)
  assert.deepEqual([depth, requirements.asks?.depth], [3, 3])
  const { payload } = await stranger.open('task', envelope)
  assert.equal(parseTaskEnvelope(payload, { meshes: [MESH], now: deps.clock.now() }).depth, 3)
  await assert.rejects(toNewTask(submission, { ...caller, depth: 4 }, deps), {
    code: 'policy_refused',
    message: /would stand 4 deep in a chain .* loop_depth of this peer’s host policy allows 3/,
  })
})
