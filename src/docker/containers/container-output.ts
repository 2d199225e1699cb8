/** Carries what a container writes to the observer, and keeps the last of its standard error for the verdict. */
import type { Clock } from '../../core/ports/clock.ts'
import type { RunObserver } from '../../core/ports/executor.ts'
import { OutputDemuxer } from './output-demuxer.ts'
import { Pause } from '../pause.ts'

/** Enough for one sentence of the engine's init. */
const TAIL_BYTES = 1_024
/** The engine closes the stream when the process is gone; one that stays open and silent this long is cut. */
const SILENCE_MS = 5_000

export class ContainerOutput {
  readonly #stream: NodeJS.ReadableStream
  readonly #observer: RunObserver
  readonly #ended: Promise<void>
  #fault: unknown
  #tail: Uint8Array = new Uint8Array()
  #moves = 0
  readonly #told = { stdout: 0, stderr: 0 }

  constructor(stream: NodeJS.ReadableStream, observer: RunObserver) {
    this.#stream = stream
    this.#observer = observer
    const demuxer = new OutputDemuxer((name, bytes) => {
      this.#tell(name, bytes)
    })
    this.#ended = new Promise((resolve) => {
      stream.on('data', (chunk: Buffer) => {
        this.#moves += 1
        try {
          demuxer.write(chunk)
        } catch (error) {
          this.#fault = error
          this.close()
          resolve()
        }
      })
      stream.on('error', (error) => {
        this.#fault = error
        resolve()
      })
      stream.on('end', resolve)
      stream.on('close', resolve)
    })
  }

  /** Why the output is cut short, once it is. */
  get fault(): unknown {
    return this.#fault
  }

  get lastErrorText(): string {
    return new TextDecoder().decode(this.#tail)
  }

  /** After the process is gone: resolves when all it wrote has been handed on. */
  async drained(clock: Clock): Promise<void> {
    let seen = -1
    while (seen !== this.#moves) {
      seen = this.#moves
      using pause = new Pause(clock, SILENCE_MS)
      const ended = await Promise.race([this.#ended.then(() => true), pause.over.then(() => false)])
      if (ended) return
    }
    this.#fault ??= new Error('The engine did not close the output of a container that was gone.')
    this.close()
  }

  /**
   * Hands on what `records`, told from the beginning once more, have beyond what was told already. The engine ends the output
   * of a container that it follows in its own records before the last of it is told (Docker 20.10: what is written right
   * before the end); when the container has ended, the records are whole.
   */
  async goOn(records: () => Promise<NodeJS.ReadableStream>): Promise<void> {
    const known = { ...this.#told }
    const demuxer = new OutputDemuxer((name, bytes) => {
      const passed = Math.min(known[name], bytes.length)
      known[name] -= passed
      if (passed < bytes.length) this.#tell(name, bytes.subarray(passed))
    })
    try {
      for await (const chunk of await records()) demuxer.write(chunk as Buffer)
      this.#fault = undefined
    } catch (error) {
      this.#fault = error
    }
  }

  close(): void {
    ;(this.#stream as NodeJS.ReadableStream & { destroy(): void }).destroy()
  }

  #tell(name: 'stdout' | 'stderr', bytes: Uint8Array): void {
    this.#told[name] += bytes.length
    if (name === 'stderr') this.#keepTail(bytes)
    this.#observer.output(name, bytes)
  }

  #keepTail(bytes: Uint8Array): void {
    if (bytes.length >= TAIL_BYTES) this.#tail = bytes.slice(-TAIL_BYTES)
    else this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-TAIL_BYTES)
  }
}
