/** Multiaddrs as text: what they name. @see https://multiformats.io/multiaddr/ */
import { isPrivate } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { RunnerMeshError } from '../core/errors.ts'
import { parsePeerId, type PeerId } from '../core/ids.ts'

const CIRCUIT = '/p2p-circuit'

/** The peer that an address names at its end: after a relay's name comes the name of the peer behind it. */
export function peerOf(address: string): PeerId | undefined {
  const named = /\/p2p\/([^/]+)$/.exec(address)?.[1]
  try {
    return named === undefined ? undefined : parsePeerId(named)
  } catch {
    return undefined
  }
}

/** Whether the way leads through another peer. */
export function isRelayed(address: string): boolean {
  return address.includes(CIRCUIT)
}

/** The address of the relay that the way leads through. */
export function relayOf(address: string): string | undefined {
  return isRelayed(address) ? address.slice(0, address.indexOf(CIRCUIT)) : undefined
}

export function throughRelay(relay: string, peer: PeerId): string {
  return `${relay}${CIRCUIT}/p2p/${peer}`
}

/** The IP address that it begins with; a host name is none. */
export function ipOf(address: string): string | undefined {
  return /^\/ip[46]\/([^/]+)/.exec(address)?.[1]
}

export function tcpPortOf(address: string): number | undefined {
  const port = /\/tcp\/(\d+)/.exec(address)?.[1]
  return port === undefined ? undefined : Number(port)
}

export function tcpAddress(ip: string, port: number): string {
  return `/ip${ip.includes(':') ? '6' : '4'}/${ip}/tcp/${String(port)}`
}

export function isLoopback(address: string): boolean {
  return address.startsWith('/ip4/127.') || address.startsWith('/ip6/::1/')
}

/** Whether any machine of the internet would take it for the same one. */
export function isPublic(address: string): boolean {
  return ipOf(address) === undefined ? address.startsWith('/dns') : !isPrivate(multiaddr(address))
}

/** @throws RunnerMeshError config_invalid */
export function checkAddress(address: string): void {
  try {
    multiaddr(address)
  } catch (cause) {
    const message = `Not a multiaddr: ${JSON.stringify(address)}. Expected something like /ip4/0.0.0.0/tcp/4001 or /dns4/host.example/tcp/4001.`
    throw new RunnerMeshError('config_invalid', message, { cause })
  }
}
