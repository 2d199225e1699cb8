/**
 * A full disk must not stop the queue from getting empty. Submits are refused while there is still room for everything
 * else; if the disk fills all the same, a ballast file is given up, and settling works once more.
 */
import { rmSync, statfsSync, statSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { Clock, Logger, Random } from '../../core/ports/clock.ts'
import type { StoreSettings } from './settings.ts'
import { isFull } from './sqlite-error.ts'

const BALLAST_FILE = 'ballast'
const MIB = 1_048_576
/** How long an answer of the file system is believed. */
const FRESH_MS = 1_000
/** The ballast is not made while a peer starts, when everybody waits for the disk; one that soon ends needs none. */
const BALLAST_AFTER_MS = 30_000

export interface DiskGuardDeps {
  readonly directory: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly settings: Pick<StoreSettings, 'freeFloorBytes' | 'ballastBytes'>
}

export class DiskGuard {
  readonly #deps: DiskGuardDeps
  readonly #ballast: string
  readonly #startedAt: number
  #free: { readonly bytes: number; readonly at: number } | undefined
  #making: Promise<void> | undefined
  #stopped = false

  constructor(deps: DiskGuardDeps) {
    this.#deps = deps
    this.#ballast = join(deps.directory, BALLAST_FILE)
    this.#startedAt = deps.clock.mono()
  }

  /** @throws RunnerMeshError storage_low */
  refuseWhenLow(): void {
    const { freeFloorBytes } = this.#deps.settings
    const free = this.#freeBytes()
    if (free >= freeFloorBytes) return
    throw new RunnerMeshError(
      'storage_low',
      `Only ${mib(free)} are free where this home keeps its queue, less than ${mib(freeFloorBytes)}. Free some space; what is queued goes on.`,
    )
  }

  /** Makes the ballast in the background when there is none and room for it. Asked for now and then. */
  keepBallast(): void {
    const { ballastBytes, freeFloorBytes } = this.#deps.settings
    if (ballastBytes === 0 || this.#stopped || this.#making !== undefined) return
    if (this.#deps.clock.mono() - this.#startedAt < BALLAST_AFTER_MS) return
    if (sizeOf(this.#ballast) === ballastBytes) return
    if (this.#freeBytes() < freeFloorBytes + ballastBytes) return
    this.#making = this.#makeBallast().finally(() => {
      this.#making = undefined
    })
  }

  /** The disk is full: gives the ballast up. @returns whether there was one */
  dropBallast(): boolean {
    this.#free = undefined
    if (sizeOf(this.#ballast) === undefined) return false
    rmSync(this.#ballast, { force: true })
    this.#deps.log.error('store.disk_full', { ballast: 'dropped', advice: 'free some space' })
    return true
  }

  /** The same, and lets the write-ahead log start from its beginning again. @returns whether that made room */
  makeRoom(db: DatabaseSync): boolean {
    const dropped = this.dropBallast()
    try {
      const { busy, log } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number; log: number }
      return dropped || (busy === 0 && log === 0)
    } catch (thrown) {
      if (isFull(thrown)) return dropped
      throw thrown
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#making
  }

  #freeBytes(): number {
    const at = this.#deps.clock.mono()
    if (this.#free === undefined || at - this.#free.at > FRESH_MS) {
      const { bavail, bsize } = statfsSync(this.#deps.directory)
      this.#free = { bytes: bavail * bsize, at }
    }
    return this.#free.bytes
  }

  /** Chance, not zeros: a file system that compresses would keep nothing in reserve. */
  async #makeBallast(): Promise<void> {
    const { log, random, settings } = this.#deps
    const unfinished = `${this.#ballast}.new`
    try {
      await using file = await open(unfinished, 'w', 0o600)
      const chunk = random.bytes(Math.min(MIB, settings.ballastBytes))
      for (let written = 0; written < settings.ballastBytes && !this.#stopped; written += chunk.length) {
        await file.write(chunk, 0, Math.min(chunk.length, settings.ballastBytes - written))
      }
      await file.sync()
    } catch (thrown) {
      log.warn('store.ballast_failed', { error: errorText(thrown) })
      rmSync(unfinished, { force: true })
      return
    }
    if (this.#stopped) rmSync(unfinished, { force: true })
    else await rename(unfinished, this.#ballast)
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

function mib(bytes: number): string {
  return `${String(Math.floor(bytes / MIB))} MiB`
}
