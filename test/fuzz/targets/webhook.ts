/** Deliveries: the first line holds the headers as JSON, the rest is the body. Signatures of two bodies have been overheard. */
import type { IncomingMessage } from 'node:http'
import { GUARD, readHead, RequestRefused } from '../../../src/webhook/request-guard.ts'
import { createSignatures, signBody } from '../../../src/webhook/signatures.ts'
import { hold, type FuzzTarget } from '../engine/target.ts'

const SECRETS = ['the secret of these tests', 'the one before'] as const
const BODIES = ['{"action":"opened","number":1}', '{"zen":"ä"}']

export async function openWebhook(): Promise<FuzzTarget> {
  const { isGenuine } = createSignatures(SECRETS)
  const headers = (signature: string) => ({
    ...{ 'content-type': 'application/json', 'x-github-event': 'issues', 'x-github-delivery': 'a-1' },
    'x-hub-signature-256': signature,
  })
  const overheard = await Promise.all(BODIES.map((body) => signBody(SECRETS, body)))
  const foreign = await signBody(['another secret'], BODIES[0] ?? '')
  const seeds = [
    ...overheard.map((signature, index) => `${JSON.stringify(headers(signature))}\n${BODIES[index] ?? ''}`),
    `${JSON.stringify(headers(overheard[0] ?? ''))}\n${BODIES[1] ?? ''}`,
    `${JSON.stringify(headers(foreign))}\n${BODIES[0] ?? ''}`,
    `${JSON.stringify({ ...headers(''), 'content-length': '1e9', 'content-encoding': 'gzip' })}\n{}`,
    '{}\n',
  ]
  return {
    name: 'webhook',
    form: 'json-lines',
    seeds,
    words: [
      'sha256=',
      'sha1=',
      'content-length',
      'content-encoding',
      'x-github-event',
      'application/json; charset=utf-8',
      ...overheard,
    ],
    attempt: async (input) => {
      const text = Buffer.from(input).toString('utf8')
      const end = text.indexOf('\n')
      const given = headersOf(text.slice(0, Math.max(0, end)))
      const body = text.slice(end + 1)
      try {
        const head = readHead(
          Object.assign(Object.create(null) as IncomingMessage, { method: 'POST', headers: given }),
          GUARD,
        )
        hold(/^[A-Za-z0-9-]{1,64}$/.test(head.id) && /^[a-z][a-z0-9_]{0,63}$/.test(head.event), 'names are names')
        if (!(await isGenuine(body, head.signature))) return 'not genuine'
        hold(BODIES.includes(body), 'what passes for signed was signed')
        return 'genuine'
      } catch (thrown) {
        if (thrown instanceof RequestRefused) return `refused: ${thrown.status}`
        throw thrown
      }
    },
  }
}

function headersOf(line: string): IncomingMessage['headers'] {
  try {
    const parsed: unknown = JSON.parse(line)
    const entries = Object.entries(typeof parsed === 'object' && parsed !== null ? parsed : {})
    // Node's parser joins what comes several times.
    return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))
  } catch {
    return {}
  }
}
