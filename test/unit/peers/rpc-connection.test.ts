import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RunnerMeshError } from '../../../src/core/errors.ts'
import type { ProgressNote } from '../../../src/core/operations/operation.ts'
import { createRpcConnection, type RpcConnectionOptions, type RpcLimits } from '../../../src/peers/rpc-connection.ts'
import { createChannelPair } from '../../support/channel-pair.ts'
import { settle } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'

type Serve = RpcConnectionOptions['serve']

const nothing: Serve = () => Promise.reject(new RunnerMeshError('unknown_operation', 'nothing here'))

interface Ends {
  readonly left?: Serve
  readonly right?: Serve
  readonly limits?: Partial<RpcLimits>
}

function connect({ left = nothing, right = nothing, limits = {} }: Ends = {}) {
  const [near, far] = createChannelPair()
  const log = new RecordingLog()
  const notices: (readonly [string, unknown])[] = []
  const onNotice = (method: string, params: unknown) => notices.push([method, params])
  const asker = createRpcConnection(near, { serve: left, name: 'peer right', log, limits, onNotice })
  const answerer = createRpcConnection(far, { serve: right, name: 'peer left', log, limits, onNotice })
  return { near, far, asker, answerer, log, notices }
}

test('both ends ask and both answer over one channel', async () => {
  const { asker, answerer } = connect({
    left: (method, params) => Promise.resolve([method, params]),
    right: (method, params) => Promise.resolve({ method, params }),
  })
  assert.deepEqual(await Promise.all([asker.request('one', { a: 1 }), answerer.request('two', { b: 2 })]), [
    { method: 'one', params: { a: 1 } },
    ['two', { b: 2 }],
  ])
})

test('a later question may be answered first', async () => {
  const answers: ((value: unknown) => void)[] = []
  const { asker } = connect({ right: () => new Promise((resolve) => answers.push(resolve)) })
  const [first, second] = [asker.request('slow', {}), asker.request('fast', {})]
  await settle()
  answers[1]?.('second')
  assert.equal(await second, 'second')
  answers[0]?.('first')
  assert.equal(await first, 'first')
})

test('a refusal arrives with its code, its words and its pause', async () => {
  const { asker } = connect({
    right: () => Promise.reject(new RunnerMeshError('queue_full', 'The queue is full.', { retryAfterMs: 1500 })),
  })
  await assert.rejects(asker.request('submit', {}), {
    code: 'queue_full',
    message: 'The queue is full.',
    retryAfterMs: 1500,
  })
})

test('what a handler throws by accident stays inside: the asker hears internal, the log hears the rest', async () => {
  const { asker, far, log } = connect({ right: () => Promise.reject(new Error('/etc/secret is missing')) })
  await assert.rejects(asker.request('x', {}), { code: 'internal' })
  assert.ok(!far.sent.join('').includes('secret'))
  assert.equal(log.lines.find(({ event }) => event === 'rpc.failed')?.fields['error'], '/etc/secret is missing')
})

test('a code of a newer version reads as internal and keeps its words, cleaned', async () => {
  const { asker, far } = connect({ right: () => new Promise(() => undefined) })
  const asked = asker.request('x', {})
  await settle()
  const error = { code: -32000, message: 'too \u001b[31mnew\u202e', data: { code: 'phase_of_the_moon' } }
  await far.send(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, error })))
  await assert.rejects(asked, { code: 'internal', message: 'too new' })
})

test('progress reaches the one who asked, and none comes after the answer', async () => {
  let late: ((note: ProgressNote) => void) | undefined
  const { asker } = connect({
    right: (_method, _params, { progress }) => {
      late = progress
      progress({ message: 'half', fraction: 0.5, data: { bytes: 7 } })
      return Promise.resolve('done')
    },
  })
  const notes: ProgressNote[] = []
  assert.equal(await asker.request('x', {}, { onProgress: (note) => notes.push(note) }), 'done')
  late?.({ message: 'too late' })
  await settle()
  assert.deepEqual(notes, [{ message: 'half', fraction: 0.5, data: { bytes: 7 } }])
})

test('giving up rejects at once with the own reason, and stops the handler at the other end', async () => {
  let stopped: unknown
  const { asker, far } = connect({
    right: (_method, _params, { signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          stopped = signal.reason
          reject(signal.reason as Error)
        }),
      ),
  })
  const give = new AbortController()
  const asked = asker.request('wait', {}, { signal: give.signal })
  await settle()
  const reason = new Error('no longer interested')
  give.abort(reason)
  await assert.rejects(asked, reason)
  await settle()
  assert.equal((stopped as RunnerMeshError).code, 'cancelled')
  assert.equal(far.sent.length, 1, 'the handler still answers, and nobody minds')
  assert.ok(far.isOpen)
})

test('a question that is given up before it is asked is never sent', async () => {
  const { asker, near } = connect()
  await assert.rejects(asker.request('x', {}, { signal: AbortSignal.abort(new Error('early')) }), { message: 'early' })
  assert.deepEqual(near.sent, [])
})

test('a listener is not left on the signal of a call that is over', async () => {
  const { asker } = connect({ right: () => Promise.resolve(1) })
  const give = new AbortController()
  let listening = 0
  const add = give.signal.addEventListener.bind(give.signal)
  const remove = give.signal.removeEventListener.bind(give.signal)
  give.signal.addEventListener = (...args: Parameters<typeof add>) => {
    listening += 1
    add(...args)
  }
  give.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listening -= 1
    remove(...args)
  }
  await asker.request('x', {}, { signal: give.signal })
  assert.equal(listening, 0)
})

test('when the channel goes, calls under way reject and running handlers are stopped, with the cause', async () => {
  let stopped: unknown
  const { asker, answerer, near } = connect({
    right: (_method, _params, { signal }) =>
      new Promise(() =>
        signal.addEventListener('abort', () => {
          stopped = signal.reason
        }),
      ),
  })
  const asked = asker.request('wait', {})
  await settle()
  near.abort(new Error('cable cut'))
  await assert.rejects(asked, { code: 'peer_unreachable', message: /cable cut/ })
  await settle()
  assert.equal((stopped as RunnerMeshError).code, 'peer_unreachable')
  assert.ok(asker.closed.aborted && answerer.closed.aborted)
  await assert.rejects(asker.request('more', {}), { code: 'peer_unreachable' })
  asker.notify('$/ready', {})
})

test('an orderly close says that the other side closed', async () => {
  const { asker, answerer } = connect({ right: () => new Promise(() => undefined) })
  const asked = asker.request('wait', {})
  await answerer.close()
  await assert.rejects(asked, { code: 'peer_unreachable', message: /it closed the connection/ })
})

test('notices go their own way, and one that nobody knows harms nothing', async () => {
  const { asker, notices, far } = connect()
  asker.notify('$/ready', { ready: 3 })
  asker.notify('$/future', {})
  await settle()
  assert.deepEqual(notices, [
    ['$/ready', { ready: 3 }],
    ['$/future', {}],
  ])
  assert.ok(far.isOpen)
})

test('more calls than the limit are refused on both sides with a pause, and room returns with each answer', async () => {
  const answers: ((value: unknown) => void)[] = []
  const { asker, near } = connect({
    right: () => new Promise((resolve) => answers.push(resolve)),
    limits: { inFlight: 2 },
  })
  const [one, two] = [asker.request('x', {}), asker.request('x', {})]
  await assert.rejects(asker.request('x', {}), { code: 'rate_limited', retryAfterMs: 100 })
  await settle()
  // A peer that does not hold itself to the limit.
  await near.send(Buffer.from('{"jsonrpc":"2.0","id":"extra","method":"x"}'))
  await settle()
  assert.equal(answers.length, 2)
  for (const answer of answers) answer('ok')
  assert.deepEqual(await Promise.all([one, two]), ['ok', 'ok'])
  const again = asker.request('x', {})
  await settle()
  answers[2]?.('again')
  assert.equal(await again, 'again')
})

for (const [what, frame] of [
  ['no JSON', '{'],
  ['no object', '[1]'],
  ['of no version', '{"id":1,"method":"x"}'],
  ['neither question nor answer', '{"jsonrpc":"2.0","id":1}'],
  ['an answer to nothing asked', '{"jsonrpc":"2.0","id":99,"result":1}'],
  ['a question whose id is an object', '{"jsonrpc":"2.0","id":{},"method":"x"}'],
  ['no text', Buffer.from([0xff, 0xfe, 0x00])],
] as const) {
  test(`a message that is ${what} is counted, and the channel is given up at the limit`, async () => {
    const { near, far, log } = connect({ limits: { malformed: 3 } })
    const send = () => near.send(Buffer.from(frame as string))
    await send()
    await send()
    await settle()
    assert.ok(far.isOpen)
    await send()
    await settle()
    assert.ok(!far.isOpen)
    assert.deepEqual(
      log.lines.filter(({ event }) => event === 'rpc.malformed').map(({ fields }) => fields['count']),
      [1, 2, 3],
    )
  })
}

test('an id that is in use is refused and the first question still gets its answer', async () => {
  const answers: ((value: unknown) => void)[] = []
  const { near, far, log } = connect({ right: () => new Promise((resolve) => answers.push(resolve)) })
  for (let twice = 0; twice < 2; twice += 1) await near.send(Buffer.from('{"jsonrpc":"2.0","id":"a","method":"x"}'))
  await settle()
  assert.equal(answers.length, 1)
  assert.equal(log.lines.filter(({ event }) => event === 'rpc.malformed').length, 1)
  answers[0]?.(1)
  await settle()
  assert.deepEqual(
    far.sent.map((text) => JSON.parse(text) as unknown),
    [{ jsonrpc: '2.0', id: 'a', result: 1 }],
  )
})

test('an answer that comes after its question was given up is dropped without harm', async () => {
  const { asker, near, far, log } = connect({ right: () => new Promise(() => undefined) })
  const give = new AbortController()
  const asked = asker.request('x', {}, { signal: give.signal })
  give.abort(new Error('enough'))
  await assert.rejects(asked)
  await far.send(Buffer.from('{"jsonrpc":"2.0","id":1,"result":"late"}'))
  await settle()
  assert.ok(near.isOpen)
  assert.deepEqual(log.lines, [])
})

test('what is too large for a frame is refused: a question here, an answer at the asker', async () => {
  const { asker, near, far } = connect({ right: () => Promise.resolve('x'.repeat(2_000_000)) })
  await assert.rejects(asker.request('x', { text: 'x'.repeat(2_000_000) }), { code: 'too_large' })
  assert.deepEqual(near.sent, [])
  await assert.rejects(asker.request('x', {}), { code: 'too_large' })
  assert.ok(far.isOpen)
})

test('a question that is no JSON is refused here and leaves nothing behind', async () => {
  const { asker } = connect({ limits: { inFlight: 1 }, right: () => Promise.resolve(1) })
  await assert.rejects(asker.request('x', { big: 1n }), TypeError)
  assert.equal(await asker.request('x', {}), 1)
})

test('a handler that answers nothing answers null', async () => {
  const { asker } = connect({ right: () => Promise.resolve(undefined) })
  assert.equal(await asker.request('x', {}), null)
})
