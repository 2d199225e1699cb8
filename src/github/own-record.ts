/** What this peer says of itself, as the comment it keeps. */
import { isIPv4 } from 'node:net'
import type { Announcement } from '../core/announcement.ts'
import type { AnnouncementSeal } from '../core/ports/discovery.ts'
import { MARKER, pythonInstant, renderRecord } from './comment-codec.ts'

const MOST_ADDRESSES = 16
const TCP = /^\/ip4\/([^/]+)\/tcp\/(\d+)\/p2p\/[^/]+$/

/** @param publicIp under which others see this machine, where that is known and may be told */
export async function renderAnnouncement(
  announcement: Announcement,
  publicIp: string | undefined,
  seal: AnnouncementSeal,
  marker = MARKER,
): Promise<string> {
  const addresses = withPublicAddress(announcement, publicIp)
  const [first = `/p2p/${announcement.peer}`] = addresses
  const port = TCP.exec(first)?.[2]
  const record = {
    peer_id: announcement.peer,
    runner_name: announcement.runnerName,
    public_ip: publicIp ?? null,
    listen_port: port === undefined ? null : Number(port),
    multiaddr: first,
    last_seen: pythonInstant(announcement.issuedAt),
    metadata: { runner_mesh: await seal.seal({ ...announcement, addresses }) },
  }
  return renderRecord(record, marker)
}

/** A machine behind a router that forwards the port is reached by the router's address and the same port. */
export function withPublicAddress({ peer, addresses }: Announcement, publicIp: string | undefined): readonly string[] {
  const port = addresses.map((address) => TCP.exec(address)?.[2]).find((found) => found !== undefined)
  if (publicIp === undefined || port === undefined) return addresses.slice(0, MOST_ADDRESSES)
  const family = isIPv4(publicIp) ? 'ip4' : 'ip6'
  const outside = `/${family}/${publicIp}/tcp/${port}/p2p/${peer}`
  // Last, not first: peers of the same network reach each other faster by the others.
  return [...new Set([...addresses.slice(0, MOST_ADDRESSES - 1), outside])]
}
