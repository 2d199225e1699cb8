/** What this peer has and can do, put together from its settings, its machine and its worker. */
import { arch, availableParallelism, freemem, loadavg, platform, totalmem } from 'node:os'
import { MOST_IMAGES, type Capabilities, type StandingCapabilities } from '../../core/capabilities.ts'
import { errorText } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger } from '../../core/ports/clock.ts'
import { findGpus } from '../../docker/containers/gpu-devices.ts'
import type { Config } from '../config.ts'
import { VERSION } from '../version.ts'
import type { WorkerParts } from './worker-parts.ts'

/** Node's word for a processor in the word images and tasks use. */
const IMAGE_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

const IMAGES_FRESH_MS = 10 * SECOND

export interface OwnCapabilitiesDeps {
  readonly config: Pick<Config, 'labels' | 'surroundings'>
  /** The libp2p protocol ids that this peer serves to members. */
  readonly protocols: () => readonly string[]
  readonly clock: Clock
  readonly log: Logger
}

export class OwnCapabilities {
  readonly #deps: OwnCapabilitiesDeps
  #gpus: readonly string[] = []
  #worker: WorkerParts | undefined
  /** The engine is asked at most so often. */
  #seen: { readonly images: string[]; readonly until: number } | undefined

  constructor(deps: OwnCapabilitiesDeps) {
    this.#deps = deps
  }

  /** Devices take a moment to be found, which no start waits for. */
  async lookForGpus(): Promise<void> {
    const { config, clock } = this.#deps
    this.#gpus = await findGpus(config.surroundings.path ?? '', clock)
  }

  /** Once there is a worker, its engine and its room are told. */
  ofWorker(worker: WorkerParts | undefined): void {
    this.#worker = worker
  }

  standing(): StandingCapabilities {
    const { config, protocols } = this.#deps
    const total = this.#worker?.room().total
    return {
      version: VERSION,
      protocols: [...protocols()].slice(0, 32),
      os: platform(),
      arch: IMAGE_ARCH[arch()] ?? arch(),
      cpus: total?.cpus ?? availableParallelism(),
      memory_bytes: total?.memoryBytes ?? totalmem(),
      disk_bytes: total?.diskBytes ?? 0,
      gpus: this.#gpus.map((uuid) => ({ uuid })),
      labels: [...config.labels].slice(0, 128),
      task_types: [...(this.#worker?.types() ?? [])],
    }
  }

  async now(): Promise<Capabilities> {
    const worker = this.#worker
    const [load] = loadavg()
    const room = worker?.room()
    return {
      ...this.standing(),
      ...(worker === undefined ? {} : { images: await this.#images(worker) }),
      load: {
        slots: room?.total.slots ?? 0,
        running: worker?.running ?? 0,
        free_cpus: room?.free.cpus ?? 0,
        free_memory_bytes: Math.round(room?.free.memoryBytes ?? freemem()),
        load_1m: load ?? 0,
      },
    }
  }

  async #images(worker: WorkerParts): Promise<string[]> {
    const { clock } = this.#deps
    if (this.#seen !== undefined && this.#seen.until > clock.mono()) return this.#seen.images
    try {
      const images = [...(await worker.images(MOST_IMAGES))]
      this.#seen = { images, until: clock.mono() + IMAGES_FRESH_MS }
      return images
    } catch (cause) {
      this.#deps.log.debug('images.unknown', { error: errorText(cause) })
      return []
    }
  }
}
