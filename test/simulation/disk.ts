/**
 * The disk of a simulated machine: real files in memory, and what of them would still be there after the power went.
 *
 * SQLite writes to the real file; the sync of a log is a timer. A process that is killed leaves what it wrote, because the
 * system still has it. When the power goes, a log keeps what was synced and, as luck has it, some of what came after. The
 * process that is gone may hold its files open still, so each new one gets a copy in a directory of its own.
 */
import { copyFileSync, closeSync, existsSync, mkdirSync, openSync, readSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { LogSync } from '../../src/store/sqlite/log-sync.ts'
import type { Process } from './machine.ts'

const LOG_HEADER = 32
const FRAME_HEADER = 24

/** How far a write-ahead log has come: which round since its last reset, and where its last committed frame ends. */
interface LogEnd {
  readonly round: string
  readonly bytes: number
}

export interface DiskDeps {
  readonly directory: string
  readonly unit: () => number
  /** How long a sync takes, milliseconds. */
  readonly syncMs: () => number
}

export class Disk {
  readonly #deps: DiskDeps
  #copies = 0
  #synced = new Map<string, LogEnd>()
  /** Syncs under way, whose process may be gone. */
  readonly #waiting = new Set<() => void>()
  #atNextSync: { readonly when: 'before' | 'after'; readonly crash: () => boolean } | undefined

  constructor(deps: DiskDeps) {
    this.#deps = deps
    mkdirSync(this.directory, { recursive: true })
  }

  /** Of the process that runs now. */
  get directory(): string {
    return join(this.#deps.directory, String(this.#copies))
  }

  /** For `openLog` of the store and the journal: a sync takes time, and dies with its process. */
  openLog(process: Process): (file: string) => LogSync {
    return (file) => {
      const open = openSync(file, 'r')
      closeSync(open)
      // What was there when it was opened has been read back, and the log is synced before it is written over.
      this.#synced.set(file, logEnd(file))
      return {
        sync: () => {
          if (!process.alive) return Promise.resolve()
          const end = logEnd(file)
          const trap = this.#atNextSync
          this.#atNextSync = undefined
          const ms = this.#deps.syncMs()
          if (trap?.when === 'before') process.after(ms / 2, trap.crash)
          return new Promise((resolve) => {
            this.#waiting.add(resolve)
            process.after(ms, () => {
              this.#synced.set(file, end)
              if (trap?.when === 'after' && trap.crash()) return
              this.#waiting.delete(resolve)
              resolve()
            })
          })
        },
        close: () => undefined,
      }
    }
  }

  /** The process is gone. @param powerLost whether the machine lost its power too */
  abandon(files: readonly string[], powerLost: boolean): void {
    const from = this.directory
    this.#copies += 1
    mkdirSync(this.directory)
    for (const name of files) {
      for (const path of [name, `${name}-wal`]) {
        if (existsSync(join(from, path))) copyFileSync(join(from, path), join(this.directory, path))
      }
      const log = join(from, `${name}-wal`)
      if (powerLost && existsSync(log)) this.#tear(join(from, name), join(this.directory, `${name}-wal`))
    }
    this.#synced = new Map()
  }

  /** The next sync is the last: the process is gone while it lasts, or once it is done and nobody has been answered yet, if `crash` says so. */
  trapNextSync(when: 'before' | 'after', crash: () => boolean): void {
    this.#atNextSync = { when, crash }
  }

  /** The world ends: nobody waits for a sync any more. */
  release(): void {
    for (const resolve of this.#waiting) resolve()
  }

  #tear(file: string, log: string): void {
    const synced = this.#synced.get(file)
    const end = logEnd(file)
    const kept = synced?.round === end.round ? synced.bytes : 0
    truncateSync(log, kept + Math.floor(this.#deps.unit() * this.#deps.unit() * (end.bytes - kept)))
  }
}

/** @see https://www.sqlite.org/walformat.html#the_wal_index_file_format */
function logEnd(file: string): LogEnd {
  if (!existsSync(`${file}-shm`)) return { round: '', bytes: 0 }
  const index = openSync(`${file}-shm`, 'r')
  try {
    const header = Buffer.alloc(48)
    readSync(index, header, 0, header.length, 0)
    const pageSize = header.readUInt16LE(14)
    const frames = header.readUInt32LE(16)
    const bytes = frames === 0 ? 0 : LOG_HEADER + frames * (FRAME_HEADER + (pageSize === 1 ? 65_536 : pageSize))
    return { round: header.toString('hex', 32, 40), bytes }
  } finally {
    closeSync(index)
  }
}
