/** Makes new inputs of known ones: small damage, pieces of others, words of the target, and other values in its JSON. */
import type { SeededRandom } from '../../support/seeded-random.ts'
import type { FuzzTarget } from './target.ts'

const LARGEST = 4096
const NUMBERS = [0, 1, 2, 127, 128, 255, 256, 1023, 1024, 65_535, 65_536, 1_048_576, 1_048_577, 2 ** 31, 2 ** 32 - 1]
const JSON_VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    1e308,
    2 ** 53,
    -(2 ** 31),
    '',
    'a',
    [],
    {},
    [[]],
    '\u0000',
    '\ud800',
    '\u001b[31m',
  ],
  ...['__proto__', 'constructor', 'x'.repeat(300), { __proto__: 1, a: 1 }, 'NaN', '1e999', '../..', '\u202e', '😀'],
]

export class Mutator {
  readonly #random: SeededRandom
  readonly #words: readonly Buffer[]
  readonly #values: readonly unknown[]
  readonly #largest: number
  readonly #form: FuzzTarget['form']

  constructor({ words = [], largest = LARGEST, form }: FuzzTarget, random: SeededRandom) {
    this.#random = random
    this.#words = words.map((word) => Buffer.from(word))
    this.#values = [...JSON_VALUES, ...words]
    this.#largest = largest
    this.#form = form
  }

  below(most: number): number {
    return Math.floor(this.#random.unit() * most)
  }

  pick<T>(among: readonly T[]): T {
    return among[this.below(among.length)] as T
  }

  mutate(input: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
    let bytes: Buffer = Buffer.from(input)
    for (let times = 1 + this.below(4); times > 0; times -= 1) {
      const isJson = this.#form === 'json-lines' && this.below(2) === 0
      bytes = isJson ? this.#mutateJson(bytes) : this.#damage(bytes, corpus)
    }
    return bytes.subarray(0, this.#largest)
  }

  #damage(bytes: Buffer, corpus: readonly Uint8Array[]): Buffer {
    const at = this.below(bytes.length + 1)
    const length = this.below(Math.min(64, bytes.length - at + 1))
    const [before, range, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)]
    switch (this.below(10)) {
      case 0:
        return Buffer.concat([before, flipped(range.subarray(0, 1), 1 << this.below(8)), bytes.subarray(at + 1)])
      case 1:
        return Buffer.concat([before, this.#random.bytes(1 + this.below(8)), after])
      case 2:
        return Buffer.concat([before, after])
      case 3:
        return Buffer.concat([before, range, range, after])
      case 4:
        return Buffer.concat([before, this.#number(), bytes.subarray(at + this.below(5))])
      case 5:
        return Buffer.concat([before, this.#words.length === 0 ? this.#random.bytes(2) : this.pick(this.#words), after])
      case 6: {
        const other = this.pick(corpus)
        const from = this.below(other.length + 1)
        return Buffer.concat([before, other.subarray(from, from + this.below(256)), after])
      }
      case 7: {
        const other = this.pick(corpus)
        return Buffer.concat([before, other.subarray(this.below(other.length + 1))])
      }
      case 8:
        return Buffer.concat([before, Buffer.alloc(this.below(64), range[0] ?? 97), after])
      default:
        return before
    }
  }

  #number(): Buffer {
    const number = this.pick(NUMBERS)
    const binary = Buffer.alloc(4)
    binary.writeUInt32BE(number)
    return this.pick([
      binary,
      binary.subarray(2),
      binary.subarray(3),
      Buffer.from(binary).reverse(),
      Buffer.from(String(number)),
    ])
  }

  #mutateJson(bytes: Buffer): Buffer {
    const lines = bytes.toString('utf8').split('\n')
    const index = this.below(lines.length)
    try {
      lines[index] = JSON.stringify(this.#changed(JSON.parse(lines[index] ?? '')))
    } catch {
      return bytes
    }
    if (this.below(6) === 0) lines.splice(index, 0, this.pick(lines))
    return Buffer.from(lines.join('\n'))
  }

  /** Another value somewhere in it. */
  #changed(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || this.below(8) === 0) return this.pick(this.#values)
    if (Array.isArray(value)) {
      const list = value as unknown[]
      const at = this.below(list.length + 1)
      return [...list.slice(0, at), this.#changed(list[at]), ...list.slice(at + this.below(2))]
    }
    const entries = Object.entries(value)
    const at = this.below(entries.length + 1)
    const entry: readonly [string, unknown] | undefined = entries[at]
    const [key, old] = entry ?? [String(this.pick(this.#values)), undefined]
    if (this.below(8) === 0) return Object.fromEntries(entries.filter((_, other) => other !== at))
    return Object.fromEntries([...entries.slice(0, at), [key, this.#changed(old)], ...entries.slice(at + 1)])
  }
}

function flipped(bytes: Uint8Array, mask: number): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ mask))
}
