/** A collector of OTLP over HTTP in JSON on loopback, which keeps the spans it is sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { z } from 'zod'

const value = z.looseObject({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() })
const attributes = z.array(z.object({ key: z.string(), value }))

/** What of the protocol's own schema a reader needs. @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const request = z.looseObject({
  resourceSpans: z.array(
    z.looseObject({
      resource: z.looseObject({ attributes }),
      scopeSpans: z.array(
        z.looseObject({
          spans: z.array(
            z.looseObject({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              startTimeUnixNano: z.string().regex(/^\d{19}$/),
              endTimeUnixNano: z.string().regex(/^\d{19}$/),
              attributes,
              status: z.looseObject({ code: z.number(), message: z.string().optional() }),
            }),
          ),
        }),
      ),
    }),
  ),
})

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parent: string | undefined
  readonly name: string
  readonly start: bigint
  readonly end: bigint
  readonly failed: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of the peer that sent it. */
  readonly runner: unknown
}

export interface OtlpReceiver {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** The header `authorization` of each request. */
  readonly tokens: readonly (string | undefined)[]
}

export async function otlpReceiver(t: TestContext): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const tokens: (string | undefined)[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      tokens.push(req.headers.authorization)
      const isOtlp = req.url === '/v1/traces' && req.headers['content-type'] === 'application/json'
      if (isOtlp) spans.push(...read(JSON.parse(Buffer.concat(chunks).toString())))
      res.writeHead(isOtlp ? 200 : 404, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1/traces`, spans, tokens }
}

function read(body: unknown): ReceivedSpan[] {
  return request.parse(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...{ traceId: span.traceId, spanId: span.spanId, parent: span.parentSpanId, name: span.name },
        ...{ start: BigInt(span.startTimeUnixNano), end: BigInt(span.endTimeUnixNano) },
        failed: span.status.code === 2 ? span.status.message : undefined,
        attributes: toRecord(span.attributes),
        runner: toRecord(resource.attributes)['host.name'],
      })),
    ),
  )
}

function toRecord(pairs: z.output<typeof attributes>): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? intValue]))
}
