/**
 * The audit log on disk: `audit.jsonl` in the state directory, one entry a line. Full files become `audit.1.jsonl` and so
 * on, and the oldest goes. An entry is written at once; those that come meanwhile are written together.
 */
import { appendFile, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { AuditEntry } from '../coordinator/audit-trail.ts'
import { errorText } from '../core/errors.ts'
import type { Logger, Startable } from '../core/ports/clock.ts'

export interface AuditLimits {
  readonly fileBytes: number
  /** Full files kept beside the one that is written. */
  readonly files: number
}

const LIMITS: AuditLimits = { fileBytes: 8 * 1_048_576, files: 4 }
/** Entries that wait while the disk does not take them; beyond, they are dropped and counted. */
const MOST_WAITING = 10_000

const entry = z.object({
  at: z.int(),
  principal: z.string(),
  door: z.string(),
  operation: z.string(),
  task_id: z.string().optional(),
  verdict: z.string(),
  ms: z.number(),
})
export type AuditLine = z.output<typeof entry>

export class AuditFile implements Startable {
  readonly #directory: string
  readonly #log: Logger
  readonly #limits: AuditLimits
  #waiting: string[] = []
  #dropped = 0
  #writing: Promise<void> | undefined
  #bytes = 0

  constructor(directory: string, log: Logger, limits: AuditLimits = LIMITS) {
    this.#directory = directory
    this.#log = log
    this.#limits = limits
  }

  async start(): Promise<void> {
    this.#bytes = await stat(pathOf(this.#directory, 0)).then(
      ({ size }) => size,
      () => 0,
    )
  }

  /** Resolves when everything recorded is written. */
  async stop(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  readonly record = (line: AuditEntry): void => {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#dropped += 1
      return
    }
    this.#waiting.push(`${JSON.stringify(line)}\n`)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const text = this.#waiting.join('')
      this.#waiting = []
      try {
        if (this.#bytes > 0 && this.#bytes + Buffer.byteLength(text) > this.#limits.fileBytes) await this.#turn()
        await appendFile(pathOf(this.#directory, 0), text, { mode: 0o600 })
        this.#bytes += Buffer.byteLength(text)
      } catch (error) {
        this.#log.error('audit.write_failed', { error: errorText(error) })
      }
      if (this.#dropped > 0) this.#log.error('audit.dropped', { entries: this.#dropped })
      this.#dropped = 0
    }
  }

  async #turn(): Promise<void> {
    for (let number = this.#limits.files; number > 0; number -= 1) {
      await rename(pathOf(this.#directory, number - 1), pathOf(this.#directory, number)).catch((error: unknown) => {
        if (!isMissing(error)) throw error
      })
    }
    this.#bytes = 0
  }
}

/** Every entry that is kept, the oldest first. A line that a power cut left half is passed over. */
export async function readAudit(directory: string, files = LIMITS.files): Promise<readonly AuditLine[]> {
  const texts = await Promise.all(
    Array.from({ length: files + 1 }, (_, index) =>
      readFile(pathOf(directory, files - index), 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return ''
        throw error
      }),
    ),
  )
  return texts
    .join('')
    .split('\n')
    .flatMap((line) => {
      const parsed = entry.safeParse(parseLine(line))
      return parsed.success ? [parsed.data] : []
    })
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, number === 0 ? 'audit.jsonl' : `audit.${String(number)}.jsonl`)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
