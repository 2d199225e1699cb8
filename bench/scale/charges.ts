/** Whose processor time it was: everything from one callback of the simulated loop to the next is charged to its owner. */
import { EventLoop } from '../../test/simulation/event-loop.ts'
import { Machine } from '../../test/simulation/machine.ts'

export type Owner = 'home' | 'peers'

export class Charges {
  readonly ms: Record<Owner, number> = { home: 0, peers: 0 }
  #owner: Owner = 'peers'
  #since = cpuMs()

  turn(owner: Owner): void {
    const now = cpuMs()
    this.ms[this.#owner] += now - this.#since
    this.#owner = owner
    this.#since = now
  }

  clear(): void {
    this.turn(this.#owner)
    this.ms.home = 0
    this.ms.peers = 0
  }
}

/** Of this thread: others on the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** A machine whose timers and arrivals are charged to it. */
export class ChargedMachine extends Machine {
  readonly #arrived: () => void

  constructor(name: string, loop: EventLoop, charges: Charges, owner: Owner) {
    super(name, chargedLoop(loop, charges, owner), { rate: 1, wallOffset: 0 })
    this.#arrived = () => charges.turn(owner)
  }

  override receive(callback: () => void): void {
    super.receive(() => {
      this.#arrived()
      callback()
    })
  }
}

function chargedLoop(loop: EventLoop, charges: Charges, owner: Owner): EventLoop {
  return new Proxy(loop, {
    get: (target, name) => {
      if (name !== 'after') return Reflect.get(target, name, target) as unknown
      return (ms: number, callback: () => void) =>
        target.after(ms, () => {
          charges.turn(owner)
          callback()
        })
    },
  })
}
