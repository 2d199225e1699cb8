/** What a peer of no mesh knows of its membership: nobody is turned away, nobody is found. */
import { PeerCapabilities } from '../../src/coordinator/peer-capabilities.ts'
import type { Peering } from '../../src/coordinator/peering.ts'
import type { Capabilities } from '../../src/core/capabilities.ts'
import type { PeerId } from '../../src/core/ids.ts'
import type { Clock, Logger } from '../../src/core/ports/clock.ts'
import { Rejections } from '../../src/core/rejections.ts'

export const FAKE_CAPABILITIES: Capabilities = {
  version: '0.0.0',
  protocols: [],
  os: 'linux',
  arch: 'amd64',
  cpus: 2,
  memory_bytes: 1_000_000_000,
  disk_bytes: 0,
  gpus: [],
  labels: [],
  task_types: [],
}

export function fakePeering({ self, clock, log }: { self: PeerId; clock: Clock; log: Logger }): Peering {
  return {
    membership: {
      refusal: () => undefined,
      onChange: () => () => undefined,
      revoked: () => [],
      allowed: () => undefined,
      revoke: () => Promise.resolve(true),
      restore: () => Promise.resolve(false),
    },
    rejections: new Rejections(),
    rendezvous: undefined,
    capabilities: new PeerCapabilities({
      self,
      own: () => Promise.resolve(FAKE_CAPABILITIES),
      links: () => [],
      clock,
      log,
    }),
    sources: { list: () => [], of: () => [] },
  }
}
