/** What became of a dial, in words for people: which address, why. No error class of the library leaves this room. */
import { errorText, RunnerMeshError } from '../core/errors.ts'

const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/ECONNREFUSED/, 'nothing listens there (connection refused). Is the peer running, and is the port right?'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no route to it from this machine.'],
  [/ENOTFOUND|EAI_AGAIN/, 'its host name does not resolve.'],
  [/ECONNRESET|EPIPE|socket hang up/i, 'the other end closed the connection at once. Is it a peer of this program?'],
  [
    /NO_RESERVATION/,
    'the peer is not connected with the relay (any more). It will tell others a new way once it has one.',
  ],
  [/PERMISSION_DENIED/, 'the relay does not connect this peer with that one. Both must be members of its mesh.'],
  [/RESERVATION_REFUSED/, 'the relay has no room for another peer.'],
  [/EACCES|EPERM/, 'this machine forbids the connection (firewall).'],
]

const TIMED_OUT = /aborted due to timeout|operation was aborted/

/** @returns an error whose message names the address and the reason */
export function dialError(address: string, thrown: unknown): RunnerMeshError {
  if (thrown instanceof RunnerMeshError) {
    return new RunnerMeshError(thrown.code, `${thrown.message} (${address})`, { cause: thrown })
  }
  return new RunnerMeshError('peer_unreachable', `Cannot reach ${address}: ${reason(thrown)}`, { cause: thrown })
}

function reason(thrown: unknown): string {
  const all = flatten(thrown)
  for (const [pattern, words] of WORDS) if (all.some((error) => pattern.test(textOf(error)))) return words
  // The library wraps what it met while encrypting, and keeps nothing but its text.
  if (all.some(({ name, message }) => name === 'TimeoutError' || name === 'AbortError' || TIMED_OUT.test(message))) {
    return 'it did not answer in time. Is it behind a firewall or NAT?'
  }
  if (all.some(({ name }) => name === 'UnexpectedPeerError' || name === 'InvalidCryptoExchangeError')) {
    return 'another peer answers there. Is the address out of date?'
  }
  if (isUnsupportedProtocol(thrown)) {
    return 'what answers there is no peer of this program, or an incompatible version.'
  }
  if (all.some(({ name }) => name === 'EncryptionFailedError')) {
    return `the encrypted connection failed (${errorText(thrown)}). Another peer may answer at this address.`
  }
  return `${errorText(thrown)}.`
}

/** The library closed the connection under a new stream: the same dial, once more, goes through. */
export function isStaleConnection(thrown: unknown): boolean {
  return flatten(thrown).some(
    ({ name, message }) =>
      name === 'ConnectionClosedError' || name === 'StreamStateError' || message.includes('muxer is "clos'),
  )
}

/** The peer there speaks none of the protocols it was asked for. */
export function isUnsupportedProtocol(thrown: unknown): boolean {
  return flatten(thrown).some(({ name }) => name === 'UnsupportedProtocolError')
}

function flatten(thrown: unknown): readonly Error[] {
  if (!(thrown instanceof Error)) return []
  const inner: readonly unknown[] = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : []
  return [thrown, ...inner.flatMap(flatten), ...flatten(thrown.cause)]
}

function textOf(error: Error): string {
  return `${'code' in error ? String(error.code) : ''} ${error.message}`
}
