/**
 * One number puts claimable tasks in order: the time a task became ready, pulled forward by its priority. A task of
 * priority p overtakes one of priority q that has waited less than (p − q) steps longer, so nothing starves.
 */
import { PRIORITY } from './task.ts'

/** What one step of priority is worth in waiting, milliseconds. */
export const AGEING_STEP_MS = 60_000

/** Smaller is claimed first; equal keys keep the order of submission. */
export function orderKey(readyAt: number, priority: number): number {
  return readyAt - (priority - PRIORITY.lowest) * AGEING_STEP_MS
}
