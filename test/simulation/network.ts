/**
 * The network between the machines of a simulated world: one connection from each worker and client to each home, dialled
 * anew when it is gone. Every message has a delay of its own, so calls overtake each other; a request may come twice; and
 * a direction may be cut, the other left. What is sent into a cut is lost, and costs the connection its life some seconds
 * later, as an unanswered keep-alive does.
 */
import { RunnerMeshError } from '../../src/core/errors.ts'
import type { HomeId } from '../../src/core/ids.ts'
import type { Operations } from '../../src/core/operations/invoke.ts'
import type { Caller } from '../../src/core/operations/operation.ts'
import type { OperationsLink } from '../../src/core/ports/link.ts'
import type { EventLoop } from './event-loop.ts'
import type { Machine, Process } from './machine.ts'
import type { Trace } from './trace.ts'

export interface Lines {
  /** How long one message takes, milliseconds. */
  readonly delayMs: (what: string) => number
  readonly isDuplicated: () => boolean
  /** How long until a connection that lost something is given up, milliseconds. */
  readonly keepAliveMs: () => number
  readonly redialMs: () => number
}

/** A process that answers. */
export interface Server {
  readonly machine: Machine
  /** Undefined while nothing answers. */
  serving(): { readonly process: Process; readonly operations: Operations; readonly homeId: HomeId } | undefined
}

/** A process that asks. */
export interface Dialler {
  readonly machine: Machine
  readonly process: Process
  readonly caller: Caller
  readonly onLink: (link: OperationsLink) => void
}

export class Network {
  readonly #loop: EventLoop
  readonly #lines: Lines
  readonly #trace: Trace
  /** Directions that are cut, as `from>to`. */
  readonly #cuts = new Set<string>()
  readonly #connections = new Set<Connection>()

  constructor(loop: EventLoop, lines: Lines, trace: Trace) {
    this.#loop = loop
    this.#lines = lines
    this.#trace = trace
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`)
  }

  heal(): void {
    this.#cuts.clear()
  }

  /** Keeps a connection as long as the process lives. */
  dial(dialler: Dialler, server: Server): void {
    if (!dialler.process.alive) return
    const again = (): void => {
      dialler.process.after(this.#lines.redialMs(), () => {
        this.dial(dialler, server)
      })
    }
    const there = server.serving()
    const names = [dialler.machine.name, server.machine.name] as const
    if (there === undefined || this.#isCut(...names) || this.#isCut(names[1], names[0]) || server.machine.paused) {
      again()
      return
    }
    const connection = new Connection(this, dialler, { ...there, machine: server.machine })
    this.#connections.add(connection)
    connection.link.closed.addEventListener('abort', () => {
      this.#connections.delete(connection)
      again()
    })
    this.#trace.line('connected', ...names)
    dialler.onLink(connection.link)
  }

  /** Whoever talked with a process that is gone hears of it: from its machine at once, or never, if that is gone too. */
  gone(process: Process, powerLost: boolean): void {
    for (const connection of [...this.#connections]) {
      if (!connection.isOf(process)) continue
      const ms = powerLost ? this.#lines.keepAliveMs() : this.#lines.delayMs('gone')
      this.#loop.after(ms, () => {
        connection.close()
      })
    }
  }

  /** @internal */
  send(connection: Connection, from: Machine, to: Machine, what: string, arrive: () => void): void {
    if (this.#isCut(from.name, to.name)) {
      this.#trace.line('lost', from.name, to.name, what)
      this.#loop.after(this.#lines.keepAliveMs(), () => {
        connection.close()
      })
      return
    }
    const copies = what.startsWith('ask') && this.#lines.isDuplicated() ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) {
      this.#loop.after(this.#lines.delayMs(what), () => {
        to.receive(() => {
          this.#trace.line(from.name, to.name, what)
          arrive()
        })
      })
    }
  }

  #isCut(from: string, to: string): boolean {
    return this.#cuts.has(`${from}>${to}`)
  }
}

interface Asked {
  readonly resolve: (answer: never) => void
  readonly reject: (error: unknown) => void
}

type There = NonNullable<ReturnType<Server['serving']>> & { readonly machine: Machine }

class Connection {
  readonly link: OperationsLink
  readonly #network: Network
  readonly #here: Dialler
  readonly #there: There
  readonly #closed = new AbortController()
  readonly #asked = new Map<number, Asked>()
  /** Calls that the other side works on. */
  readonly #answering = new Map<number, Set<AbortController>>()
  #ids = 0

  constructor(network: Network, here: Dialler, there: There) {
    this.#network = network
    this.#here = here
    this.#there = there
    this.link = {
      peer: undefined,
      homes: [there.homeId],
      closed: this.#closed.signal,
      call: (name, input, options) => this.#ask(name, input, options?.signal),
    }
  }

  isOf(process: Process): boolean {
    return this.#here.process === process || this.#there.process === process
  }

  close(): void {
    if (this.#closed.signal.aborted) return
    const gone = new RunnerMeshError('peer_unreachable', 'The connection is gone.')
    this.#here.machine.receive(() => {
      if (this.#closed.signal.aborted) return
      const asked = [...this.#asked.values()]
      this.#asked.clear()
      this.#closed.abort(gone)
      if (this.#here.process.alive) for (const { reject } of asked) reject(gone)
    })
    this.#there.machine.receive(() => {
      if (!this.#there.process.alive) return
      for (const calls of this.#answering.values()) for (const call of calls) call.abort(gone)
    })
  }

  #ask(name: string, input: unknown, signal: AbortSignal | undefined): Promise<never> {
    if (this.#closed.signal.aborted || !this.#here.process.alive) {
      return Promise.reject(new RunnerMeshError('peer_unreachable', 'The connection is gone.'))
    }
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    const id = (this.#ids += 1)
    const { promise, resolve, reject } = Promise.withResolvers<never>()
    const giveUp = (): void => {
      if (!this.#asked.delete(id)) return
      this.#toThere(`cancel ${String(id)}`, () => {
        for (const call of this.#answering.get(id) ?? []) call.abort(new Error('given up'))
      })
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', giveUp)
    const over = (): void => signal?.removeEventListener('abort', giveUp)
    this.#asked.set(id, {
      resolve: (answer) => {
        over()
        resolve(answer)
      },
      reject: (error) => {
        over()
        reject(error)
      },
    })
    const text = JSON.stringify(input)
    this.#toThere(`ask ${String(id)} ${name} ${text}`, () => {
      void this.#answer(id, name, JSON.parse(text))
    })
    return promise
  }

  async #answer(id: number, name: string, input: unknown): Promise<void> {
    const call = new AbortController()
    const calls = this.#answering.get(id) ?? new Set()
    this.#answering.set(id, calls.add(call))
    const { operations } = this.#there
    const progress = (): void => undefined
    try {
      const answer = await operations.invoke(name, input, { caller: this.#here.caller, signal: call.signal, progress })
      const text = JSON.stringify(answer)
      this.#toHere(`answer ${String(id)} ${text}`, () => {
        this.#take(id)?.resolve(JSON.parse(text) as never)
      })
    } catch (error) {
      if (call.signal.aborted) return
      this.#toHere(`refusal ${String(id)} ${String(error)}`, () => {
        this.#take(id)?.reject(error)
      })
    } finally {
      calls.delete(call)
    }
  }

  #take(id: number): Asked | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    return asked
  }

  #toThere(what: string, arrive: () => void): void {
    const { process, machine } = this.#there
    this.#network.send(this, this.#here.machine, machine, what, () => {
      if (process.alive && !this.#closed.signal.aborted) arrive()
    })
  }

  #toHere(what: string, arrive: () => void): void {
    if (!this.#there.process.alive) return
    const { process, machine } = this.#here
    this.#network.send(this, this.#there.machine, machine, what, () => {
      if (process.alive && !this.#closed.signal.aborted) arrive()
    })
  }
}
