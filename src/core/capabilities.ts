/**
 * What a peer has and can do. It travels in announcements and in the HELLO, where it is known to members only after both
 * have proven themselves, and is asked for anew with `p2p_peer_capabilities`. It is a description for people and agents:
 * a claim carries its own offer, and only that decides what runs where.
 */
import { z } from 'zod'

const count = () => z.int().min(0)
const word = (longest: number) => z.string().max(longest)

const described = {
  /** Of this program. */
  version: word(64),
  /** The libp2p protocol ids it serves to members. */
  protocols: z.array(word(128)).max(32),
  os: word(32),
  arch: word(32),
  cpus: z.number().min(0),
  memory_bytes: count(),
  disk_bytes: count(),
  gpus: z.array(z.object({ uuid: word(128) })).max(64),
  labels: z.array(word(128)).max(128),
  task_types: z.array(word(128)).max(64),
}

/** What stays the same for long: in announcements and in the HELLO. */
export const standingCapabilities = z.object(described)
export type StandingCapabilities = z.output<typeof standingCapabilities>

export const MOST_IMAGES = 100

/** With what changes by the minute: on request. */
export const capabilitiesView = z.object({
  ...described,
  /** Images that are there already, as names with tags. */
  images: z.array(word(256)).max(MOST_IMAGES).optional(),
  load: z
    .object({
      slots: count(),
      running: count(),
      free_cpus: z.number().min(0),
      free_memory_bytes: count(),
      /** Of the operating system: processes that run or want to, over the last minute. */
      load_1m: z.number().min(0),
    })
    .optional(),
})
export type Capabilities = z.output<typeof capabilitiesView>

/** An announcement and a HELLO are short; who has more to tell is asked for it. */
const MOST_TOLD_CHARACTERS = 8192

/** @returns what may stand in an announcement or a HELLO: all of it, or nothing */
export function tellCapabilities(capabilities: StandingCapabilities | undefined): {
  readonly capabilities?: StandingCapabilities
} {
  const isTold = capabilities !== undefined && JSON.stringify(capabilities).length <= MOST_TOLD_CHARACTERS
  return isTold ? { capabilities } : {}
}

/** Foreign data: a form that this version does not know is no description, and no reason to turn the peer away. */
export function parseStandingCapabilities(said: unknown): StandingCapabilities | undefined {
  const parsed = standingCapabilities.safeParse(said)
  return parsed.success ? parsed.data : undefined
}
