/** An artifact store in memory: the simplest thing that keeps the contract. */
import { createHash } from 'node:crypto'
import { ARTIFACT_LIMITS, type Artifact, type ArtifactLimits } from '../../src/core/artifact.ts'
import { RunnerMeshError } from '../../src/core/errors.ts'
import type { TaskId } from '../../src/core/ids.ts'
import type { ArtifactIntake, ArtifactStore } from '../../src/core/ports/artifact-store.ts'
import type { AttemptKey } from '../../src/core/ports/log-store.ts'

export class MemoryArtifactStore implements ArtifactStore {
  readonly #limits: ArtifactLimits
  readonly #totalBytes: number
  readonly #contents = new Map<string, Buffer>()
  readonly #arriving = new Map<string, Buffer>()
  #left: { key: AttemptKey; artifact: Artifact }[] = []

  constructor(limits: ArtifactLimits = ARTIFACT_LIMITS, totalBytes = Infinity) {
    this.#limits = limits
    this.#totalBytes = totalBytes
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  async receive(key: AttemptKey, artifact: Artifact): Promise<ArtifactIntake> {
    await this.#check(key, artifact.path, artifact.bytes)
    const whole = this.#contents.has(artifact.sha256)
    if (!whole) this.#checkRoom(artifact.bytes)
    let content = this.#contents.get(artifact.sha256) ?? this.#arriving.get(artifact.sha256) ?? Buffer.alloc(0)
    return {
      get offset() {
        return content.length
      },
      write: (bytes) => {
        if (content.length + bytes.length > artifact.bytes)
          return Promise.reject(new RunnerMeshError('too_large', 'More than was announced.'))
        content = Buffer.concat([content, bytes])
        this.#arriving.set(artifact.sha256, content)
        return Promise.resolve()
      },
      finish: () => {
        this.#arriving.delete(artifact.sha256)
        if (createHash('sha256').update(content).digest('hex') !== artifact.sha256 || content.length !== artifact.bytes)
          return Promise.reject(new RunnerMeshError('signature_invalid', 'Not what was announced.'))
        this.#keep(key, artifact, content)
        return Promise.resolve()
      },
      close: () => Promise.resolve(),
    }
  }

  async collect(key: AttemptKey, path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<Artifact> {
    await this.#check(key, path, bytes)
    this.#checkRoom(bytes)
    const pieces: Uint8Array[] = []
    for await (const piece of content) pieces.push(piece)
    const whole = Buffer.concat(pieces)
    if (whole.length !== bytes) throw new RunnerMeshError('signature_invalid', 'Not as long as was announced.')
    const artifact = { path, bytes, sha256: createHash('sha256').update(whole).digest('hex') }
    this.#keep(key, artifact, whole)
    return artifact
  }

  list(key: AttemptKey): Promise<readonly Artifact[]> {
    const own = this.#left.filter((left) => isSame(left.key, key)).map(({ artifact }) => artifact)
    return Promise.resolve(own.sort((a, b) => (a.path < b.path ? -1 : 1)))
  }

  owners(sha256: string): Promise<readonly TaskId[]> {
    const owners = this.#left.filter(({ artifact }) => artifact.sha256 === sha256).map(({ key }) => key.taskId)
    return Promise.resolve([...new Set(owners)])
  }

  read(sha256: string, offset: number, maxBytes = Infinity): Promise<AsyncIterable<Uint8Array> | undefined> {
    const content = this.#contents.get(sha256)
    if (content === undefined) return Promise.resolve(undefined)
    return Promise.resolve(
      (async function* () {
        await Promise.resolve()
        yield content.subarray(offset, offset + maxBytes)
      })(),
    )
  }

  keys(): Promise<readonly AttemptKey[]> {
    const keys = this.#left.map(({ key }) => key)
    return Promise.resolve(keys.filter((key, index) => keys.findIndex((other) => isSame(key, other)) === index))
  }

  remove(key: AttemptKey): Promise<void> {
    this.#left = this.#left.filter((left) => !isSame(left.key, key))
    this.#dropUnowned()
    return Promise.resolve()
  }

  #keep(key: AttemptKey, artifact: Artifact, content: Buffer): void {
    this.#left = this.#left.filter((left) => !isSame(left.key, key) || left.artifact.path !== artifact.path)
    this.#left.push({ key, artifact })
    this.#contents.set(artifact.sha256, content)
    this.#dropUnowned()
  }

  #dropUnowned(): void {
    for (const sha256 of this.#contents.keys())
      if (!this.#left.some(({ artifact }) => artifact.sha256 === sha256)) this.#contents.delete(sha256)
  }

  async #check(key: AttemptKey, path: string, bytes: number): Promise<void> {
    const others = (await this.list(key)).filter((other) => other.path !== path)
    const together = others.reduce((sum, other) => sum + other.bytes, bytes)
    if (others.length >= this.#limits.files || together > this.#limits.bytes)
      throw new RunnerMeshError('too_large', 'Beyond what one attempt may leave.')
  }

  #checkRoom(bytes: number): void {
    const total = [...this.#contents.values()].reduce((sum, { length }) => sum + length, bytes)
    if (total > this.#totalBytes) throw new RunnerMeshError('storage_low', 'No room.')
  }
}

function isSame(a: AttemptKey, b: AttemptKey): boolean {
  return a.taskId === b.taskId && a.attempt === b.attempt
}
