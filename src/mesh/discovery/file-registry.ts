/**
 * Peers that share a folder find each other in it: one file per peer, `<peer id>.json`, holding its sealed announcement.
 * For several peers on one machine, or a network drive. Whoever can write there can add files and delete them, no more:
 * a file without signature and mesh key is passed over.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sealedAnnouncement, type Announcement } from '../../core/announcement.ts'
import { errorText } from '../../core/errors.ts'
import type { PeerId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import type { AnnouncementSeal, Discovery, FoundPeer } from '../../core/ports/discovery.ts'
import type { Rejections } from '../../core/rejections.ts'
import { PolledDirectory } from './polled-directory.ts'

export interface FileRegistryOptions {
  readonly directory: string
  readonly self: PeerId
  readonly seal: AnnouncementSeal
  readonly clock: Clock
  readonly random: Random
  /** Where to count copies and announcements put back. */
  readonly rejections?: Rejections
  readonly everyMs?: number
}

const FILE_REGISTRY_POLL_MS = 2 * SECOND
const FILE_NAME = /^[1-9A-HJ-NP-Za-km-z]{46,64}\.json$/

export function createFileRegistry(options: FileRegistryOptions): Discovery {
  return new FileRegistry(options)
}

class FileRegistry implements Discovery {
  readonly source = 'file'
  readonly #options: FileRegistryOptions
  readonly #directory: PolledDirectory<Announcement>
  #tell: (peers: readonly FoundPeer[]) => void = () => undefined
  #problem: string | undefined
  /** By file name: the sequence number of the newest announcement seen. */
  readonly #newest = new Map<string, number>()
  #announced = false

  constructor(options: FileRegistryOptions) {
    const { directory, self, seal, clock, rejections, everyMs = FILE_REGISTRY_POLL_MS } = options
    this.#options = options
    this.#directory = new PolledDirectory({
      path: directory,
      everyMs,
      isWanted: (name) => FILE_NAME.test(name) && name !== `${self}.json`,
      read: async (text, name) => {
        const announcement = await seal.open(sealedAnnouncement.parse(JSON.parse(text)))
        // A copy under another name would count twice, or hide the newer one; an older one that somebody has put back
        // names addresses that the peer has given up.
        const newest = this.#newest.get(name) ?? 0
        if (`${announcement.peer}.json` !== name || announcement.seq < newest) {
          rejections?.count('bad_announcement')
          return undefined
        }
        this.#newest.set(name, announcement.seq)
        return announcement
      },
      onLook: (all) =>
        this.#tell(all.filter(({ expiresAt }) => expiresAt > clock.now()).map(({ addresses }) => ({ addresses }))),
      onProblem: (problem) => (this.#problem = problem),
      clock,
    })
  }

  onFound(found: (peers: readonly FoundPeer[]) => void): void {
    this.#tell = found
  }

  problem(): string | undefined {
    return this.#problem
  }

  async announce(self: Announcement): Promise<void> {
    const { directory, seal, random } = this.#options
    const temporary = join(directory, `.${Buffer.from(random.bytes(8)).toString('hex')}`)
    try {
      await mkdir(directory, { recursive: true })
      await writeFile(temporary, JSON.stringify(await seal.seal(self)), { flag: 'wx', mode: 0o644 })
      await rename(temporary, this.#ownPath())
      this.#announced = true
      this.#problem = undefined
    } catch (cause) {
      this.#problem = `Cannot announce this peer in ${directory}: ${errorText(cause)}. Make the folder writable for this user.`
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }

  start(): Promise<void> {
    return this.#directory.start()
  }

  async stop(): Promise<void> {
    await this.#directory.stop()
    if (!this.#announced) return
    this.#announced = false
    await rm(this.#ownPath(), { force: true }).catch((cause: unknown) => {
      this.#problem = `Cannot remove this peer from ${this.#options.directory}: ${errorText(cause)}.`
    })
  }

  #ownPath(): string {
    return join(this.#options.directory, `${this.#options.self}.json`)
  }
}
