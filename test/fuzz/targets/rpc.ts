/** JSON-RPC between peers: each line is a frame that an admitted peer sends. */
import { RunnerMeshError } from '../../../src/core/errors.ts'
import { createRpcConnection } from '../../../src/peers/rpc-connection.ts'
import { createChannelPair } from '../../support/channel-pair.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { hold, linesOf, type FuzzTarget } from '../engine/target.ts'

interface Said {
  readonly id?: unknown
  readonly method?: string
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data: { readonly code: string } }
}

const request = (id: unknown, method: string, params: unknown = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

export const rpc: FuzzTarget = {
  name: 'rpc',
  form: 'json-lines',
  seeds: [
    [
      request(1, 'echo', { a: 1 }),
      request('x', 'slow'),
      '{"jsonrpc":"2.0","method":"$/cancel","params":{"id":"x"}}',
    ].join('\n'),
    '{"jsonrpc":"2.0","id":1,"result":{"ok":true}}\n{"jsonrpc":"2.0","id":1,"result":2}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"\\u001b[31mno","data":{"code":"queue_full","retry_after_ms":5}}}',
    '{"jsonrpc":"2.0","method":"$/progress","params":{"id":1,"message":"m","fraction":0.5,"data":{"n":1,"o":{}}}}',
    ['[]', 'null', '1', '{', '""', '{"jsonrpc":"1.0"}', '{"jsonrpc":"2.0"}', '[{}]', '{"jsonrpc":"2.0","id":{}}'].join(
      '\n',
    ),
    [request(2, 'fail'), request(2, 'slow'), request(2, 'slow'), request(null, 'echo'), request(1e21, 'echo')].join(
      '\n',
    ),
    '{"jsonrpc":"2.0","method":"$/ready","params":{"ready":1}}',
  ],
  words: [
    '$/cancel',
    '$/progress',
    'echo',
    'slow',
    'fail',
    '__proto__',
    'result',
    'error',
    'retry_after_ms',
    'fraction',
  ],
  attempt: async (input) => {
    const [near, far] = createChannelPair()
    const log = new RecordingLog()
    const slow: (() => void)[] = []
    const connection = createRpcConnection(near, {
      name: 'a peer',
      log,
      limits: { inFlight: 8, malformed: 8 },
      serve: (method, params, { signal, progress }) => {
        progress({ message: 'at work' })
        if (method === 'slow') {
          return new Promise((resolve, reject) => {
            slow.push(() => resolve(null))
            signal.addEventListener('abort', () => reject(new RunnerMeshError('cancelled', 'given up')))
          })
        }
        return method === 'echo'
          ? Promise.resolve(params)
          : Promise.reject(new RunnerMeshError('unknown_operation', 'none'))
      },
      onNotice: () => undefined,
    })
    let answers = 0
    let notes = 0
    const onProgress = (): number => (notes += 1)
    const asked = connection.request('question', {}, { onProgress }).then(
      () => (answers += 1),
      (thrown: unknown) => {
        answers += 1
        hold(thrown instanceof RunnerMeshError, 'what another says is told in our errors')
        hold(!/\p{Cc}/u.test(thrown.message), 'what another says is cleaned')
      },
    )
    const lines = linesOf(input)
    for (const line of lines) near.deliver(line)
    await Promise.resolve()
    for (const finish of slow) finish()
    for (let turns = 0; turns < 6; turns += 1) await Promise.resolve()
    const isOpen = near.isOpen
    await connection.close()
    await asked
    hold(answers === 1, 'a question is settled once')
    const said = near.sent.map((text) => JSON.parse(text) as Said).filter(({ method }) => method === undefined)
    checkAnswers(said, lines)
    hold(!log.lines.some(({ event }) => event === 'rpc.failed'), 'nothing a peer sends makes a fault inside')
    far.end()
    const malformed = log.lines.filter(({ event }) => event === 'rpc.malformed').length
    hold(malformed <= 8 && (malformed < 8 || !isOpen), 'who sends eight messages of no form is given up')
    return `${isOpen ? 'open' : 'given up'}, ${Math.min(said.length, 3)} answers, ${Math.min(notes, 1)} notes, ${malformed}`
  },
}

function checkAnswers(said: readonly Said[], lines: readonly Buffer[]): void {
  const asked = lines.flatMap((line) => {
    try {
      const message = JSON.parse(line.toString()) as Said | null
      return typeof message?.method === 'string' ? [message.id] : []
    } catch {
      return []
    }
  })
  for (const { id, error } of said) {
    const at = asked.findIndex((each) => Object.is(each, id))
    hold(at >= 0, 'only what was asked is answered, and once')
    asked.splice(at, 1)
    hold(error?.data.code !== 'internal', 'no request ends as an internal error')
  }
}
