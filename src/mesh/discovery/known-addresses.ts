/** Addresses that somebody wrote down: the configuration, or the predecessor's environment. They never change. */
import type { Discovery } from '../../core/ports/discovery.ts'

/** @param source how `list_peers` names where they are from */
export function createKnownAddresses(source: string, addresses: readonly string[]): Discovery {
  let tell: Parameters<Discovery['onFound']>[0] = () => undefined
  return {
    source,
    onFound: (found) => {
      tell = found
    },
    announce: () => Promise.resolve(),
    problem: () => undefined,
    start: () => {
      tell([{ addresses }])
      return Promise.resolve()
    },
    stop: () => Promise.resolve(),
  }
}

/** The predecessor's CACHE_BOOTSTRAP_PEERS: multiaddrs, comma separated. */
export function parseBootstrapPeers(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
