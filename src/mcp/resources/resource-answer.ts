/** How resources ask the operations, and what they say when these refuse. */
import { ProtocolError, ResourceNotFoundError, type ReadResourceResult } from '@modelcontextprotocol/server'
import { cleanLine } from '../../core/clean-text.ts'
import { toErrorView } from '../../core/errors.ts'
import type { OperationName, Output } from '../../core/operations/catalog.ts'
import type { Call } from '../../core/operations/operation.ts'
import type { ServerDeps } from '../server-deps.ts'
import { cleaned } from '../tools/tool-answer.ts'

/** JSON-RPC codes below -32000 are the protocol's; ours says what it is by name in its message. */
const REFUSED = -32000
export const JSON_TYPE = 'application/json'

/** @throws ResourceNotFoundError, ProtocolError */
export async function askFor<N extends OperationName>(
  deps: ServerDeps,
  uri: string,
  name: N,
  input: unknown,
  call: Call,
): Promise<Output<N>> {
  try {
    return (await deps.operations.invoke(name, input, call)) as Output<N>
  } catch (thrown) {
    // Nobody hears it any more, and it is no fault of ours.
    if (call.signal.aborted) throw new ProtocolError(REFUSED, 'cancelled: the asker has gone')
    return refuseResource(deps, uri, thrown)
  }
}

/** A foreign task is as absent as an unknown one. */
export function refuseResource({ log }: Pick<ServerDeps, 'log'>, uri: string, thrown: unknown): never {
  const { code, message } = toErrorView(thrown)
  if (code === 'task_not_found' || code === 'bad_request') throw new ResourceNotFoundError(uri)
  if (code === 'internal') log.error('mcp.resource_failed', { uri, thrown })
  throw new ProtocolError(REFUSED, `${code}: ${cleanLine(message, 1000)}`)
}

export function jsonResource(uri: string, value: unknown): ReadResourceResult {
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(cleaned(value)) }] }
}
