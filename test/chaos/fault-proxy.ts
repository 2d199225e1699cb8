/** A TCP proxy that cuts, refuses and delays what passes through it. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class FaultProxy {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #refuses = false
  #delayMs = 0

  /** @param listenOn address of this machine, on a port that is free */
  static async to(host: string, port: number, listenOn: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(host, port)
    await new Promise<void>((resolve) => proxy.#server.listen(0, listenOn, resolve))
    return proxy
  }

  private constructor(host: string, port: number) {
    this.#server = createServer((near) => {
      if (this.#refuses) {
        near.destroy()
        return
      }
      const far = connect(port, host)
      this.#pass(near, far)
      this.#pass(far, near)
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** From now on nothing gets through, and what is connected is no more. */
  cut(): void {
    this.#refuses = true
    for (const socket of this.#open) socket.destroy()
  }

  delay(ms: number): void {
    this.#delayMs = ms
  }

  heal(): void {
    this.#refuses = false
    this.#delayMs = 0
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #pass(from: Socket, to: Socket): void {
    this.#open.add(from)
    from.on('error', () => to.destroy())
    from.on('close', () => {
      this.#open.delete(from)
      to.destroy()
    })
    from.on('data', (bytes) => {
      if (this.#delayMs === 0) to.write(bytes)
      else {
        // In order: nothing is read until this has been written.
        from.pause()
        setTimeout(() => {
          to.write(bytes)
          from.resume()
        }, this.#delayMs)
      }
    })
  }
}
