/** An agent as the demo plays one: a real MCP client of a peer's endpoint. */
import { readFile } from 'node:fs/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { z } from 'zod'
import type { Ready } from './peer-process.ts'

const envelope = z.looseObject({
  ok: z.boolean(),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
})

export interface Agent {
  /** @throws Error with code and message when the tool refuses */
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    onProgress?: (message: string) => void,
  ): Promise<Readonly<Record<string, unknown>>>
  close(): Promise<void>
}

export async function connectAgent({ mcp_url: url, token_file: tokenFile }: Ready): Promise<Agent> {
  if (url === undefined || tokenFile === undefined) throw new Error('This peer has no MCP endpoint.')
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const client = new Client({ name: 'runner-mesh-demo', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
  )
  return {
    call: async (name, args, onProgress) => {
      const result = await client.callTool(
        { name, arguments: { ...args } },
        {
          timeout: 120_000,
          ...(onProgress === undefined
            ? {}
            : {
                onprogress: ({ message }: { message?: string | undefined }) => {
                  onProgress(message ?? '')
                },
              }),
        },
      )
      const answer = envelope.parse(result.structuredContent)
      if (!answer.ok) throw new Error(`${answer.error?.code ?? 'error'}: ${answer.error?.message ?? 'no message'}`)
      return answer
    },
    close: () => client.close(),
  }
}
