/** Under which addresses others may dial this peer: those configured, then those of the interfaces it listens on. */
import { networkInterfaces } from 'node:os'

/** Bridges that container engines make: their addresses mean another machine everywhere else. */
const LOCAL_BRIDGE = /^(?:docker|br-|veth|virbr|cni|podman|lxcbr|lxdbr)/

/**
 * @param listening addresses of the listeners, wildcards resolved
 * @param announce configured addresses, kept first and whatever they are
 * @returns without peer id; loopback only where there is nothing else
 */
export function ownAddresses(listening: readonly string[], announce: readonly string[]): readonly string[] {
  const bridges = bridgeAddresses()
  const foreign = listening.filter((address) => !isLinkLocal(address) && !bridges.has(hostOf(address)))
  const outside = foreign.filter((address) => !isLoopback(address))
  return [...new Set([...announce, ...(outside.length > 0 || announce.length > 0 ? outside : foreign)])]
}

function bridgeAddresses(): ReadonlySet<string> {
  const bridges = Object.entries(networkInterfaces()).filter(([name]) => LOCAL_BRIDGE.test(name))
  return new Set(bridges.flatMap(([, addresses]) => (addresses ?? []).map(({ address }) => address)))
}

function isLoopback(address: string): boolean {
  return address.startsWith('/ip4/127.') || address.startsWith('/ip6/::1/')
}

function isLinkLocal(address: string): boolean {
  return address.startsWith('/ip6/fe80:') || address.startsWith('/ip4/169.254.')
}

function hostOf(address: string): string {
  return address.split('/')[2] ?? ''
}
