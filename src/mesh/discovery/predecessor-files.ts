/**
 * What the predecessor's nodes leave on a machine: one announce file `{"peer_id", "multiaddr"}`, and a folder of records
 * `peer_<runner>.json` with `multiaddr` and `last_seen`, good for 30 minutes. Both are unsigned, so they are hints to
 * dial and nothing else: whoever answers there still has to prove its membership.
 */
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { MINUTE, SECOND } from '../../core/lease.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Discovery, FoundPeer } from '../../core/ports/discovery.ts'
import { PolledDirectory } from './polled-directory.ts'

const POLL_MS = 15 * SECOND
const RECORD_LIFE_MS = 30 * MINUTE

const announceFile = z.object({ multiaddr: z.string().min(1).max(512) })
const record = announceFile.extend({ last_seen: z.string().max(64) })

interface Hint {
  readonly address: string
  readonly until: number
}

/** @param path of the announce file; it need not exist yet */
export function createPredecessorAnnounceFile(path: string, clock: Clock): Discovery {
  const name = basename(path)
  return createFileHints('predecessor announce file', {
    path: dirname(path),
    clock,
    isWanted: (found) => found === name,
    read: (json) => ({ address: announceFile.parse(json).multiaddr, until: Infinity }),
  })
}

/** @param path of the folder that holds `peer_<runner>.json` files; it need not exist yet */
export function createPredecessorPeerFolder(path: string, clock: Clock): Discovery {
  return createFileHints('predecessor peer files', {
    path,
    clock,
    isWanted: (name) => name.startsWith('peer_') && name.endsWith('.json'),
    read: (json) => {
      const { multiaddr, last_seen } = record.parse(json)
      const seenAt = Date.parse(last_seen)
      return Number.isNaN(seenAt) ? undefined : { address: multiaddr, until: seenAt + RECORD_LIFE_MS }
    },
  })
}

interface FileHintsOptions {
  readonly path: string
  readonly clock: Clock
  readonly isWanted: (name: string) => boolean
  readonly read: (json: unknown) => Hint | undefined
}

function createFileHints(source: string, { path, clock, isWanted, read }: FileHintsOptions): Discovery {
  let tell: (peers: readonly FoundPeer[]) => void = () => undefined
  let trouble: string | undefined
  const directory = new PolledDirectory<Hint>({
    path,
    everyMs: POLL_MS,
    isWanted,
    read: (text) => read(JSON.parse(text)),
    onLook: (hints) =>
      tell(hints.filter(({ until }) => until > clock.now()).map(({ address }) => ({ addresses: [address] }))),
    onProblem: (problem) => (trouble = problem),
    clock,
  })
  return {
    source,
    onFound: (found) => {
      tell = found
    },
    announce: () => Promise.resolve(),
    problem: () => trouble,
    start: () => directory.start(),
    stop: () => directory.stop(),
  }
}
