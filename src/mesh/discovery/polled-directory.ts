/** Looks into a folder again and again: a watch misses what other machines write into a shared one. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'

/** A folder may be flooded, and a file may be anything. */
const MOST_FILES = 5000
const LARGEST_FILE_BYTES = 131_072

export interface PolledDirectoryOptions<T> {
  readonly path: string
  readonly everyMs: number
  /** Which names to read at all. */
  readonly isWanted: (name: string) => boolean
  /** @returns undefined for a file that says nothing; what it throws is the file's problem and passed over */
  readonly read: (text: string, name: string) => Promise<T | undefined> | T | undefined
  /** After every look, since what a file says may go out of date without the file changing. */
  readonly onLook: (all: readonly T[]) => void
  /** A folder that is not there is empty; any other trouble is told here, and undefined once it is over. */
  readonly onProblem: (problem: string | undefined) => void
  readonly clock: Clock
}

interface Seen<T> {
  readonly version: string
  readonly value: T | undefined
}

export class PolledDirectory<T> {
  readonly #options: PolledDirectoryOptions<T>
  #seen = new Map<string, Seen<T>>()
  #cancel: (() => void) | undefined
  #looking: Promise<void> | undefined
  #running = false

  constructor(options: PolledDirectoryOptions<T>) {
    this.#options = options
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    if (this.#running) return
    this.#running = true
    await this.look()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#cancel?.()
    await this.#looking
  }

  /** Looks now. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      this.#cancel?.()
      if (this.#running) this.#cancel = this.#options.clock.after(this.#options.everyMs, () => void this.look())
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    const { path, isWanted, onLook, onProblem } = this.#options
    try {
      const names = (await readdir(path)).filter(isWanted).slice(0, MOST_FILES)
      const seen = new Map<string, Seen<T>>()
      for (const name of names) {
        const file = await this.#file(name)
        if (file !== undefined) seen.set(name, file)
      }
      this.#seen = seen
      onProblem(undefined)
      onLook([...seen.values()].flatMap(({ value }) => (value === undefined ? [] : [value])))
    } catch (cause) {
      const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
      onProblem(missing ? undefined : `Cannot look into ${path}: ${errorText(cause)}.`)
    }
  }

  /** What was read before stands until the file changes. */
  async #file(name: string): Promise<Seen<T> | undefined> {
    const path = join(this.#options.path, name)
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const version = [mtimeMs, size, ino].join('/')
      const known = this.#seen.get(name)
      if (known?.version === version) return known
      if (size > LARGEST_FILE_BYTES) return { version, value: undefined }
      const text = await readFile(path, 'utf8')
      return { version, value: await valueOf(() => this.#options.read(text, name)) }
    } catch {
      // Gone between the look and the read, or not ours to read: the same as not there.
      return undefined
    }
  }
}

async function valueOf<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T | undefined> {
  try {
    return await read()
  } catch {
    return undefined
  }
}
