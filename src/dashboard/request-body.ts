/** Bodies of requests: JSON, said to be JSON, and no longer than allowed. */
import type { IncomingMessage } from 'node:http'
import { RunnerMeshError } from '../core/errors.ts'

/** @throws RunnerMeshError bad_request, too_large */
export async function readJsonBody(req: IncomingMessage, mostBytes: number): Promise<object> {
  // A form of another site cannot say this without being asked about first.
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? ''))
    throw new RunnerMeshError('bad_request', 'Send JSON, with content-type: application/json.')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes)
      throw new RunnerMeshError('too_large', `The request is over its limit of ${String(mostBytes)} bytes.`)
    chunks.push(chunk)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof value === 'object' && value !== null) return value
  } catch (cause) {
    throw new RunnerMeshError('bad_request', 'The body is no JSON.', { cause })
  }
  throw new RunnerMeshError('bad_request', 'The body is no JSON object.')
}
