/**
 * Keeps secrets out of output, however it is cut into chunks: bytes that may be the beginning of a secret are held back
 * until it is known whether they are, everything else passes at once.
 *
 * White space and terminal sequences between the characters of a secret do not hide it, so a wrapped base64 text or a
 * coloured word is found too. Each stream is looked at by itself and all of them together in the order they were written,
 * so that a secret split over standard output and standard error is found as well.
 *
 * Memory is bounded by the longest form of a secret and MOST_BLANKS; it never grows with the length of the output.
 */
import { compilePatterns, type BytePatterns } from './byte-patterns.ts'
import { isBlankByte, secretForms } from './secret-forms.ts'
import type { Json, JsonObject } from './task.ts'

export const REDACTED = '***'

/** White space between two characters of a secret, in bytes, beyond which they no longer belong together. */
const MOST_BLANKS = 256

const MARK = new TextEncoder().encode(REDACTED)
const [LINE_END, ESC, BRACKET] = [0x0a, 0x1b, 0x5b]

/** The secrets of one task, made ready to be looked for. Never serialized. */
export interface SecretPatterns {
  readonly patterns: BytePatterns
}

export function secretPatterns(values: readonly string[]): SecretPatterns {
  return { patterns: compilePatterns(secretForms(values)) }
}

export interface Released<S extends string> {
  readonly stream: S
  readonly bytes: Uint8Array
}

/** One per attempt: `S` names its streams. */
export class Redactor<S extends string> {
  readonly #patterns: BytePatterns
  /** Over all streams; while there is only one, its own scanner says the same. */
  #together: Scanner | undefined
  readonly #streams = new Map<S, Stream>()
  #position = 0

  constructor({ patterns }: SecretPatterns) {
    this.#patterns = patterns
  }

  /** @returns what may be shown now, of this stream and of others that waited for it; in the order it was written per stream */
  write(stream: S, bytes: Uint8Array): Released<S>[] {
    if (this.#patterns.longest === 0) return bytes.length === 0 ? [] : [{ stream, bytes }]
    const own = this.#streams.get(stream) ?? this.#open(stream)
    const together = this.#together
    own.keep(this.#position, bytes)
    for (const byte of bytes) {
      const at = this.#position
      this.#position += 1
      const from = own.scanner.step(byte, at)
      if (from !== undefined) own.mask(from, at + 1)
      const fromTogether = together?.step(byte, at)
      if (fromTogether === undefined) continue
      for (const one of this.#streams.values()) one.mask(fromTogether, at + 1)
    }
    return this.#release((one) => Math.min(one.scanner.heldFrom, together?.heldFrom ?? Infinity))
  }

  #open(stream: S): Stream {
    const [first] = this.#streams.values()
    if (first !== undefined) this.#together ??= first.scanner.copy()
    const opened = new Stream(this.#patterns)
    this.#streams.set(stream, opened)
    return opened
  }

  /** Everything that was held back. No stream may be written afterwards. */
  end(): Released<S>[] {
    return this.#release(() => Infinity)
  }

  #release(until: (stream: Stream) => number): Released<S>[] {
    return [...this.#streams]
      .map(([stream, one]) => ({ stream, bytes: one.release(until(one)) }))
      .filter(({ bytes }) => bytes.length > 0)
  }
}

/** A whole text at once: a message, a name, an error. */
export function redactText(secrets: SecretPatterns, text: string): string {
  if (secrets.patterns.longest === 0) return text
  const redactor = new Redactor<'text'>(secrets)
  const released = [...redactor.write('text', new TextEncoder().encode(text)), ...redactor.end()]
  const decoder = new TextDecoder()
  return released.map(({ bytes }) => decoder.decode(bytes, { stream: true })).join('') + decoder.decode()
}

/** Every text in it, names of fields included. */
export function redactJson(secrets: SecretPatterns, value: JsonObject): JsonObject {
  return secrets.patterns.longest === 0 ? value : (redactValue(secrets, value) as JsonObject)
}

function redactValue(secrets: SecretPatterns, value: Json): Json {
  if (typeof value === 'string') return redactText(secrets, value)
  // A number's digits may be a secret's: then it is no number any more.
  if (typeof value === 'number') {
    const text = String(value)
    const shown = redactText(secrets, text)
    return shown === text ? value : shown
  }
  if (Array.isArray(value)) return value.map((item: Json) => redactValue(secrets, item))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [redactText(secrets, name), redactValue(secrets, item)])
    return Object.fromEntries(entries) as JsonObject
  }
  return value
}

/** Walks the automaton over what is left of a stream without blanks and terminal sequences. */
class Scanner {
  readonly #patterns: BytePatterns
  /** Positions of the last bytes that counted; as many as the longest pattern has. */
  readonly #positions: Float64Array
  #counted = 0
  #state = 0
  #blanks = 0
  #escape: 'none' | 'begun' | 'sequence' = 'none'
  /** The first position that may belong to a secret not yet written to its end; Infinity when there is none. */
  heldFrom = Infinity

  constructor(patterns: BytePatterns) {
    this.#patterns = patterns
    this.#positions = new Float64Array(patterns.longest)
  }

  copy(): Scanner {
    const same = new Scanner(this.#patterns)
    same.#positions.set(this.#positions)
    same.#counted = this.#counted
    same.#state = this.#state
    same.#blanks = this.#blanks
    same.#escape = this.#escape
    same.heldFrom = this.heldFrom
    return same
  }

  /** @returns the position where a secret begins that ends with this byte */
  step(byte: number, position: number): number | undefined {
    if (this.#isBlank(byte)) {
      if (this.#state === 0) return undefined
      this.#blanks += 1
      if (this.#blanks > MOST_BLANKS) this.#state = 0
      // At the end of a line one character is no beginning worth waiting for: the line is told now. Should the secret go
      // on in the next line all the same, the rest of it is found.
      const isLone = byte === LINE_END && this.#patterns.depth(this.#state) === 1
      if (this.#state === 0 || isLone) this.heldFrom = Infinity
      return undefined
    }
    this.#blanks = 0
    this.#state = this.#patterns.next(this.#state, byte)
    this.#positions[this.#counted % this.#positions.length] = position
    this.#counted += 1
    const depth = this.#patterns.depth(this.#state)
    this.heldFrom = depth === 0 ? Infinity : this.#positionBack(depth)
    const match = this.#patterns.match(this.#state)
    return match === 0 ? undefined : this.#positionBack(match)
  }

  #positionBack(count: number): number {
    return this.#positions[(this.#counted - count) % this.#positions.length] ?? 0
  }

  /** `ESC [ parameters final` counts as nothing; of any other sequence only the escape character does. */
  #isBlank(byte: number): boolean {
    if (byte === ESC) {
      this.#escape = 'begun'
      return true
    }
    switch (this.#escape) {
      case 'none':
        return isBlankByte(byte)
      case 'begun':
        this.#escape = byte === BRACKET ? 'sequence' : 'none'
        return byte === BRACKET || isBlankByte(byte)
      case 'sequence':
        if (byte >= 0x20 && byte <= 0x3f) return true
        this.#escape = 'none'
        return byte <= 0x7f
    }
  }
}

/** What of one stream is still held, and which positions of it are not to be shown. */
class Stream {
  readonly scanner: Scanner
  #held: { readonly from: number; readonly bytes: Uint8Array }[] = []
  #masks: { from: number; to: number }[] = []
  #maskedUntil = -1

  constructor(patterns: BytePatterns) {
    this.scanner = new Scanner(patterns)
  }

  keep(from: number, bytes: Uint8Array): void {
    this.#held.push({ from, bytes })
  }

  /** Ends of masks only grow. */
  mask(from: number, to: number): void {
    let start = from
    for (let last = this.#masks.at(-1); last !== undefined && last.to >= start; last = this.#masks.at(-1)) {
      start = Math.min(start, last.from)
      this.#masks.pop()
    }
    this.#masks.push({ from: start, to })
  }

  /** Everything before the position, with marks in place of secrets. */
  release(until: number): Uint8Array {
    const parts: Uint8Array[] = []
    const still: { from: number; bytes: Uint8Array }[] = []
    for (const { from, bytes } of this.#held) {
      const count = Math.max(0, Math.min(bytes.length, until - from))
      if (count > 0) this.#show(from, bytes.subarray(0, count), parts)
      // A copy, so that the rest does not keep a whole chunk in memory.
      if (count < bytes.length) still.push({ from: from + count, bytes: bytes.slice(count) })
    }
    this.#held = still
    const first = still[0]?.from ?? Infinity
    this.#masks = this.#masks.filter(({ to }) => to > Math.min(first, until))
    return concat(parts)
  }

  #show(from: number, bytes: Uint8Array, parts: Uint8Array[]): void {
    let shown = from
    const end = from + bytes.length
    for (const mask of this.#masks) {
      if (mask.to <= shown) continue
      if (mask.from >= end) break
      if (mask.from > shown) parts.push(bytes.subarray(shown - from, mask.from - from))
      // One mark for a secret, in however many parts it came.
      if (mask.from > this.#maskedUntil) parts.push(MARK)
      this.#maskedUntil = Math.max(this.#maskedUntil, mask.to)
      shown = Math.min(end, mask.to)
    }
    if (shown < end) parts.push(bytes.subarray(shown - from))
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
