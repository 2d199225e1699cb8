/** Tools that answer with a question, as servers of 2026-07-28 do: the client calls again with the answer and the state it was given. */
import { randomBytes, randomUUID } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  type CallToolResult,
  type ClientCapabilities,
  type InputRequiredResult,
  type InputRequests,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

type Request = ServerContext['mcpReq']
type Round = CallToolResult | InputRequiredResult
type State = Readonly<Record<string, unknown>>

const codec = createRequestStateCodec<State>({ key: randomBytes(32) })

const ask = (message: string, field: string, schema: { type: 'string' } | { type: 'boolean' } = { type: 'string' }) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [field]: schema }, required: [field] },
  })
const generate = (words: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: words } }], maxTokens: 50 })
const say = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] })

function answered(request: Request, key: string, field: string): unknown {
  return acceptedContent(request.inputResponses, key)?.[field]
}

export function addInputRequiredFixtures(server: McpServer): void {
  const add = (name: string, round: (request: Request) => Round | Promise<Round>): void => {
    server.registerTool(name, { description: 'Fixture', inputSchema: z.object({}) }, async (_args, { mcpReq }) =>
      round(mcpReq),
    )
  }
  const question = { user_name: ask('What is your name?', 'name') }

  add('test_input_required_result_elicitation', (request) => {
    const name = answered(request, 'user_name', 'name')
    return typeof name === 'string' ? say(`Hello, ${name}!`) : inputRequired({ inputRequests: question })
  })
  add('test_input_required_result_sampling', (request) => {
    const answer = request.inputResponses?.['capital_question']
    return answer === undefined
      ? inputRequired({ inputRequests: { capital_question: generate('What is the capital of France?') } })
      : say(`Sampling response: ${JSON.stringify(answer)}`)
  })
  add('test_input_required_result_list_roots', (request) => {
    const answer = request.inputResponses?.['client_roots']
    return answer === undefined
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : say(`Roots: ${JSON.stringify(answer)}`)
  })
  add('test_missing_capability', (request) =>
    request.inputResponses === undefined
      ? inputRequired({ inputRequests: { answer: generate('Say pong') } })
      : say('pong'),
  )
  add('test_input_required_result_multiple_inputs', async (request) => {
    const { user_name, greeting, client_roots } = request.inputResponses ?? {}
    if (user_name !== undefined && greeting !== undefined && client_roots !== undefined) return say('All answered.')
    return inputRequired({
      inputRequests: { ...question, greeting: generate('A greeting'), client_roots: inputRequired.listRoots() },
      requestState: await codec.mint({ nonce: randomUUID() }),
    })
  })
  for (const name of ['request_state', 'tampered_state']) {
    add(`test_input_required_result_${name}`, async (request) => {
      const state = request.requestState<State>()
      if (state !== undefined && answered(request, 'confirm', 'ok') !== undefined) return say('state-ok')
      return inputRequired({
        inputRequests: { confirm: ask('Please confirm', 'ok', { type: 'boolean' }) },
        requestState: await codec.mint({ nonce: randomUUID() }),
      })
    })
  }
  add('test_input_required_result_multi_round', async (request) => {
    const state = request.requestState<State>()
    const name = answered(request, 'step1', 'name')
    const color = answered(request, 'step2', 'color')
    if (state === undefined) {
      const inputRequests = { step1: ask('Step 1: What is your name?', 'name') }
      return inputRequired({ inputRequests, requestState: await codec.mint({ round: 1 }) })
    }
    if (state['round'] === 1) {
      const inputRequests = { step2: ask('Step 2: What is your favourite colour?', 'color') }
      return inputRequired({ inputRequests, requestState: await codec.mint({ round: 2, name }) })
    }
    return say(`${String(state['name'])} likes ${String(color)}`)
  })
  add('test_input_required_result_capabilities', ({ inputResponses, envelope }) => {
    if (inputResponses !== undefined) return say('Answered.')
    const declared = (envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] as
      ClientCapabilities | undefined
    const inputRequests: InputRequests = {
      ...(declared?.elicitation === undefined ? {} : question),
      ...(declared?.sampling === undefined ? {} : { greeting: generate('A greeting') }),
      ...(declared?.roots === undefined ? {} : { client_roots: inputRequired.listRoots() }),
    }
    return Object.keys(inputRequests).length === 0 ? say('Nothing can be asked.') : inputRequired({ inputRequests })
  })
  server.registerPrompt('test_input_required_result_prompt', { description: 'Fixture' }, ({ mcpReq }) => {
    const context = answered(mcpReq, 'user_context', 'context')
    if (typeof context !== 'string') {
      return inputRequired({ inputRequests: { user_context: ask('Which context?', 'context') } })
    }
    return { messages: [{ role: 'user', content: { type: 'text', text: `Use the context ${context}` } }] }
  })
}

export function verifyFixtureState(state: string, context: ServerContext): Promise<State> {
  return codec.verify(state, context)
}
