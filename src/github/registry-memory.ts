/** What a peer remembers of the registry over restarts, so that it finds its issue and its comment without asking. */
import { z } from 'zod'

const memory = z.object({
  issue: z.int().optional(),
  /** An issue that this peer opened: closed again if a lower number turns out to be the registry. */
  opened: z.int().optional(),
  comment: z.int().optional(),
  /** Who GitHub says wrote it. */
  author: z.string().max(128).optional(),
  /** GitHub's time in epoch milliseconds: since then a comment may exist that this peer was not told of. */
  creatingSince: z.int().optional(),
  fleetSize: z.int().min(1).optional(),
  seq: z.int().optional(),
  /** Whether strangers cannot read the repository. */
  isPrivate: z.boolean().optional(),
})
export type RegistryMemory = z.output<typeof memory>

export interface MemoryPlace {
  /** @returns undefined when nothing is kept */
  load(): Promise<unknown>
  save(value: RegistryMemory): Promise<void>
}

export class RememberedRegistry {
  readonly #place: MemoryPlace
  #value: RegistryMemory = {}
  #wasKept = false

  constructor(place: MemoryPlace) {
    this.#place = place
  }

  get value(): RegistryMemory {
    return this.#value
  }

  /** Whether an earlier start of this peer left anything. */
  get wasKept(): boolean {
    return this.#wasKept
  }

  /** What cannot be read is forgotten: it costs requests, no more. */
  async load(): Promise<void> {
    const parsed = memory.safeParse(await this.#place.load())
    this.#wasKept = parsed.success
    this.#value = parsed.success ? parsed.data : {}
  }

  async change(change: { readonly [K in keyof RegistryMemory]?: RegistryMemory[K] | undefined }): Promise<void> {
    const before = JSON.stringify(this.#value)
    this.#value = memory.parse({ ...this.#value, ...change })
    if (JSON.stringify(this.#value) !== before) await this.#place.save(this.#value)
  }
}
