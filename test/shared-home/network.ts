/** Machines in network namespaces of their own on one switch, between any two of which each direction can be cut. */
import { demandNamespaces, Namespace } from '../support/nat-world.ts'

export const SUBNET = '10.78.0.0/24'

export interface Machine {
  readonly name: string
  readonly namespace: Namespace
  readonly ip: string
}

export class SwitchedNetwork implements AsyncDisposable {
  readonly #switch: Namespace
  readonly #machines: Machine[] = []

  private constructor(namespace: Namespace) {
    this.#switch = namespace
  }

  /** @throws Error in one line, where this process may not make namespaces */
  static async open(): Promise<SwitchedNetwork> {
    demandNamespaces()
    const namespace = await Namespace.make('switch')
    namespace.run('ip link add switch type bridge\nip link set switch up')
    return new SwitchedNetwork(namespace)
  }

  async machine(name: string): Promise<Machine> {
    const namespace = await Namespace.make(name)
    const number = String(this.#machines.length + 1)
    const machine = { name, namespace, ip: `10.78.0.${number}` }
    this.#machines.push(machine)
    this.#switch.run(`
      ip link add port${number} type veth peer name eth0 netns ${namespace.pid}
      ip link set port${number} master switch up`)
    namespace.run(`
      ip addr add ${machine.ip}/24 dev eth0
      ip link set eth0 up
      iptables -N cuts
      iptables -A INPUT -j cuts`)
    return machine
  }

  /** Nothing of the one arrives at the other any more, and nobody is told. @returns what mends it */
  cut(from: Machine, to: Machine): () => void {
    const rule = `cuts -s ${from.ip} -j DROP`
    to.namespace.run(`iptables -A ${rule}`)
    return () => to.namespace.run(`iptables -D ${rule}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { namespace } of this.#machines.toReversed()) await namespace.end()
    await this.#switch.end()
  }
}
