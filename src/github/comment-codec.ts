/**
 * A peer as a comment: the marker line and the fenced JSON of the predecessor, byte for byte, so that its nodes read ours;
 * what proves it stands in `metadata.runner_mesh`. Nothing outside of the sealed part is believed.
 */
import { z } from 'zod'
import { cleanLine } from '../core/clean-text.ts'
import { sealedAnnouncement, type SealedAnnouncement } from '../core/announcement.ts'

/** How a comment of a peer begins, where nothing else is set. */
export const MARKER = 'p2p-peer-registry'
/** What the predecessor's nodes and ours can make of a comment is far smaller; GitHub's own limit is 65,536. */
export const LARGEST_COMMENT = 32_768

/** The predecessor's record. Its nodes take `last_seen` for the time of the heartbeat and dial `multiaddr`. */
export interface PeerRecord {
  readonly peer_id: string
  readonly runner_name: string
  readonly public_ip: string | null
  readonly listen_port: number | null
  readonly multiaddr: string
  readonly last_seen: string
  readonly metadata: Readonly<Record<string, unknown>>
}

const withSeal = z.object({ metadata: z.object({ runner_mesh: sealedAnnouncement }) })

/** Sorted keys, two spaces, only ASCII: what the predecessor's Python writes. */
export function renderRecord(record: PeerRecord, marker = MARKER): string {
  const json = JSON.stringify(sorted({ ...record }), undefined, 2).replace(/[\u007f-\uffff]/g, escaped)
  return `<!-- ${marker}:${markerName(record.runner_name)} -->\n\`\`\`json\n${json}\n\`\`\`\n`
}

/** @returns the JSON object of a comment in this form, whatever is in it; undefined for any other comment */
export function findRecord(body: string, marker = MARKER): Readonly<Record<string, unknown>> | undefined {
  const text = body.trim()
  if (!text.startsWith(`<!-- ${marker}:`)) return undefined
  const opening = /```json[^\n]*\n/.exec(text)
  if (opening === null) return undefined
  const from = opening.index + opening[0].length
  const to = text.lastIndexOf('```')
  if (to < from) return undefined
  try {
    const json: unknown = JSON.parse(text.slice(from, to))
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    // Text after the fence, or a cut comment: no record.
    return undefined
  }
}

/** @returns the proof inside a record, still to be checked; undefined when there is none, or not in its form */
export function findSeal(record: Readonly<Record<string, unknown>>): SealedAnnouncement | undefined {
  const parsed = withSeal.safeParse(record)
  return parsed.success ? parsed.data.metadata.runner_mesh : undefined
}

/** An instant as Python's isoformat writes it, which leaves out a fraction of zero. */
export function pythonInstant(at: number): string {
  const [seconds = '', fraction = '000Z'] = new Date(at).toISOString().split('.')
  const millis = fraction.slice(0, 3)
  return `${seconds}${millis === '000' ? '' : `.${millis}000`}+00:00`
}

/** A name that would end the marker, or its line, would break the comment. */
export function markerName(name: string): string {
  return cleanLine(name, 128).replaceAll('--', '-').replaceAll('>', '')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
