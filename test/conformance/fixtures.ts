/** What the conformance suites call by name. It proves our mount, transport and session wiring, and says nothing of our tools. */
import {
  ResourceTemplate,
  fromJsonSchema,
  type CallToolResult,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Era, Extension } from '../../src/mcp/server-deps.ts'
import type { Caller } from '../../src/core/operations/operation.ts'
import type { FakeOperations } from '../fakes/fake-operations.ts'
import { addTaskFixtures } from './task-fixtures.ts'
import { addElicitationFixtures } from './elicitation-fixtures.ts'
import { addInputRequiredFixtures, verifyFixtureState } from './input-required-fixtures.ts'

/** One red pixel, and a WAV file without samples. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='

/** An argument that its client repeats as the header `Mcp-Param-Region`; the keyword is the protocol's own. */
const MIRRORED: object = { type: 'string', 'x-mcp-header': 'Region' }

const none = z.object({})
const embedded = (uri: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType: 'text/plain', text: 'An embedded resource.' },
})
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' }

function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] }
}

export function createFixtures(fake: FakeOperations, caller: Caller): Extension {
  return {
    add: (server, era) => {
      addFixtures(server, era)
      if (era === 'modern') addTaskFixtures(server, fake, caller)
    },
    verifyState: verifyFixtureState,
  }
}

function addFixtures(server: McpServer, era: Era): void {
  if (era === 'legacy') {
    server.server.registerCapabilities({ logging: {} })
    server.server.setRequestHandler('resources/subscribe', () => ({}))
    server.server.setRequestHandler('resources/unsubscribe', () => ({}))
  }
  addContent(server)
  addNotifying(server)
  addResources(server)
  addPrompts(server)
  addSchemas(server)
  addElicitationFixtures(server)
  addInputRequiredFixtures(server)
}

function addContent(server: McpServer): void {
  const add = (name: string, content: CallToolResult['content']): void => {
    server.registerTool(name, { description: `Fixture ${name}` }, () => ({ content }))
  }
  add('test_simple_text', [{ type: 'text', text: 'This is a simple text response for testing.' }])
  add('test_image_content', [image])
  add('test_audio_content', [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }])
  add('test_embedded_resource', [embedded('test://embedded-resource')])
  add('test_multiple_content_types', [
    { type: 'text', text: 'Several kinds of content:' },
    image,
    embedded('test://mixed-content-resource'),
  ])
  add('test_streaming_elicitation', [{ type: 'text', text: 'Nothing is asked in this stream.' }])
  server.registerTool('test_error_handling', { description: 'Fixture that fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
}

function addNotifying(server: McpServer): void {
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Fixture', inputSchema: none },
    async (_args, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken
      if (progressToken !== undefined) {
        for (const progress of [0, 50, 100]) {
          await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
        }
      }
      return text('done')
    },
  )
  const log = async ({ mcpReq }: ServerContext, data: string): Promise<void> =>
    mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } })
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Fixture', inputSchema: none },
    async (_args, context) => {
      for (const step of ['started', 'working', 'completed']) await log(context, `Tool ${step}`)
      return text('logged')
    },
  )
  server.registerTool('test_logging_tool', { description: 'Fixture', inputSchema: none }, async (_args, { mcpReq }) => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the suite asks how the deprecated way behaves
    await mcpReq.log('info', 'only for a request that asks for logs')
    return text('logged')
  })
}

function addResources(server: McpServer): void {
  const add = (uri: string, mimeType: string, content: { text: string } | { blob: string }): void => {
    server.registerResource(uri.slice('test://'.length), uri, { mimeType }, () => ({
      contents: [{ uri, mimeType, ...content }],
    }))
  }
  add('test://static-text', 'text/plain', { text: 'This is the content of the static text resource.' })
  add('test://static-binary', 'image/png', { blob: PNG })
  add('test://watched-resource', 'text/plain', { text: 'watched' })
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, { mimeType: 'application/json' }, (uri, { id }) => ({
    contents: [
      { uri: uri.href, mimeType: 'application/json', text: JSON.stringify({ id, data: `Data for ID: ${String(id)}` }) },
    ],
  }))
}

function addPrompts(server: McpServer): void {
  const say = (words: string) => ({ role: 'user' as const, content: { type: 'text' as const, text: words } })
  server.registerPrompt('test_simple_prompt', { description: 'Fixture' }, () => ({
    messages: [say('This is a simple prompt for testing.')],
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'Fixture', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [say(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Fixture', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [{ role: 'user', content: embedded(resourceUri) }, say('Read the resource above.')],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'Fixture' }, () => ({
    messages: [{ role: 'user', content: image }, say('Look at the image above.')],
  }))
}

function addSchemas(server: McpServer): void {
  const address = {
    $anchor: 'addressDef',
    type: 'object',
    properties: { street: { type: 'string' }, city: { type: 'string' } },
  }
  const schema = fromJsonSchema({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  })
  server.registerTool('json_schema_2020_12_tool', { description: 'Fixture', inputSchema: schema }, () => text('taken'))
  const mirrored = fromJsonSchema({
    type: 'object',
    properties: { region: MIRRORED, level: { type: 'integer' } },
  })
  server.registerTool('test_x_mcp_header', { description: 'Fixture', inputSchema: mirrored }, () => text('taken'))
}
