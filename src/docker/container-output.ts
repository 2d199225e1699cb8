/** Carries what a container writes to the observer, and keeps the last of its standard error for the verdict. */
import type { Clock } from '../core/ports/clock.ts'
import type { RunObserver } from '../core/ports/executor.ts'
import { OutputDemuxer } from './output-demuxer.ts'
import { Pause } from './pause.ts'

/** Enough for one sentence of the engine's init. */
const TAIL_BYTES = 1_024
/** The engine closes the stream when the process is gone; one that stays open and silent this long is cut. */
const SILENCE_MS = 5_000

export class ContainerOutput {
  readonly #stream: NodeJS.ReadableStream
  readonly #ended: Promise<void>
  #fault: unknown
  #tail: Uint8Array = new Uint8Array()
  #moves = 0

  constructor(stream: NodeJS.ReadableStream, observer: RunObserver) {
    this.#stream = stream
    const demuxer = new OutputDemuxer((name, bytes) => {
      if (name === 'stderr') this.#keepTail(bytes)
      observer.output(name, bytes)
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

  close(): void {
    ;(this.#stream as NodeJS.ReadableStream & { destroy(): void }).destroy()
  }

  #keepTail(bytes: Uint8Array): void {
    if (bytes.length >= TAIL_BYTES) this.#tail = bytes.slice(-TAIL_BYTES)
    else this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-TAIL_BYTES)
  }
}
