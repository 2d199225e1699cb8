/** A caller that costs little: one request, one answer, over connections that stay open. */
import { Agent, request } from 'node:http'
import { TOKEN } from './servers.ts'

export interface ToolCall {
  readonly tool: string
  readonly args: object
}

type Headers = Readonly<Record<string, string>>

export class Caller {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #url: string
  #id = 0
  #session: Headers | undefined

  constructor(url: string) {
    this.#url = url
  }

  /** Opens a session of 2025-11-25, in which `call` then goes on. */
  async openSession(): Promise<void> {
    const opened = await this.#post({}, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    })
    this.#session = { 'mcp-session-id': opened.session, 'mcp-protocol-version': '2025-11-25' }
    await this.#post(this.#session, 'notifications/initialized')
  }

  /** @throws Error for any answer that is not the tool's success */
  async call({ tool, args }: ToolCall): Promise<void> {
    const params = { name: tool, arguments: args }
    const { text } =
      this.#session === undefined
        ? await this.#post(
            { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': tool },
            'tools/call',
            { ...params, _meta: META },
          )
        : await this.#post(this.#session, 'tools/call', params)
    if (!text.includes('"ok":true')) throw new Error(`${tool} was answered: ${text.slice(0, 300)}`)
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(headers: Headers, method: string, params?: object): Promise<{ text: string; session: string }> {
    const isNotice = method.startsWith('notifications/')
    this.#id += 1
    const body = JSON.stringify({ jsonrpc: '2.0', ...(isNotice ? {} : { id: this.#id }), method, params })
    return new Promise((resolve, reject) => {
      const asked = request(
        this.#url,
        {
          method: 'POST',
          agent: this.#agent,
          headers: {
            ...headers,
            authorization: `Bearer ${TOKEN}`,
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            'content-length': Buffer.byteLength(body),
          },
        },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => (text += chunk))
          answer.once('end', () => resolve({ text, session: String(answer.headers['mcp-session-id'] ?? '') }))
          answer.once('error', reject)
        },
      )
      asked.once('error', reject)
      asked.end(body)
    })
  }
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}
