/**
 * Artifacts in files named after their SHA-256 (`content/ab/abcd…`), with an index of who left them. What is on its way in
 * stands in `arriving/` under the same name, so that a transfer that was cut off goes on where it stopped.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ARTIFACT_LIMITS, type Artifact, type ArtifactLimits } from '../../core/artifact.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { TaskId } from '../../core/ids.ts'
import type { ArtifactIntake, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { AttemptKey } from '../../core/ports/log-store.ts'
import { ArtifactIndex } from './artifact-index.ts'
import { ArrivingFile } from './arriving-file.ts'

export interface FileArtifactStoreOptions {
  readonly directory: string
  /** Of one attempt. */
  readonly limits?: ArtifactLimits
  /** Of all contents together, bytes. */
  readonly totalBytes: number
}

/** Transfers that were cut off and may still be gone on with. */
const MOST_ARRIVING = 64
const READ_BYTES = 262_144
const SHA256 = /^[0-9a-f]{64}$/

export function createFileArtifactStore(options: FileArtifactStoreOptions): ArtifactStore {
  return new FileArtifactStore(options)
}

class FileArtifactStore implements ArtifactStore {
  readonly #directory: string
  readonly #limits: ArtifactLimits
  readonly #totalBytes: number
  /** One intake at a time for each content. */
  readonly #turns = new Map<string, Promise<unknown>>()
  #index: ArtifactIndex | undefined
  #collected = 0

  constructor({ directory, limits = ARTIFACT_LIMITS, totalBytes }: FileArtifactStoreOptions) {
    this.#directory = directory
    this.#limits = limits
    this.#totalBytes = totalBytes
  }

  async start(): Promise<void> {
    if (this.#index !== undefined) return
    for (const folder of ['content', 'arriving'])
      await mkdir(join(this.#directory, folder), { recursive: true, mode: 0o700 })
    this.#index = new ArtifactIndex(join(this.#directory, 'index.db'))
    await this.#tidyArriving((name) => !SHA256.test(name))
  }

  stop(): Promise<void> {
    this.#index?.close()
    this.#index = undefined
    return Promise.resolve()
  }

  async receive(key: AttemptKey, artifact: Artifact): Promise<ArtifactIntake> {
    const index = this.#opened()
    const { sha256, bytes } = artifact
    if (!SHA256.test(sha256)) throw new RunnerMeshError('bad_request', 'sha256 is not a SHA-256 in hexadecimal.')
    const leave = await this.#enter(sha256)
    try {
      this.#check(index, key, artifact.path, bytes)
      if (index.has(sha256)) {
        const same = index.list(key).some(({ path, sha256: known }) => path === artifact.path && known === sha256)
        return wholeIntake(bytes, leave, async () => {
          if (!same) await this.#keep(key, artifact)
        })
      }
      this.#checkRoom(index, bytes)
      await this.#tidyArriving(() => false)
      const file = await ArrivingFile.open(join(this.#directory, 'arriving', sha256), bytes)
      return {
        get offset() {
          return file.offset
        },
        write: (piece) => file.write(piece),
        finish: async () => {
          try {
            await file.check(sha256)
            await this.#place(file.path, sha256)
            await this.#keep(key, artifact)
          } finally {
            leave()
          }
        },
        close: async () => {
          await file.close()
          leave()
        },
      }
    } catch (error) {
      leave()
      throw error
    }
  }

  async collect(key: AttemptKey, path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<Artifact> {
    const index = this.#opened()
    this.#check(index, key, path, bytes)
    this.#checkRoom(index, bytes)
    this.#collected += 1
    const file = await ArrivingFile.open(
      join(this.#directory, 'arriving', `collected-${String(this.#collected)}`),
      bytes,
    )
    try {
      const hash = createHash('sha256')
      for await (const piece of content) {
        hash.update(piece)
        await file.write(piece)
      }
      const artifact = { path, bytes, sha256: hash.digest('hex') }
      await file.check()
      await this.#place(file.path, artifact.sha256)
      await this.#keep(key, artifact)
      return artifact
    } finally {
      await file.close()
      await rm(file.path, { force: true })
    }
  }

  list(key: AttemptKey): Promise<readonly Artifact[]> {
    return Promise.resolve(this.#opened().list(key))
  }

  owners(sha256: string): Promise<readonly TaskId[]> {
    return Promise.resolve(this.#opened().owners(sha256))
  }

  read(sha256: string, offset: number, maxBytes?: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (!this.#opened().has(sha256)) return Promise.resolve(undefined)
    return Promise.resolve(
      createReadStream(this.#pathOf(sha256), {
        start: offset,
        ...(maxBytes === undefined ? {} : { end: offset + maxBytes - 1 }),
        highWaterMark: READ_BYTES,
      }) as AsyncIterable<Uint8Array>,
    )
  }

  keys(): Promise<readonly AttemptKey[]> {
    return Promise.resolve(this.#opened().keys())
  }

  async remove(key: AttemptKey): Promise<void> {
    await this.#removeFiles(this.#opened().remove(key))
  }

  #check(index: ArtifactIndex, key: AttemptKey, path: string, bytes: number): void {
    const others = index.list(key).filter((other) => other.path !== path)
    const together = others.reduce((sum, other) => sum + other.bytes, bytes)
    if (others.length < this.#limits.files && together <= this.#limits.bytes) return
    throw new RunnerMeshError(
      'too_large',
      `${path} goes beyond what one attempt may leave: ${String(this.#limits.files)} files, ${String(this.#limits.bytes)} bytes.`,
    )
  }

  #checkRoom(index: ArtifactIndex, bytes: number): void {
    if (index.total + bytes <= this.#totalBytes) return
    throw new RunnerMeshError(
      'storage_low',
      `No room for ${String(bytes)} bytes more: artifacts take ${String(index.total)} of ${String(this.#totalBytes)}. Raise artifacts-max-mb, or let tasks be pruned.`,
    )
  }

  async #place(path: string, sha256: string): Promise<void> {
    const target = this.#pathOf(sha256)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await rename(path, target)
  }

  async #keep(key: AttemptKey, artifact: Artifact): Promise<void> {
    await this.#removeFiles(this.#opened().add(key, artifact))
  }

  async #removeFiles(contents: readonly string[]): Promise<void> {
    for (const sha256 of contents) await rm(this.#pathOf(sha256), { force: true })
  }

  /** Removes what nobody will go on with, and the oldest beyond a number. */
  async #tidyArriving(isLost: (name: string) => boolean): Promise<void> {
    const folder = join(this.#directory, 'arriving')
    const waiting: { readonly name: string; readonly at: number }[] = []
    for (const name of await readdir(folder)) {
      if (isLost(name)) await rm(join(folder, name), { force: true })
      else if (SHA256.test(name) && !this.#turns.has(name)) {
        const found = await stat(join(folder, name)).catch(() => undefined)
        if (found !== undefined) waiting.push({ name, at: found.mtimeMs })
      }
    }
    waiting.sort((a, b) => b.at - a.at)
    for (const { name } of waiting.slice(MOST_ARRIVING)) await rm(join(folder, name), { force: true })
  }

  /** @returns a function that lets the next one in; calling it twice does nothing */
  async #enter(sha256: string): Promise<() => void> {
    const before = this.#turns.get(sha256)
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#turns.set(sha256, promise)
    await before
    return () => {
      resolve(undefined)
      if (this.#turns.get(sha256) === promise) this.#turns.delete(sha256)
    }
  }

  #pathOf(sha256: string): string {
    return join(this.#directory, 'content', sha256.slice(0, 2), sha256)
  }

  #opened(): ArtifactIndex {
    if (this.#index !== undefined) return this.#index
    throw new RunnerMeshError('stopping', `The artifacts in ${this.#directory} are not open.`)
  }
}

/** The content is there already. */
function wholeIntake(bytes: number, leave: () => void, keep: () => Promise<void>): ArtifactIntake {
  return {
    offset: bytes,
    write: () => Promise.reject(new RunnerMeshError('bad_request', 'The content is there already.')),
    finish: async () => {
      try {
        await keep()
      } finally {
        leave()
      }
    },
    close: () => {
      leave()
      return Promise.resolve()
    },
  }
}
