/**
 * Machines in network namespaces of their own on one switch, and a hub beside it that reaches them all. Rules of the packet
 * filter take packets away, and nobody is told: connections hang. Nothing outside the namespaces is touched.
 */
import { demandNamespaces, Namespace } from './nat-world.ts'

const NETWORK = '10.77.0'
export const SUBNET = `${NETWORK}.0/24`
export const HUB_IP = `${NETWORK}.1`

export interface Machine {
  readonly name: string
  readonly namespace: Namespace
  readonly ip: string
  /** Nothing comes in any more. */
  partition(): void
  /** Loses this share of what comes in, by chance. */
  lose(share: number): void
  /** All comes in again, whoever it was cut off from. */
  heal(): void
}

export class SwitchedNetwork implements AsyncDisposable {
  readonly hub: Namespace
  readonly #namespaces: Namespace[]

  private constructor(hub: Namespace) {
    this.hub = hub
    this.#namespaces = [hub]
  }

  /** @throws Error in one line, where this process may not make namespaces */
  static async open(): Promise<SwitchedNetwork> {
    demandNamespaces()
    const hub = await Namespace.make('hub')
    hub.run(`ip link add switch type bridge\nip addr add ${HUB_IP}/24 dev switch\nip link set switch up`)
    return new SwitchedNetwork(hub)
  }

  async machine(name: string): Promise<Machine> {
    const namespace = await Namespace.make(name)
    this.#namespaces.push(namespace)
    const number = String(this.#namespaces.length)
    const ip = `${NETWORK}.${number}`
    this.hub.run(`
      ip link add port${number} type veth peer name eth0 netns ${namespace.pid}
      ip link set port${number} master switch up`)
    namespace.run(`
      ip addr add ${ip}/24 dev eth0
      ip link set eth0 up
      iptables -N faults
      iptables -A INPUT -j faults`)
    const fault = (rule: string): void => namespace.run(`iptables -A faults -i eth0 ${rule} -j DROP`)
    return {
      ...{ name, namespace, ip },
      partition: () => fault(''),
      lose: (share) => fault(`-m statistic --mode random --probability ${String(share)}`),
      heal: () => namespace.run('iptables -F faults'),
    }
  }

  /** Nothing of the one arrives at the other any more. @returns what mends it */
  cut(from: Machine, to: Machine): () => void {
    const rule = `faults -s ${from.ip} -j DROP`
    to.namespace.run(`iptables -A ${rule}`)
    return () => to.namespace.run(`iptables -D ${rule}`)
  }

  /** From now on only the hub gets through to this port: who wants to speak to it passes its proxies. */
  onlyThroughHub({ namespace }: Machine, port: number): void {
    namespace.run(
      `iptables -A INPUT -i eth0 -p tcp --dport ${String(port)} ! -s ${HUB_IP} -j REJECT --reject-with tcp-reset`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.toReversed()) await namespace.end()
  }
}
