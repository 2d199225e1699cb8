/** Tools that ask their client something in mid-call, as servers of the 2025 revisions do over a session. */
import type { CallToolResult, ElicitRequestFormParams, McpServer, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'

type RequestedSchema = ElicitRequestFormParams['requestedSchema']

export function addElicitationFixtures(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Fixture', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const answer = await mcpReq.send({
        method: 'sampling/createMessage',
        params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
      })
      return { content: [{ type: 'text', text: `LLM response: ${JSON.stringify(answer)}` }] }
    },
  )
  server.registerTool(
    'test_elicitation',
    { description: 'Fixture', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, context) =>
      elicit(context, message, {
        type: 'object',
        properties: { username: { type: 'string' }, email: { type: 'string' } },
        required: ['username', 'email'],
      }),
  )
  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: 'Fixture', inputSchema: z.object({}) },
    async (_args, context) =>
      elicit(context, 'Every primitive kind has a default', {
        type: 'object',
        properties: {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
      }),
  )
  const titles = [
    { const: 'value1', title: 'First Option' },
    { const: 'value2', title: 'Second Option' },
    { const: 'value3', title: 'Third Option' },
  ]
  const options = ['option1', 'option2', 'option3']
  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: 'Fixture', inputSchema: z.object({}) },
    async (_args, context) =>
      elicit(context, 'Every form of choice', {
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: options },
          titledSingle: { type: 'string', oneOf: titles },
          legacyEnum: {
            type: 'string',
            enum: ['opt1', 'opt2', 'opt3'],
            enumNames: ['Option One', 'Option Two', 'Option Three'],
          },
          untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
          titledMulti: { type: 'array', items: { anyOf: titles } },
        },
      }),
  )
}

async function elicit(
  { mcpReq }: ServerContext,
  message: string,
  requestedSchema: RequestedSchema,
): Promise<CallToolResult> {
  const answer = await mcpReq.send({ method: 'elicitation/create', params: { message, requestedSchema } })
  const said = `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`
  return { content: [{ type: 'text', text: `Elicitation completed: ${said}` }] }
}
