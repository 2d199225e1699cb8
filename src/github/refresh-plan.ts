/**
 * When a peer may write and read, so that a whole fleet on one token stays under GitHub's limits (80 writes a minute, 500
 * an hour, 1,000 requests an hour for the token of a workflow) without its peers talking to each other: each derives its
 * share from the size of the fleet, and its place in time from its own peer id.
 */
import { createHash } from 'node:crypto'
import { LONGEST_ANNOUNCEMENT_MS } from '../core/announcement.ts'
import { HOUR, MINUTE, SECOND } from '../core/lease.ts'
import type { PeerId } from '../core/ids.ts'

/**
 * Refreshes of the whole fleet per hour: about twice the joins, so that those who joined over some hours have their first
 * refreshes after the last join, and never three waves fall into one hour.
 */
const REFRESHES_PER_HOUR = 370
/** New peers of the whole fleet per hour: each costs three requests (find the issue, write, read). */
const JOINS_PER_HOUR = 180
/** So many may join, or leave, at the same moment. */
const AT_ONCE = 40
/** For how long an announcement of a small fleet is good. */
export const EXPIRY_MS = 45 * MINUTE
const SHORTEST_POLL_MS = 5 * MINUTE

/**
 * How long an announcement stands before it is written again.
 * @param expiryMs for how long it is wished to be good; a fleet whose share does not suffice has longer ones
 */
export function refreshMs(fleetSize: number, expiryMs = EXPIRY_MS): number {
  const fair = Math.max(expiryMs / 3, (fleetSize / REFRESHES_PER_HOUR) * HOUR)
  return Math.min(fair, LONGEST_ANNOUNCEMENT_MS / 3)
}

/** For how long it is good: two refreshes may be lost. */
export function lifetimeMs(fleetSize: number, expiryMs?: number): number {
  return 3 * refreshMs(fleetSize, expiryMs)
}

/** Refreshes come a little late, never early: the mean stays below the fleet's share. */
export function jitteredRefreshMs(fleetSize: number, unit: number, expiryMs?: number): number {
  return refreshMs(fleetSize, expiryMs) * (1 + 0.1 * unit)
}

/** How long a peer of a fleet this large waits before it first writes; nothing in a small one. */
export function joinDelayMs(peer: PeerId, fleetSize: number): number {
  return fleetSize <= AT_ONCE ? 0 : placeOf(peer) * (fleetSize / JOINS_PER_HOUR) * HOUR
}

/** Whether a leaving peer takes its comment away; in a large fleet that leaves at once most let it expire. */
export function mayWithdraw(peer: PeerId, fleetSize: number): boolean {
  return placeOf(peer) < AT_ONCE / fleetSize
}

/** How long a peer that nobody is connected to waits before it looks again: soon at first, then ever later. */
export function pollMs(fleetSize: number, looks: number, unit: number): number {
  const shortest = Math.max(2 * SECOND, fleetSize * 0.3 * SECOND)
  const longest = Math.max(SHORTEST_POLL_MS, fleetSize * 9 * SECOND)
  return Math.min(longest, shortest * 2 ** Math.min(looks, 12)) * (0.75 + 0.5 * unit)
}

/** How long all wait once their common budget has returned, so that they do not spend it in one second. */
export function spreadMs(peer: PeerId, fleetSize: number): number {
  return placeOf(peer) * Math.min(HOUR / 2, fleetSize * 4 * SECOND)
}

/** One peer of the fleet takes away expired comments about once an hour: the chance that a refresh is its turn. */
export function sweepChance(fleetSize: number, expiryMs?: number): number {
  return Math.min(1, refreshMs(fleetSize, expiryMs) / (fleetSize * HOUR))
}

/** From 0 up to, but not including, 1; evenly spread over all peer ids. */
export function placeOf(peer: PeerId): number {
  return createHash('sha256').update(`registry/${peer}`).digest().readUInt32BE(0) / 2 ** 32
}
