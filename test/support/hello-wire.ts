/** Two ends of a HELLO in memory. */
import type { HelloStream } from '../../src/mesh/hello.ts'

export type Json = Record<string, unknown> & { params?: Record<string, unknown>; result?: Record<string, unknown> }

/** One end of a HELLO in memory; `sent` keeps what this end said. */
export class Wire implements HelloStream {
  readonly sent: Json[] = []
  readonly #come: Uint8Array[] = []
  #waiting: ((frame: Uint8Array) => void) | undefined
  other: Wire | undefined
  /** What becomes of each message of this end on its way. */
  edit: (message: Json) => Json = (message) => message

  send(frame: Uint8Array): Promise<void> {
    const message = this.edit(JSON.parse(Buffer.from(frame).toString()) as Json)
    this.sent.push(message)
    this.other?.arrive(Buffer.from(JSON.stringify(message)))
    return Promise.resolve()
  }

  say(message: unknown): void {
    this.other?.arrive(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)))
  }

  arrive(frame: Uint8Array): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) this.#come.push(frame)
    else waiting(frame)
  }

  next(): Promise<Uint8Array> {
    const frame = this.#come.shift()
    return frame === undefined ? new Promise((resolve) => (this.#waiting = resolve)) : Promise.resolve(frame)
  }

  async hear(): Promise<Json> {
    return JSON.parse(Buffer.from(await this.next()).toString()) as Json
  }
}

export function wires(): [Wire, Wire] {
  const [one, two] = [new Wire(), new Wire()]
  one.other = two
  two.other = one
  return [one, two]
}
