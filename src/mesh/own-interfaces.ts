/**
 * The network interfaces of this machine. The system takes a third of a millisecond to list them, and a peer asks for
 * them several times with each member that it meets.
 */
import { BlockList, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { SECOND } from '../core/lease.ts'
import type { Clock } from '../core/ports/clock.ts'

/** Bridges that container engines make: their addresses mean another machine everywhere else. */
const LOCAL_BRIDGE = /^(?:docker|br-|veth|virbr|cni|podman|lxcbr|lxdbr)/
/** What was listed is good for so long. */
const FRESH_MS = 1 * SECOND

interface Listed {
  /** Monotonic. */
  readonly at: number
  readonly networks: BlockList
  readonly bridges: ReadonlySet<string>
}

export class OwnInterfaces {
  readonly #clock: Pick<Clock, 'mono'>
  #listed: Listed | undefined

  constructor(clock: Pick<Clock, 'mono'>) {
    this.#clock = clock
  }

  /** Whether the address is on a network that one of the interfaces is in. */
  isNeighbour(ip: string): boolean {
    return this.#list().networks.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
  }

  /** Addresses of this machine on bridges of container engines. */
  bridges(): ReadonlySet<string> {
    return this.#list().bridges
  }

  #list(): Listed {
    const now = this.#clock.mono()
    if (this.#listed === undefined || now - this.#listed.at >= FRESH_MS) this.#listed = list(now)
    return this.#listed
  }
}

function list(at: number): Listed {
  const networks = new BlockList()
  const bridges = new Set<string>()
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { address, cidr, family } of addresses) {
      const [net, prefix] = cidr?.split('/') ?? []
      if (net !== undefined) networks.addSubnet(net, Number(prefix), family === 'IPv6' ? 'ipv6' : 'ipv4')
      if (LOCAL_BRIDGE.test(name)) bridges.add(address)
    }
  }
  return { at, networks, bridges }
}
