/** How the worker of a peer claims from the home of the same peer: by the same operations, without the mesh between. */
import { createLocalLink, type Links } from '../../coordinator/links.ts'
import type { HomeId, PeerId } from '../../core/ids.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import type { Startable } from '../../core/ports/clock.ts'
import { MEMBER_ACCESS } from './member-access.ts'

/** Stopped after the worker and before the home, so that the worker lets go of the home first. */
export function createOwnHomeLink(
  links: Links,
  operations: Operations,
  { self, homes }: { readonly self: PeerId; readonly homes: readonly HomeId[] },
): Startable {
  const closed = new AbortController()
  return {
    start: () => {
      const caller = { principal: `peer:${self}`, door: 'peers', access: MEMBER_ACCESS, peer: self } as const
      links.add(createLocalLink(operations, { self, homes, caller, closed: closed.signal }))
      return Promise.resolve()
    },
    stop: () => {
      closed.abort(new Error('stopping'))
      return Promise.resolve()
    },
  }
}
