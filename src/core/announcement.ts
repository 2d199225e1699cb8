/**
 * What a peer says of itself to those it is not connected with (envelope kind `announcement`). A signature proves who
 * says it, a code under the mesh key that a member does: without both nothing of it is dialled.
 */
import { z } from 'zod'
import { parseStandingCapabilities, tellCapabilities, type StandingCapabilities } from './capabilities.ts'
import { RunnerMeshError } from './errors.ts'
import { parsePeerId, type PeerId } from './ids.ts'
import { DAY, MINUTE } from './lease.ts'

const payload = z.object({
  mesh: z.string().max(64),
  peer: z.string().max(128),
  /** Grows with every announcement of a peer; the highest counts. */
  seq: z.int().min(0),
  issued_at: z.int(),
  expires_at: z.int(),
  addresses: z.array(z.string().max(512)).max(16),
  runner_name: z.string().max(256),
  homes: z.array(z.string().max(64)).max(64),
  features: z.array(z.string().max(64)).max(64),
  capabilities: z.unknown().optional().transform(parseStandingCapabilities),
})

export interface Announcement {
  readonly peer: PeerId
  readonly seq: number
  /** Epoch milliseconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Full multiaddrs, best first. Empty: the peer has left, or only dials. */
  readonly addresses: readonly string[]
  readonly runnerName: string
  readonly homes: readonly string[]
  readonly features: readonly string[]
  readonly capabilities?: StandingCapabilities
}

/** As it is stored and passed on. */
export const sealedAnnouncement = z.object({
  envelope: z.string().max(65_536),
  mac: z.string().max(64),
})
export type SealedAnnouncement = z.output<typeof sealedAnnouncement>

/** Nobody announces for longer; a stolen key or a forgotten file is no peer for ever. */
export const LONGEST_ANNOUNCEMENT_MS = DAY
/** Wall clocks of announcers and readers may differ by this much. */
const ANNOUNCEMENT_SKEW_MS = 5 * MINUTE

export function encodeAnnouncement(announcement: Announcement, mesh: string): Uint8Array {
  const { peer, seq, issuedAt, expiresAt, addresses, runnerName, homes, features, capabilities } = announcement
  const said = {
    mesh,
    peer,
    seq,
    issued_at: issuedAt,
    expires_at: expiresAt,
    addresses,
    runner_name: runnerName,
    homes,
    features,
    ...tellCapabilities(capabilities),
  }
  return new TextEncoder().encode(JSON.stringify(said))
}

/** @throws RunnerMeshError signature_invalid when it is not a current announcement of the signer for this mesh */
export function parseAnnouncement(
  bytes: Uint8Array,
  expected: { readonly signer: PeerId; readonly meshes: readonly string[]; readonly now: number },
): Announcement {
  let said: z.output<typeof payload>
  try {
    said = payload.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (cause) {
    throw new RunnerMeshError('signature_invalid', 'The announcement has not the form of one.', { cause })
  }
  if (said.peer !== expected.signer) throw invalid(`is signed by ${expected.signer} and speaks for another peer`)
  if (!expected.meshes.includes(said.mesh)) throw invalid('is for another mesh')
  if (said.expires_at - said.issued_at > LONGEST_ANNOUNCEMENT_MS) throw invalid('is to last longer than a day')
  if (said.issued_at > expected.now + ANNOUNCEMENT_SKEW_MS) {
    throw invalid('comes from the future; set the clock of its machine, or of this one')
  }
  if (said.expires_at < expected.now - ANNOUNCEMENT_SKEW_MS) throw invalid('has expired', { expired: true })
  return {
    peer: parsePeerId(said.peer),
    seq: said.seq,
    issuedAt: said.issued_at,
    expiresAt: said.expires_at,
    addresses: said.addresses,
    runnerName: said.runner_name,
    homes: said.homes,
    features: said.features,
    ...(said.capabilities === undefined ? {} : { capabilities: said.capabilities }),
  }
}

/** Whether this is how `parseAnnouncement` refuses what is genuine, and only too old. */
export function isExpiredAnnouncement(thrown: unknown): boolean {
  return thrown instanceof RunnerMeshError && thrown.details['expired'] === true
}

function invalid(why: string, details: Readonly<Record<string, unknown>> = {}): RunnerMeshError {
  return new RunnerMeshError('signature_invalid', `The announcement ${why}.`, { details })
}
