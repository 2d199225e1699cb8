/**
 * What was captured of the predecessor's service, and how an answer of ours is held against it.
 *
 * An answer covers a captured one when every field captured is there with an equal value; fields of ours may be added.
 * Fields in VOLATILE need only be of the same type. Everything else that differs must stand in deviations.json, with what
 * we answer and why; an entry that is not needed any more is a fault as well.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { readVectors } from './vectors.ts'

const lineCapture = z.object({
  protocol: z.literal('/ipfs-datasets/task-queue/1.0.0'),
  note: z.string(),
  request_bytes: z.string(),
  response_bytes: z.string(),
  response: z.json(),
})
const sessionCapture = z.object({
  protocol: z.literal('/mcp+p2p/1.0.0'),
  note: z.string(),
  frames_sent: z.array(z.union([z.record(z.string(), z.json()), z.string()])),
  frames_received: z.array(z.union([z.record(z.string(), z.json()), z.string(), z.null()])),
})
export type SessionCapture = z.output<typeof sessionCapture>

const { captured } = readVectors(
  'wire_capture',
  z.object({ captured: z.array(z.discriminatedUnion('protocol', [lineCapture, sessionCapture])) }),
)
export const LINES = captured.filter((one) => one.protocol === '/ipfs-datasets/task-queue/1.0.0')
export const SESSIONS = captured.filter((one) => one.protocol === '/mcp+p2p/1.0.0')

/** Instants, versions, and the hash over an identity that is new at every start. */
export const VOLATILE: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'last_seen',
  'lease_until',
  'heartbeat_at',
  'next_attempt_at',
  'last_release_ts',
  'merkle_root',
  'version',
])

const deviation = z.strictObject({
  /** The note of the capture; `*` for all that open a session. */
  capture: z.string(),
  /** The field that differs, such as `task.status`; empty for the whole answer. */
  path: z.string(),
  ours: z.json(),
  why: z.string().min(20),
})
export type Deviation = z.output<typeof deviation>

export const DEVIATIONS = z
  .array(deviation)
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../integration/legacy/deviations.json'), 'utf8')))

export interface Difference {
  readonly path: string
  readonly ours: unknown
  readonly theirs: unknown
}

/** Fields of a captured answer that ours does not cover. */
export function differences(ours: unknown, theirs: unknown, path = ''): Difference[] {
  const name = path.slice(path.lastIndexOf('.') + 1)
  if (VOLATILE.has(name)) return typeof ours === typeof theirs ? [] : [{ path, ours, theirs }]
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length !== theirs.length) return [{ path, ours, theirs }]
    return theirs.flatMap((one, at) => differences(ours[at], one, dotted(path, String(at))))
  }
  if (isRecord(ours) && isRecord(theirs)) {
    return Object.keys(theirs).flatMap((key) => differences(ours[key], theirs[key], dotted(path, key)))
  }
  return isDeepStrictEqual(ours, theirs) ? [] : [{ path, ours, theirs }]
}

/**
 * @returns one line for each difference that stands in no deviation
 * @param used gathers the deviations that were needed; unset, none explains anything
 */
export function unexplained(note: string, found: readonly Difference[], used?: Set<Deviation>): string[] {
  return found.flatMap((difference) => {
    const known =
      used === undefined
        ? undefined
        : DEVIATIONS.find(({ capture, path }) => (capture === note || capture === '*') && path === difference.path)
    if (known !== undefined && differences(difference.ours ?? null, known.ours).length === 0) {
      used?.add(known)
      return []
    }
    const { path, ours, theirs } = difference
    return [`${note}: ${path}: answered ${JSON.stringify(ours)}, captured ${JSON.stringify(theirs)}`]
  })
}

const PEER_ID = /\b12D3KooW[1-9A-HJ-NP-Za-km-z]{44}\b/g

/** The captured names for what has other names here: its service's peer id, its clock's id, its task ids. */
export class Names {
  readonly #theirs = new Map<string, string>()

  constructor(known: readonly (readonly [ours: string, theirs: string])[]) {
    for (const [ours, theirs] of known) this.#theirs.set(ours, theirs)
  }

  learn(ours: unknown, theirs: unknown): void {
    if (typeof ours === 'string' && typeof theirs === 'string') this.#theirs.set(ours, theirs)
  }

  toOurs(text: string): string {
    return [...this.#theirs].reduce((told, [ours, theirs]) => told.replaceAll(theirs, ours), text)
  }

  /** In an answer of ours; other peer ids are those of connections, which are new every time. */
  toTheirs(text: string): string {
    const told = [...this.#theirs]
      .toSorted(([one], [other]) => other.length - one.length)
      .reduce((rest, [ours, theirs]) => rest.replaceAll(ours, theirs), text)
    return this.withoutTransports(told)
  }

  withoutTransports(text: string): string {
    const known = new Set(this.#theirs.values())
    return text.replace(PEER_ID, (id) => (known.has(id) ? id : '<connection>'))
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function dotted(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
