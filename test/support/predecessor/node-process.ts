/**
 * A node of the predecessor in a process of its own: its service behind libp2p, with a peer id that is new at every start.
 * Prints one line when it listens. Told over IPC to put a task into its queue, to show it, or to let its leases end.
 */
import { randomUUID } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { LEGACY_PROTOCOLS } from '../../../src/core/ports/legacy-streams.ts'
import { frame, framesOf } from '../legacy-client.ts'
import { isFields, type Fields } from './queue.ts'
import { PredecessorService } from './service.ts'

export interface NodeOptions {
  readonly protocols: readonly ('mcp' | 'lines')[]
  readonly token?: string
  readonly listen?: string
  /** The first ids it gives to tasks, as a capture has them. */
  readonly ids?: readonly string[]
  /** The peer id that it takes every connection for, as a capture has one client. */
  readonly client?: string
}

export type NodeOrder =
  | { readonly do: 'ask'; readonly request: Fields }
  | { readonly do: 'later'; readonly seconds: number }
  | { readonly do: 'rows' }

const MAX_BYTES = 1_048_576
const MAX_FRAMES = 128

async function run({
  protocols,
  token,
  listen = '/ip4/127.0.0.1/tcp/0',
  ids = [],
  client,
}: NodeOptions): Promise<void> {
  const node = await createLibp2p({
    addresses: { listen: [listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1000 },
    services: { identify: identify() },
  })
  const left = [...ids]
  let ahead = 0
  const service = new PredecessorService({
    self: node.peerId.toString(),
    token,
    now: () => Date.now() / 1000 + ahead,
    newId: () => left.shift() ?? randomUUID().replaceAll('-', ''),
  })
  const options = { maxInboundStreams: 1000 }
  if (protocols.includes('lines')) {
    await node.handle(
      LEGACY_PROTOCOLS.lines,
      (stream, connection) => serveLine(service, stream, client ?? nameOf(connection)),
      options,
    )
  }
  if (protocols.includes('mcp')) {
    await node.handle(
      LEGACY_PROTOCOLS.mcp,
      (stream, connection) => serveSession(service, stream, client ?? nameOf(connection)),
      options,
    )
  }
  process.on('message', ({ id, order }: { id: number; order: NodeOrder }) => {
    if (order.do === 'later') ahead += order.seconds
    const answer =
      order.do === 'ask'
        ? service.answer({ ...order.request, ...(token === undefined ? {} : { token }) }, 'the test')
        : Promise.resolve({ rows: service.queue.rows })
    void answer.then((value) => process.send?.({ id, value }))
  })
  process.on('disconnect', () => {
    service.stop()
    void node.stop()
  })
  process.send?.({ id: 0, value: { self: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) } })
}

function nameOf(connection: Connection): string {
  return connection.remotePeer.toString()
}

function serveLine(service: PredecessorService, stream: Stream, client: string): void {
  let bytes = Buffer.alloc(0)
  let asked = false
  const answer = async (): Promise<Fields> => {
    let request: unknown
    try {
      request = JSON.parse(bytes.toString())
    } catch {
      return service.refuse('invalid_json')
    }
    if (!isFields(request)) return service.refuse('invalid_message')
    return service.answer(request, client)
  }
  const reply = async (given: Promise<Fields> | Fields): Promise<void> => {
    stream.send(Buffer.from(`${pythonText(await given)}\n`))
    await stream.close()
  }
  stream.addEventListener('remoteCloseWrite', () => {
    if (!asked) void stream.close()
  })
  stream.addEventListener('message', ({ data }) => {
    if (asked) return
    bytes = Buffer.concat([bytes, ...(data instanceof Uint8Array ? [data] : data)])
    if (bytes.includes(10)) {
      asked = true
      void reply(answer())
    } else if (bytes.length >= MAX_BYTES) {
      asked = true
      void reply(service.refuse('frame_too_large'))
    }
  })
}

function serveSession(service: PredecessorService, stream: Stream, client: string): void {
  let bytes = Buffer.alloc(0)
  let frames = 0
  let isOpen = false
  let working = Promise.resolve()
  let over = false
  const send = (message: Fields): void => {
    stream.send(frame({ jsonrpc: '2.0', ...message }))
  }
  const end = (): void => {
    over = true
    void stream.close()
  }
  const refuse = (id: unknown, code: number, message: string): void => send({ id, error: { code, message } })
  const take = async (message: Fields): Promise<void> => {
    const { id, method, params, jsonrpc } = message
    frames += 1
    if (frames > MAX_FRAMES) {
      refuse(id, -32_010, 'rate_limited')
      end()
    } else if (jsonrpc !== '2.0') {
      refuse(id, -32_600, 'invalid_jsonrpc')
      end()
    } else if (id === undefined) {
      return
    } else if (!isOpen) {
      if (method === 'initialize') {
        isOpen = true
        send({ id, result: service.greeting() })
      } else {
        refuse(id, -32_000, 'init_required')
        end()
      }
    } else if (method === 'tools/list') {
      send({ id, result: service.tools() })
    } else if (method !== 'tools/call') {
      refuse(id, -32_601, 'method_not_found')
    } else if (!isFields(params)) {
      refuse(id, -32_602, 'invalid_params')
    } else if (params['name'] !== 'task_queue.rpc') {
      refuse(id, -32_002, 'unknown_tool')
    } else {
      const given = isFields(params['arguments']) ? params['arguments'] : {}
      if ('self' in given) {
        refuse(id, -32_002, 'invalid_params')
        return
      }
      const [only, ...more] = Object.values(given)
      const request = isFields(only) && more.length === 0 ? only : given
      send({ id, result: { content: await service.answer(request, client) } })
    }
  }
  const next = async (): Promise<void> => {
    while (!over && bytes.length >= 4) {
      const length = bytes.readUInt32BE(0)
      if (length > MAX_BYTES) {
        refuse(null, -32_003, 'frame_too_large')
        end()
        return
      }
      if (bytes.length < 4 + length) return
      const body = bytes.subarray(4, 4 + length)
      const whole = bytes.subarray(0, 4 + length)
      bytes = bytes.subarray(4 + length)
      let message: unknown
      try {
        message = JSON.parse(body.toString())
      } catch {
        refuse(null, -32_003, 'invalid_json')
        end()
        return
      }
      if (!isFields(message)) {
        refuse(null, -32_003, 'invalid_message')
        end()
        return
      }
      await take(framesOf(whole)[0] ?? message)
    }
  }
  stream.addEventListener('remoteCloseWrite', () => {
    working = working.then(() => void stream.close())
  })
  stream.addEventListener('message', ({ data }) => {
    bytes = Buffer.concat([bytes, ...(data instanceof Uint8Array ? [data] : data)])
    working = working.then(next)
  })
}

/** With its separators; everything beyond ASCII escaped. */
function pythonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`
  if (!isFields(value)) {
    return JSON.stringify(value).replaceAll(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
  const fields = Object.entries(value).filter(([, one]) => one !== undefined)
  return `{${fields.map(([name, one]) => `${pythonText(name)}: ${pythonText(one)}`).join(', ')}}`
}

await run(JSON.parse(process.argv[2] ?? '') as NodeOptions)
