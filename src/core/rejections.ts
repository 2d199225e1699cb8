/**
 * What a peer turned away since it started, by kind. Its status shows the counts, so that whoever looks sees an attack,
 * or a fleet with a wrong key.
 */

export const REJECTIONS = [
  /** Inbound connections beyond the limits on their number and rate. */
  'connection_flood',
  /** Connections or streams that began with something else than a negotiation. */
  'bad_negotiation',
  /** Connections that did not prove membership in time. */
  'silent_connection',
  /** HELLOs that proved nothing: another key, nonsense, no common version. */
  'hello_refused',
  /** Peers that are revoked, or not on the allow-list. */
  'peer_not_allowed',
  /** Streams beyond the limit of their connection, and streams of peers that are not admitted. */
  'stream_flood',
  /** Frames of admitted peers that were too long, empty or cut off. */
  'bad_frame',
  /** Messages of admitted peers that were no JSON-RPC. */
  'bad_message',
  /** Calls beyond the limits on their number and rate. */
  'call_flood',
  /** Peers that did not read what they asked for. */
  'slow_reader',
  /** Announcements that were forged, foreign, replayed or expired. */
  'bad_announcement',
  /** Claims of workers held back because they let leases lapse. */
  'stalled_worker',
] as const
export type Rejection = (typeof REJECTIONS)[number]

export class Rejections {
  readonly #counts = new Map<Rejection, number>()

  count(kind: Rejection, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times)
  }

  /** Only what has occurred, in the order of the table. */
  list(): Partial<Record<Rejection, number>> {
    return Object.fromEntries(
      REJECTIONS.flatMap((kind) => {
        const count = this.#counts.get(kind)
        return count === undefined ? [] : [[kind, count]]
      }),
    )
  }
}
