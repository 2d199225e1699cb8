/** A file of known length on its way in. It is appended to, closed, and gone on with; it never grows beyond its length. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { RunnerMeshError } from '../../core/errors.ts'

export class ArrivingFile {
  readonly path: string
  readonly #bytes: number
  readonly #file: FileHandle
  /** Of all that is there, as long as it came through here from the first byte on. */
  readonly #hash: Hash | undefined
  #offset: number
  #closed = false

  private constructor(path: string, bytes: number, file: FileHandle, offset: number) {
    this.path = path
    this.#bytes = bytes
    this.#file = file
    this.#offset = offset
    this.#hash = offset === 0 ? createHash('sha256') : undefined
  }

  static async open(path: string, bytes: number): Promise<ArrivingFile> {
    const file = await open(path, 'a', 0o600)
    let { size } = await file.stat()
    if (size > bytes) {
      await file.truncate(0)
      size = 0
    }
    return new ArrivingFile(path, bytes, file, size)
  }

  get offset(): number {
    return this.#offset
  }

  /** @throws RunnerMeshError too_large beyond the length that was announced */
  async write(piece: Uint8Array): Promise<void> {
    if (this.#offset + piece.length > this.#bytes)
      throw new RunnerMeshError('too_large', `More than the ${String(this.#bytes)} bytes that were announced.`)
    this.#hash?.update(piece)
    await this.#file.appendFile(piece)
    this.#offset += piece.length
  }

  /**
   * That it is whole and, when a digest is given, that it is what was announced; then it is on the platter and closed.
   * @throws RunnerMeshError signature_invalid; the file is removed then
   */
  async check(sha256?: string): Promise<void> {
    try {
      await this.#file.datasync()
      const whole = this.#offset === this.#bytes
      if (whole && (sha256 === undefined || sha256 === (await this.#digest()))) return
      await rm(this.path, { force: true })
      throw new RunnerMeshError(
        'signature_invalid',
        whole
          ? 'The content is not what its SHA-256 says.'
          : `The content has ${String(this.#offset)} bytes, not ${String(this.#bytes)}.`,
      )
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#file.close()
  }

  async #digest(): Promise<string> {
    if (this.#hash !== undefined) return this.#hash.digest('hex')
    const hash = createHash('sha256')
    for await (const piece of createReadStream(this.path) as AsyncIterable<Uint8Array>) hash.update(piece)
    return hash.digest('hex')
  }
}
