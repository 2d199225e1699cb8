/**
 * Looks at what the other end says while a protocol is negotiated (multistream-select), before the library reads it.
 *
 * The library reads the length in front of a negotiation message byte by byte until it ends, whatever it costs: some
 * hundred kilobytes of 0xff from anybody who can open a TCP connection keep the event loop busy for a second. So each
 * byte source is checked until its negotiation is over: messages of at most 1024 bytes, a length of at most two, a known
 * first message, and not more than a few proposals. Whatever breaks that is cut off at once.
 * @see https://github.com/multiformats/multistream-select
 */
import type { ConnectionEncrypter, MessageStream, SecuredConnection, Upgrader } from '@libp2p/interface'
import type { InboundGate } from './inbound-gate.ts'

const HEADER = '/multistream/1.0.0'
const MAX_MESSAGE_BYTES = 1024
const MAX_MESSAGES = 16

export class BadNegotiation extends Error {
  override readonly name = 'BadNegotiation'
}

/** Follows one side of a negotiation. Bytes after its end are the protocol's own and not looked at. */
export class NegotiationCheck {
  readonly #ends: (message: string) => boolean
  readonly #message: number[] = []
  #length: number | undefined
  #firstLengthByte: number | undefined
  #messages = 0
  #done = false

  /** @param ends whether this message is the one that settles the protocol */
  constructor(ends: (message: string) => boolean) {
    this.#ends = ends
  }

  /** @returns whether the negotiation is over. @throws BadNegotiation */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#done) break
      if (this.#length === undefined) this.#readLength(byte)
      else this.#readByte(byte, this.#length)
    }
    return this.#done
  }

  #readLength(byte: number): void {
    if (this.#firstLengthByte === undefined) {
      if (byte < 0x80) this.#length = byte
      else this.#firstLengthByte = byte
    } else {
      if (byte >= 0x80) throw new BadNegotiation('The length of a negotiation message has no end.')
      this.#length = (this.#firstLengthByte & 0x7f) + byte * 0x80
      this.#firstLengthByte = undefined
    }
    if (this.#length === 0 || (this.#length ?? 0) > MAX_MESSAGE_BYTES) {
      throw new BadNegotiation(`A negotiation message of ${String(this.#length)} bytes.`)
    }
  }

  #readByte(byte: number, length: number): void {
    this.#message.push(byte)
    if (this.#message.length < length) return
    const text = Buffer.from(this.#message).toString('latin1')
    this.#message.length = 0
    this.#length = undefined
    this.#messages += 1
    if (!text.endsWith('\n')) throw new BadNegotiation('A negotiation message without its line end.')
    if (this.#messages > MAX_MESSAGES) throw new BadNegotiation('A negotiation that comes to no end.')
    const message = text.slice(0, -1)
    if (this.#messages === 1) {
      if (message !== HEADER) throw new BadNegotiation('A connection that does not begin with multistream-select.')
    } else if (message !== HEADER && this.#ends(message)) {
      this.#done = true
    }
  }
}

/** Hears of what was cut off. */
export type OnBadNegotiation = () => void

type Receive = (data: Uint8Array | Iterable<Uint8Array>) => void

/**
 * The library hands what arrives to this method of every stream, before any listener hears of it; a listener of ours
 * would take the first bytes from the one that comes later. It is not in the typed interface: the tests over real
 * connections are what holds this to be true.
 */
export function guardNegotiation<S extends MessageStream>(
  stream: S,
  ends: (message: string) => boolean,
  onBad: OnBadNegotiation,
): S {
  const source = stream as S & { onData: Receive }
  const receive: Receive = source.onData.bind(stream)
  const check = new NegotiationCheck(ends)
  source.onData = (data) => {
    try {
      for (const bytes of data instanceof Uint8Array ? [data] : data) {
        if (!check.push(bytes)) continue
        source.onData = receive
        break
      }
    } catch (cause) {
      onBad()
      stream.abort(cause as Error)
      return
    }
    receive(data)
  }
  return stream
}

/** As an initiator we have proposed the protocol ourselves: whatever answers after the header settles it. */
export const anyAnswer = (): boolean => true

export const nobody = (): void => undefined

/**
 * Guards the negotiation of the encryption on connections in either direction.
 * @param gate whatever else there is to watch while an inbound connection is upgraded
 */
export function guardUpgrader(upgrader: Upgrader, encryption: string, gate?: InboundGate): Upgrader {
  const guarded = Object.create(upgrader) as Upgrader
  guarded.upgradeInbound = (connection, options) => {
    const upgrade = (onBad: OnBadNegotiation): Promise<void> =>
      upgrader.upgradeInbound(
        guardNegotiation(connection, (message) => message === encryption, onBad),
        options,
      )
    return gate === undefined ? upgrade(nobody) : gate.pass(connection, upgrade)
  }
  guarded.upgradeOutbound = (connection, options) =>
    upgrader.upgradeOutbound(guardNegotiation(connection, anyAnswer, nobody), options)
  return guarded
}

/** Guards the negotiation of the muxer, where it was not settled along with the encryption. */
export function guardEncrypter(encrypter: ConnectionEncrypter, muxer: string): ConnectionEncrypter {
  const [secureInbound, secureOutbound] = [
    encrypter.secureInbound.bind(encrypter),
    encrypter.secureOutbound.bind(encrypter),
  ]
  const guarded = (secured: SecuredConnection, ends: (message: string) => boolean): SecuredConnection => {
    if (secured.streamMuxer === undefined) guardNegotiation(secured.connection, ends, nobody)
    return secured
  }
  encrypter.secureInbound = async (...args) => guarded(await secureInbound(...args), (message) => message === muxer)
  encrypter.secureOutbound = async (...args) => guarded(await secureOutbound(...args), anyAnswer)
  return encrypter
}
