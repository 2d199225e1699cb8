/**
 * A vector clock whose content has one hash, its root: clocks with equal vectors have equal roots, whoever holds them and
 * in whatever order they learned. Byte for byte the predecessor's `MerkleClock`.
 */
import type { Digest } from '../ports/digest.ts'
import { compareCodePoints, pythonString } from './python-json.ts'

/** Node id to count. Counts have no upper bound. */
export type Vector = ReadonlyMap<string, bigint>

/** `before`: no count of the one is above the other's, and one is below. A missing count is 0. */
export type VectorOrder = 'equal' | 'before' | 'after' | 'concurrent'

/** What is hashed: `[["id", count], …]` in order of the ids. */
export function merklePreimage(vector: Vector): string {
  const entries = [...vector].sort(([a], [b]) => compareCodePoints(a, b))
  return `[${entries.map(([id, count]) => `[${pythonString(id)}, ${String(count)}]`).join(', ')}]`
}

/** The highest count of each id. */
export function mergeVectors(a: Vector, b: Vector): Vector {
  const merged = new Map(a)
  for (const [id, count] of b) {
    const known = merged.get(id)
    if (known === undefined || count > known) merged.set(id, count)
  }
  return merged
}

export function orderOf(a: Vector, b: Vector): VectorOrder {
  const [aLacks, bLacks] = [lacks(a, b), lacks(b, a)]
  if (aLacks) return bLacks ? 'concurrent' : 'before'
  return bLacks ? 'after' : 'equal'
}

function lacks(a: Vector, b: Vector): boolean {
  for (const [id, count] of b) if ((a.get(id) ?? 0n) < count) return true
  return false
}

export class MerkleClock {
  readonly nodeId: string
  readonly #digest: Digest
  #vector: Vector
  #root: string | undefined

  /** @param nodeId an empty one has no count of its own */
  constructor(nodeId: string, digest: Digest, vector: Vector = new Map()) {
    this.nodeId = nodeId
    this.#digest = digest
    this.#vector = nodeId === '' || vector.has(nodeId) ? vector : new Map([...vector, [nodeId, 0n]])
  }

  get vector(): Vector {
    return this.#vector
  }

  /** 64 hexadecimal digits; computed once per state. */
  get root(): string {
    this.#root ??= this.#digest(merklePreimage(this.#vector))
    return this.#root
  }

  /** Something happened here. */
  tick(): void {
    this.#set(new Map([...this.#vector, [this.nodeId, (this.#vector.get(this.nodeId) ?? 0n) + 1n]]))
  }

  /** Takes in what another clock knows. @returns whether there was anything new */
  merge(other: Vector): boolean {
    const isNew = [...other].some(([id, count]) => count > (this.#vector.get(id) ?? count - 1n))
    if (isNew) this.#set(mergeVectors(this.#vector, other))
    return isNew
  }

  #set(vector: Vector): void {
    this.#vector = vector
    this.#root = undefined
  }
}

/**
 * A clock as it came over a wire: `{node_id, vector, merkle_root}`. Counts may be whole numbers, fractions (cut off) or
 * digits, as the predecessor takes them. A root that came along proves nothing and is not looked at.
 *
 * @returns undefined when it is no clock
 */
export function parseClock(data: unknown): { readonly nodeId: string; readonly vector: Vector } | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  const { node_id: nodeId, vector: counts } = data as { node_id?: unknown; vector?: unknown }
  if (nodeId !== undefined && nodeId !== null && typeof nodeId !== 'string') return undefined
  const vector = new Map<string, bigint>()
  if (typeof counts === 'object' && counts !== null && !Array.isArray(counts)) {
    for (const [id, value] of Object.entries(counts)) {
      const count = toCount(value)
      if (count === undefined) return undefined
      if (id !== '') vector.set(id, count)
    }
  }
  return { nodeId: nodeId ?? '', vector }
}

function toCount(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
  return typeof value === 'string' && /^-?[0-9]{1,40}$/.test(value) ? BigInt(value) : undefined
}
