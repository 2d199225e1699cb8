/** The libraries' components with some parts replaced by ours, where they take no setting for it. */
import type { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { parsePeerId, type PeerId } from '../../core/ids.ts'

type Registrar = Parameters<ReturnType<typeof circuitRelayTransport>>[0]['registrar']

/** The same object with some parts replaced; the original stays as it is. */
export function withOwn<T extends object>(original: T, own: Partial<T>): T {
  // Defined, not assigned: the original may be a proxy that an assignment would go through to.
  return Object.defineProperties(Object.create(original) as T, Object.getOwnPropertyDescriptors(own))
}

/** A registrar whose handlers see streams of those peers only; others' are cut off before a byte of them is read. */
export function only(allowed: (peer: PeerId) => boolean, registrar: Registrar): Registrar {
  return withOwn(registrar, {
    handle: (protocol, handler, options) =>
      registrar.handle(
        protocol,
        (stream, connection) => {
          if (allowed(parsePeerId(connection.remotePeer.toString()))) return handler(stream, connection)
          stream.abort(new Error('not admitted'))
          return undefined
        },
        options,
      ),
    unhandle: (protocol, options) => registrar.unhandle(protocol, options),
  })
}
