/** MCP over HTTP: the first line holds method, path and headers as JSON, the rest is the body; in to the real door. */
import { createMcpHouse } from '../../fakes/mcp-house.ts'
import { hold, type FuzzTarget } from '../engine/target.ts'

const JSON_TYPE = 'application/json'
const BOTH = 'application/json, text/event-stream'
const MODERN = '2026-07-28'
const KEY = 'io.modelcontextprotocol'
const meta = {
  _meta: {
    [`${KEY}/protocolVersion`]: MODERN,
    [`${KEY}/clientInfo`]: { name: 'a', version: '1' },
    [`${KEY}/clientCapabilities`]: {},
  },
}
const call = (method: string, params: object = {}): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, ...meta } })
const head = (headers: object = {}, rest: object = {}): string =>
  JSON.stringify({
    ...{ method: 'POST', path: '/mcp', ...rest },
    headers: {
      ...{ authorization: 'Bearer agent-token', 'content-type': JSON_TYPE, accept: BOTH },
      'mcp-protocol-version': MODERN,
      host: '127.0.0.1',
      ...headers,
    },
  })
const HELLO = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
})
const LONGEST_ANSWER = 262_144
const TURNS = 4

export function openMcpHttp(): Promise<FuzzTarget> {
  const { door, fake, log } = createMcpHouse({ settings: { rate: { perSecond: 1e9, burst: 1e9 } } })
  return Promise.resolve({
    name: 'mcp-http',
    form: 'json-lines',
    seeds: [
      `${head({ 'mcp-method': 'tools/list' })}\n${call('tools/list')}`,
      `${head({ 'mcp-method': 'tools/call', 'mcp-name': 'p2p_taskqueue_status' })}\n${call('tools/call', { name: 'p2p_taskqueue_status', arguments: {} })}`,
      `${head({ 'mcp-method': 'server/discover' })}\n${call('server/discover')}`,
      `${head({ 'mcp-protocol-version': '2025-11-25' })}\n${HELLO}`,
      `${head({ 'mcp-session-id': 'a' }, { method: 'GET' })}\n`,
      `${head({ 'mcp-session-id': 'a' }, { method: 'DELETE' })}\n`,
      `${head({ authorization: 'Bearer nobody', 'mcp-method': 'tools/list' })}\n${call('tools/list')}`,
      `${head({ authorization: 'Basic YTpi', origin: 'https://evil.example', host: 'evil.example' })}\n{}`,
      `${head({ 'content-type': 'text/plain', 'content-length': '1e9' })}\n[`,
      `${head({}, { path: '/mcp/agent?a=1' })}\n[${call('tools/list')},${call('resources/list')}]`,
    ],
    words: [
      ...['authorization', 'Bearer agent-token', 'Bearer reader-token', 'mcp-session-id', 'last-event-id', 'origin'],
      ...['mcp-method', 'mcp-name', 'tools/call', 'resources/read', 'task://', 'tasks/get', '_meta', '__proto__'],
      ...['p2p_taskqueue_submit', 'p2p_taskqueue_wait_task', MODERN, '2025-11-25', 'text/event-stream'],
    ],
    attempt: async (input) => {
      const text = Buffer.from(input).toString('utf8')
      const end = text.indexOf('\n')
      const request = requestOf(text.slice(0, Math.max(0, end)), text.slice(end + 1))
      if (request === undefined) return 'no request'
      log.lines.length = 0
      fake.calls.length = 0
      fake.tasks.clear()
      const token = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
      const isKnown = token !== undefined && /^(agent|other|reader|idle|worker)-token$/.test(token)
      const over = new AbortController()
      const answering = door.fetch(new Request(request, { signal: over.signal }))
      const answer = await Promise.race([answering, idle()])
      if (answer === undefined) {
        over.abort()
        await answering.catch(() => undefined)
        return 'waits'
      }
      const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
      const said = isStream ? '' : await answer.text()
      over.abort()
      if (isStream) await answer.body?.cancel().catch(() => undefined)
      hold(
        answer.status < 500,
        `nothing that is sent makes a fault inside: ${String(answer.status)} ${said.slice(0, 200)}`,
      )
      hold(isKnown || answer.status >= 400, 'without a token nothing is served')
      hold(isKnown || fake.calls.length === 0, 'without a token nothing is called')
      hold(said.length <= LONGEST_ANSWER, 'answers stay small')
      hold(!/\bat .*\.ts:|node_modules/.test(said), 'no answer tells of the inside')
      const fault = log.lines.find(({ level }) => level === 'error')
      hold(fault === undefined, `nothing that is sent is logged as a fault of ours: ${JSON.stringify(fault)}`)
      return `${String(answer.status)}${isStream ? ' stream' : ''}`
    },
  })
}

/** Requests that wait for something of the queue are given up after a few turns. */
async function idle(): Promise<undefined> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
  return undefined
}

/** What `fetch` itself refuses to send never reaches a server as a request. */
function requestOf(line: string, body: string): Request | undefined {
  try {
    const { method, path, headers } = JSON.parse(line) as {
      method: string
      path: string
      headers: Record<string, string>
    }
    const url = new URL(path, 'http://127.0.0.1')
    if (url.host !== '127.0.0.1') return undefined
    const hasBody = method !== 'GET' && method !== 'HEAD'
    return new Request(url, { method, headers, ...(hasBody ? { body } : {}) })
  } catch {
    return undefined
  }
}
