/**
 * Both protocols of the predecessor, through the whole door to a real home. The first line of an input is said in the
 * older protocol, the others are frames of the newer. `$token` stands for the token; a stranger has none.
 */
import { MEMBER_ACCESS } from '../../../src/app/peer/member-access.ts'
import { LegacyWork } from '../../../src/coordinator/legacy-work.ts'
import { PeerBook } from '../../../src/coordinator/peer-book.ts'
import type { PeerId } from '../../../src/core/ids.ts'
import { LEGACY_PROTOCOLS, type LegacyProtocol, type LegacyStream } from '../../../src/core/ports/legacy-streams.ts'
import { openLegacyDoor } from '../../../src/peers/legacy/legacy-door.ts'
import { createPromptSeal } from '../../../src/peers/legacy/prompt-seal.ts'
import { createFakeOperations } from '../../fakes/fake-operations.ts'
import { LINES, SESSIONS } from '../../support/legacy-captures.ts'
import { QueueHouse } from '../../support/queue-house.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { hold, linesOf, type FuzzTarget } from '../engine/target.ts'

const TOKEN = 'f3c1a5e0-the-token-of-the-bridge'
const OPS = [
  'submit',
  'claim_next',
  'complete',
  'get_task',
  'list',
  'cache.set',
  'cache.get',
  'call_tool',
  'heartbeat',
  'status',
]

class Stream implements LegacyStream {
  readonly remote = 'a node'
  readonly protocol: LegacyProtocol
  readonly sent: Buffer[] = []
  trusted = false
  over = false
  #receive: (bytes: Uint8Array) => void = () => undefined
  #end: () => void = () => undefined
  #closed: (cause?: Error) => void = () => undefined

  constructor(protocol: LegacyProtocol) {
    this.protocol = protocol
  }

  send(bytes: Uint8Array): Promise<void> {
    this.sent.push(Buffer.from(bytes))
    return Promise.resolve()
  }

  onBytes(receive: (bytes: Uint8Array) => void): void {
    this.#receive = receive
  }

  onEnd(ended: () => void): void {
    this.#end = ended
  }

  onClose(closed: (cause?: Error) => void): void {
    this.#closed = closed
  }

  trust(): void {
    this.trusted = true
  }

  close(): Promise<void> {
    this.#finish()
    return Promise.resolve()
  }

  abort(cause: Error): void {
    this.#finish(cause)
  }

  say(bytes: Uint8Array): void {
    if (!this.over) this.#receive(bytes)
  }

  end(): void {
    if (!this.over) this.#end()
  }

  #finish(cause?: Error): void {
    if (this.over) return
    this.over = true
    this.#closed(cause)
  }
}

const captured = [
  ...LINES.map(({ request_bytes: request }) => request),
  `x\n${SESSIONS.flatMap(({ frames_sent: sent }) => sent.map((each) => JSON.stringify(each))).join('\n')}`.slice(
    0,
    4000,
  ),
  `x\n{"jsonrpc":"2.0","id":1,"method":"initialize"}\n${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'task_queue.rpc', arguments: { op: 'submit', token: '$token', task_type: 'a', payload: {} } } })}`,
]

function target(name: string, token: string): FuzzTarget {
  const withToken = OPS.map((op) =>
    JSON.stringify({ op, token: '$token', task_type: 'docker.hub', payload: { image: 'a' } }),
  )
  let opened: Promise<Door> | undefined
  return {
    name,
    form: 'json-lines',
    seeds: [...captured, ...withToken, '{"op":"submit","token":NaN}', '{"type":"request","method":"a"}'],
    words: ['$token', 'token', 'op', ...OPS, 'initialize', 'tools/call', 'task_queue.rpc', 'NaN', 'Infinity', '\u0000'],
    attempt: async (input) => {
      opened ??= openDoor()
      return (await opened).attempt(input, token)
    },
  }
}

/** Has overheard everything but the token. */
export const stranger = target('legacy-stranger', 'f3c1a5e0-the-token-of-the-bridgf')
export const member = target('legacy-member', TOKEN)

interface Door {
  attempt(input: Uint8Array, token: string): Promise<string>
}

async function openDoor(): Promise<Door> {
  const house = await QueueHouse.open()
  const log = new RecordingLog()
  const random = new SeededRandom(3)
  const fake = createFakeOperations()
  let open: (stream: LegacyStream) => void = () => undefined
  openLegacyDoor({
    ...{ self: 'self' as PeerId, version: '0.0.0', token: TOKEN, operations: fake.operations, clock: house.clock, log },
    streams: { serve: (opened) => (open = opened) },
    access: MEMBER_ACCESS,
    work: new LegacyWork({ home: house.home, peers: new PeerBook(), clock: house.clock, random }),
    prompts: createPromptSeal('a secret', { clock: house.clock, random }),
    ownTypes: () => [],
  })
  return {
    attempt: async (input, token) => {
      fake.calls.length = 0
      fake.tasks.clear()
      log.lines.length = 0
      const [line = Buffer.alloc(0), ...messages] = linesOf(input, 12).map((each) =>
        Buffer.from(each.toString('latin1').replaceAll('$token', token), 'latin1'),
      )
      const streams = [new Stream(LEGACY_PROTOCOLS.lines), new Stream(LEGACY_PROTOCOLS.mcp)] as const
      for (const stream of streams) open(stream)
      streams[0].say(Buffer.concat([line, Buffer.from('\n')]))
      for (const message of messages) {
        const header = Buffer.alloc(4)
        header.writeUInt32BE(message.length)
        streams[1].say(Buffer.concat([header, message]))
      }
      for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve))
      for (const stream of streams) {
        stream.end()
        await stream.close()
      }
      const knowsToken = input.length > 0 && [line, ...messages].some((each) => each.includes(TOKEN))
      const trusted = streams.some((stream) => stream.trusted)
      hold(knowsToken || !trusted, 'nobody is trusted without the token')
      hold(knowsToken || fake.calls.length === 0, 'nothing is done without the token')
      hold(
        !log.lines.some(({ event }) => event === 'legacy.session_failed'),
        'nothing a node sends makes a fault inside',
      )
      hold(
        streams.every(({ sent }) => sent.reduce((sum, each) => sum + each.length, 0) < 4 * 1_048_576),
        'answers stay within what the predecessor takes',
      )
      return `${trusted ? 'trusted' : 'not trusted'}, ${fake.calls
        .map((call) => call.name)
        .slice(0, 1)
        .join()}, ${streams.map(({ sent }) => Math.min(2, sent.length)).join()}`
    },
  }
}
