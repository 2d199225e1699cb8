/**
 * Keeps the images that tasks brought here from filling the disk. Ours are those that we pulled or built: each bears a tag
 * of ours, which is set anew whenever a task uses it, so that the engine itself remembers when that was. When the disk runs
 * low, or ours are more than they may be, the one unused for longest goes first. What the machine's owner pulled or tagged
 * is left alone, and so is what a container is made of.
 */
import { createHash } from 'node:crypto'
import { errorText } from '../../core/errors.ts'
import { MINUTE } from '../../core/lease.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import { freeBytes } from '../engine/engine-facts.ts'
import { isGone, statusOf, type Engine } from '../engine/engine.ts'

/** The two repositories of our tags. A built image has no other name. */
export const OUR_TAGS = { pulled: 'runner-mesh-pulled', built: 'runner-mesh-build' } as const

export interface ImageKeeperSettings {
  /** Ours together may have this much. */
  readonly maxBytes: number
  /** Of the disk on which the engine keeps its data; below it, ours go. */
  readonly minFreeBytes: number
  /** An image used more recently is left: a task may be about to start from it. */
  readonly restMs: number
  readonly everyMs: number
}

const GIB = 1_073_741_824
const IMAGE_KEEPER_DEFAULTS: ImageKeeperSettings = {
  maxBytes: 20 * GIB,
  minFreeBytes: 5 * GIB,
  restMs: 10 * MINUTE,
  everyMs: 5 * MINUTE,
}

export interface ImageKeeperDeps {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Logger
  readonly settings?: Partial<ImageKeeperSettings>
}

interface OurImage {
  readonly id: string
  readonly bytes: number
  /** Epoch milliseconds of the engine's clock. */
  readonly usedAt: number
  /** Names that go with it: our tags, and the name it was pulled by. */
  readonly names: readonly string[]
}

export class ImageKeeper implements Startable {
  readonly #deps: ImageKeeperDeps
  readonly #settings: ImageKeeperSettings
  #last: Promise<unknown> = Promise.resolve()
  #stopTimer: (() => void) | undefined

  constructor(deps: ImageKeeperDeps) {
    this.#deps = deps
    this.#settings = { ...IMAGE_KEEPER_DEFAULTS, ...deps.settings }
  }

  start(): Promise<void> {
    this.#stopTimer ??= () => undefined
    this.#next()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    await this.#last
  }

  /** @returns how many images it removed. @throws whatever the client throws when the engine does not answer */
  async sweep(): Promise<number> {
    const { engine, clock, log } = this.#deps
    const { maxBytes, minFreeBytes, restMs } = this.#settings
    const { DockerRootDir: dataPath } = (await engine.prompt.info()) as { DockerRootDir: string }
    const ours = await this.#ours()
    let [bytes, free] = [ours.reduce((sum, image) => sum + image.bytes, 0), await freeBytes(dataPath)]
    let removed = 0
    for (const image of ours.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (bytes <= maxBytes && free >= minFreeBytes) break
      if (clock.now() - image.usedAt < restMs || !(await this.#remove(image))) continue
      bytes -= image.bytes
      free = await freeBytes(dataPath)
      removed += 1
      log.info('image.removed', { image: image.names.at(-1), bytes: image.bytes, freeBytes: free })
    }
    return removed
  }

  async #ours(): Promise<readonly OurImage[]> {
    const { prompt } = this.#deps.engine
    const reference = Object.values(OUR_TAGS)
    const [listed, containers] = await Promise.all([
      prompt.listImages({ filters: JSON.stringify({ reference }) }),
      prompt.listContainers({ all: true }),
    ])
    const inUse = new Set(containers.map(({ ImageID }) => ImageID))
    const found = await Promise.all(
      listed
        .filter(({ Id }) => !inUse.has(Id))
        .map(async ({ Id: id, Size: bytes }): Promise<OurImage | undefined> => {
          const image = await prompt.getImage(id).inspect().catch(goneIsNothing)
          if (image === undefined) return undefined
          const { Metadata: metadata, RepoTags: tags, RepoDigests: digests } = image as unknown as ImageNames
          const marks = new Set(tags.filter(isOurs))
          const names = [...tags, ...digests].filter((name) => marks.has(pulledTag(name)))
          return { id, bytes, usedAt: Date.parse(metadata.LastTagTime), names: [...names, ...marks] }
        }),
    )
    return found.filter((image) => image !== undefined)
  }

  /** Name by name: with its last one the engine removes the image, and with a name of somebody else's it stays. */
  async #remove({ names }: OurImage): Promise<boolean> {
    for (const name of names) {
      try {
        await this.#deps.engine.prompt.getImage(name).remove()
      } catch (error) {
        if (isGone(error)) continue
        // A container was made of it this moment.
        if (statusOf(error) === 409) return false
        throw error
      }
    }
    return true
  }

  #next(): void {
    if (this.#stopTimer === undefined) return
    this.#stopTimer = this.#deps.clock.after(this.#settings.everyMs, () => {
      this.#last = this.sweep()
        .catch((error: unknown) => {
          this.#deps.log.debug('image.sweep_failed', { why: errorText(error) })
        })
        .finally(() => {
          this.#next()
        })
    })
  }
}

interface ImageNames {
  readonly Metadata: { readonly LastTagTime: string }
  readonly RepoTags: readonly string[]
  readonly RepoDigests: readonly string[]
}

/** The tag that an image pulled by this name gets from us. */
export function pulledTag(name: string): string {
  return `${OUR_TAGS.pulled}:${createHash('sha256').update(name).digest('hex').slice(0, 40)}`
}

function isOurs(tag: string): boolean {
  return Object.values(OUR_TAGS).some((repository) => tag.startsWith(`${repository}:`))
}

function goneIsNothing(error: unknown): undefined {
  if (!isGone(error)) throw error
}
