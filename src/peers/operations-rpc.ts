/** The catalog of operations as JSON-RPC: method = operation name, params = input, result = output. */
import { RunnerMeshError } from '../core/errors.ts'
import type { HomeId, PeerId } from '../core/ids.ts'
import { CATALOG, type OperationName, type Output } from '../core/operations/catalog.ts'
import type { Operations } from '../core/operations/invoke.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { Clock, Logger } from '../core/ports/clock.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import type { Channel } from '../core/ports/mesh.ts'
import type { Rejections } from '../core/rejections.ts'
import type { Unread } from './answer-pace.ts'
import { createRpcConnection, type RpcConnection, type RpcConnectionOptions, type RpcLimits } from './rpc-connection.ts'

export interface RpcDeps {
  readonly log: Logger
  /** How messages name the other end; by default its peer id. */
  readonly name?: string
  readonly limits?: Partial<RpcLimits>
  /** Where to count what is refused. */
  readonly rejections?: Rejections
  /** Set where the rate of requests is limited. */
  readonly clock?: Pick<Clock, 'mono' | 'after'>
  /** Shared by the connections that together may leave only so much unread. */
  readonly unread?: Unread
  readonly onNotice?: (method: string, params: unknown) => void
}

/**
 * Answers the operations to whoever is at the other end.
 * @param caller asked anew for every call, so that a right that was taken away is gone at once
 */
export function serveRpc(
  channel: Channel,
  operations: Pick<Operations, 'invoke'>,
  caller: () => Caller,
  { name = `peer ${channel.remote}`, ...deps }: RpcDeps,
): RpcConnection {
  const serve: RpcConnectionOptions['serve'] = (method, params, { signal, progress }) =>
    operations.invoke(method, params, { caller: caller(), signal, progress })
  return createRpcConnection(channel, { serve, name, ...deps })
}

export interface LinkEnd {
  /** Undefined when the other end is no mesh peer. */
  readonly peer: PeerId | undefined
  readonly homes: readonly HomeId[]
}

/** The operations of whoever is at the other end, for an end that serves none itself, such as a command line. */
export function createRpcLink(
  channel: Channel,
  end: LinkEnd,
  { name = `peer ${channel.remote}`, ...deps }: RpcDeps,
): OperationsLink & { close(): Promise<void> } {
  const serve: RpcConnectionOptions['serve'] = (method) =>
    Promise.reject(new RunnerMeshError('unknown_operation', `This end serves no operations, so not ${method} either.`))
  const connection = createRpcConnection(channel, { serve, name, ...deps })
  return { ...linkOver(connection, end, name), close: () => connection.close() }
}

/** The operations of the other end of a connection that may serve ours as well. */
export function linkOver(
  connection: Pick<RpcConnection, 'closed' | 'request'>,
  { peer, homes }: LinkEnd,
  name: string,
): OperationsLink {
  return {
    peer,
    homes,
    closed: connection.closed,
    call: async (operation, input, options) =>
      parseOutput(operation, await connection.request(operation, input, options), name),
  }
}

/** Foreign data again: fields of a newer version are dropped, a missing or wrong one is the other side's fault. */
function parseOutput<N extends OperationName>(operation: N, result: unknown, name: string): Output<N> {
  const parsed = CATALOG[operation].output.safeParse(result)
  if (parsed.success) return parsed.data as Output<N>
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'result').slice(0, 4)
  throw new RunnerMeshError(
    'protocol_mismatch',
    `${name} answered ${operation} in a form this version does not know (${where.join(', ')}). Upgrade the older of the two.`,
    { cause: parsed.error },
  )
}
