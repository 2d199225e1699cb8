/** MCP messages of an admitted peer, each line a frame, to the real door over the real catalog of operations. */
import { createMcpPeerDoor } from '../../../src/mcp/peers/peer-door.ts'
import type { Channel } from '../../../src/core/ports/mesh.ts'
import { AGENT_ACCESS, createFakeOperations } from '../../fakes/fake-operations.ts'
import { createChannelPair } from '../../support/channel-pair.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { hold, linesOf, type FuzzTarget } from '../engine/target.ts'

const say = (id: unknown, method: string, params: unknown = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })
const HELLO = [
  say(0, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } }),
  '{"jsonrpc":"2.0","method":"notifications/initialized"}',
]
const call = (name: string, args: unknown, meta?: unknown) =>
  say(1, 'tools/call', { name, arguments: args, _meta: meta })

interface Answer {
  readonly id?: unknown
  readonly result?: { readonly isError?: boolean; readonly content?: unknown }
  readonly error?: { readonly code: number; readonly message: string }
}

export function openMcp(): Promise<FuzzTarget> {
  const fake = createFakeOperations()
  const log = new RecordingLog()
  let opened: (channel: Channel) => void = () => undefined
  const mesh = { onChannel: (_protocol: string, open: (channel: Channel) => void) => (opened = open) }
  createMcpPeerDoor({
    ...{ mesh, operations: fake.operations, events: fake.events, version: '0.0.0', clock: new ManualClock(), log },
    access: () => new Set(AGENT_ACCESS),
  })
  return Promise.resolve({
    name: 'mcp',
    form: 'json-lines',
    seeds: [
      [...HELLO, say(1, 'tools/list'), say(2, 'resources/list'), say(3, 'prompts/list'), say('p', 'ping')].join('\n'),
      [
        ...HELLO,
        call('p2p_taskqueue_get_task', { task_id: 'abcdefghijklmnop.1.1', log_grep: 'a+', log_cursor: '0' }),
      ].join('\n'),
      [...HELLO, call('p2p_taskqueue_submit', { task_type: 'docker.hub', payload: { image: 'a' } })].join('\n'),
      [...HELLO, call('p2p_taskqueue_list_tasks', { limit: 1e9 }, { progressToken: 1 })].join('\n'),
      [
        ...HELLO,
        say(1, 'resources/read', { uri: 'task://abcdefghijklmnop.1.1' }),
        say(2, 'resources/templates/list'),
      ].join('\n'),
      [
        ...HELLO,
        say(1, 'completion/complete', { ref: { type: 'ref/prompt', name: 'a' }, argument: { name: 'a', value: '' } }),
      ].join('\n'),
      [...HELLO, '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}', '[]', '{'].join('\n'),
    ],
    words: [
      ...[
        'tools/call',
        'tools/list',
        'resources/read',
        'resources/subscribe',
        'prompts/get',
        'logging/setLevel',
        'ping',
      ],
      ...['p2p_taskqueue_status', 'p2p_taskqueue_wait_task', 'p2p_taskqueue_cancel_task', 'p2p_taskqueue_set_cache'],
      ...['_meta', 'progressToken', 'task://', '2026-07-28', 'cursor', '__proto__'],
    ],
    attempt: async (input) => {
      const [near, far] = createChannelPair()
      log.lines.length = 0
      fake.calls.length = 0
      fake.tasks.clear()
      opened(near)
      await new Promise((resolve) => setImmediate(resolve))
      for (const line of linesOf(input, 16)) near.deliver(line)
      for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve))
      const isOpen = near.isOpen
      near.end()
      far.end()
      const answers = near.sent.map((text) => JSON.parse(text) as Answer)
      hold(
        near.sent.every((text) => text.length <= 262_144),
        'answers stay small',
      )
      hold(
        answers.every(({ error }) => error === undefined || !/\bat .*\.ts:|node_modules/.test(error.message)),
        'no answer tells of the inside',
      )
      const fault = log.lines.find(({ level }) => level === 'error')
      hold(fault === undefined, `nothing an agent sends makes a fault inside: ${JSON.stringify(fault)}`)
      hold(
        fake.calls.every(({ call: made }) => made.caller.access.size <= AGENT_ACCESS.length),
        'no call has more rights than its peer',
      )
      const codes = answers.map(({ error, result }) => error?.code ?? (result?.isError === true ? 'refused' : 'ok'))
      return `${isOpen ? 'open' : 'given up'}: ${[...new Set(codes)].sort().join(' ')}`
    },
  })
}
