/**
 * A network of namespaces for one run: a hub with a bridge, and members that reach each other over it. Rules of the packet
 * filter take packets away; nothing outside the namespaces is touched.
 */
import { demandNamespaces, Namespace } from '../support/nat-world.ts'

const SUBNET = '10.77.0'
export const HUB_IP = `${SUBNET}.1`

export interface Plug {
  readonly namespace: Namespace
  readonly ip: string
  /** Nothing comes in any more, and nobody is told: connections hang. */
  partition(): void
  /** Loses this share of what comes in, by chance. */
  lose(share: number): void
  heal(): void
}

export class ChaosNetwork implements AsyncDisposable {
  readonly hub: Namespace
  readonly #namespaces: Namespace[]

  private constructor(hub: Namespace) {
    this.hub = hub
    this.#namespaces = [hub]
  }

  /** @throws Error in one line, where this process may not make namespaces */
  static async open(): Promise<ChaosNetwork> {
    demandNamespaces()
    const hub = await Namespace.make('hub')
    hub.run(`ip link add mesh type bridge\nip addr add ${HUB_IP}/24 dev mesh\nip link set mesh up`)
    return new ChaosNetwork(hub)
  }

  async plug(name: string): Promise<Plug> {
    const namespace = await Namespace.make(name)
    this.#namespaces.push(namespace)
    const number = this.#namespaces.length
    const [ip, link] = [`${SUBNET}.${String(number)}`, `port${String(number)}`]
    this.hub.run(
      `ip link add ${link} type veth peer name eth0 netns ${namespace.pid}\nip link set ${link} master mesh up`,
    )
    namespace.run(`ip addr add ${ip}/24 dev eth0\nip link set eth0 up\niptables -N faults\niptables -A INPUT -j faults`)
    const fault = (rule: string): void => namespace.run(`iptables -A faults -i eth0 ${rule} -j DROP`)
    return {
      namespace,
      ip,
      partition: () => fault(''),
      lose: (share) => fault(`-m statistic --mode random --probability ${String(share)}`),
      heal: () => namespace.run('iptables -F faults'),
    }
  }

  /** From now on only the hub gets through to this port: who wants to speak to it passes the proxies. */
  onlyThroughHub({ namespace }: Plug, port: number): void {
    namespace.run(
      `iptables -A INPUT -i eth0 -p tcp --dport ${String(port)} ! -s ${HUB_IP} -j REJECT --reject-with tcp-reset`,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.toReversed()) await namespace.end()
  }
}
