/**
 * Under which addresses others may dial this peer: those configured, those at which it was reached, those of the
 * interfaces it listens on, and ways through relays.
 */
import { ipOf, isLoopback, tcpAddress, tcpPortOf } from './addresses.ts'

export interface AddressSources {
  /** Addresses of the listeners, wildcards resolved. */
  readonly listening: readonly string[]
  /** IP addresses that mean another machine everywhere else. */
  readonly bridges: ReadonlySet<string>
  /** Configured, kept first and whatever they are. */
  readonly announce: readonly string[]
  /** Where others have proven to reach this peer. */
  readonly proven: readonly string[]
  /** Addresses under which the internet sees this machine, as far as somebody found out. */
  readonly publicIps: readonly string[]
  /** Nobody reaches this peer at what it found out. */
  readonly refuted: boolean
  /** Ways through relays, whole. */
  readonly relayed: readonly string[]
}

/** @returns without peer id, but for ways through relays, which come last; loopback only where there is nothing else */
export function ownAddresses(sources: AddressSources): readonly string[] {
  const { listening, bridges, announce, proven, publicIps, refuted, relayed } = sources
  const foreign = listening.filter((address) => !isLinkLocal(address) && !bridges.has(ipOf(address) ?? ''))
  const outside = foreign.filter((address) => !isLoopback(address))
  const found = refuted ? [] : tcpPorts(listening).flatMap((port) => publicIps.map((ip) => tcpAddress(ip, port)))
  const others = [...announce, ...proven, ...found, ...outside]
  return [...new Set([...(others.length > 0 ? others : foreign), ...relayed])]
}

/** The TCP ports that these addresses name, each once. */
export function tcpPorts(addresses: readonly string[]): readonly number[] {
  return [...new Set(addresses.map(tcpPortOf).filter((port) => port !== undefined))]
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('/ip6/fe80:') || address.startsWith('/ip4/169.254.')
}
