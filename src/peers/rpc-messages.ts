/** The messages of JSON-RPC 2.0 as they are read and written here. @see https://www.jsonrpc.org/specification */

export type RpcId = string | number

/** As it came, nothing checked but that it is an object. */
export type Message = Readonly<Record<string, unknown>>

export interface Request {
  readonly id: RpcId
  readonly method: string
  readonly params: unknown
}

export type Answer = { readonly result: unknown } | { readonly error: unknown }

export function encode(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message))
}

export function isRpcId(id: unknown): id is RpcId {
  return typeof id === 'number' || (typeof id === 'string' && id.length <= 128)
}
