/** What a benchmark says: lines for people, or one JSON object per line. */
import { fdatasyncSync, openSync, closeSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'

export type Line = Readonly<Record<string, string | number | undefined>> & { readonly name: string }

const TMPFS = 0x01_02_19_94
const SYNCS = 200

export class Report {
  readonly #json: boolean
  readonly #machine = `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`

  constructor(json: boolean) {
    this.#json = json
  }

  /** @param words the same for a person */
  add(line: Line, words: string): void {
    process.stdout.write(this.#json ? `${JSON.stringify({ ...line, machine: this.#machine })}\n` : `${words}\n`)
  }

  /** What only people need. */
  say(words: string): void {
    if (!this.#json) process.stdout.write(`${words}\n`)
  }

  /** How fast this folder's disk is, and how busy the machine: without them no figure can be set beside another run's. */
  addMachine(folder: string): void {
    const syncs = timeSyncs(folder)
    const where = statfsSync(folder).type === TMPFS ? 'memory (durability costs nothing here)' : 'disk'
    const [p50, p99] = [round(quantile(syncs, 0.5)), round(quantile(syncs, 0.99))]
    const load = round(loadavg()[0] ?? 0)
    this.add(
      { name: 'fdatasync-4k', unit: 'ms', figure: p50, n: SYNCS, p50, p99, where, load },
      `${this.#machine}, load ${String(load)}; fdatasync of 4 KiB on ${where}: p50 ${String(p50)} ms, p99 ${String(p99)} ms`,
    )
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** Three significant digits. */
export function round(value: number): number {
  return Number(value.toPrecision(3))
}

function timeSyncs(folder: string): readonly number[] {
  const file = join(folder, 'syncs')
  const descriptor = openSync(file, 'w')
  const page = new Uint8Array(4096)
  const times = Array.from({ length: SYNCS }, () => {
    const from = performance.now()
    writeSync(descriptor, page)
    fdatasyncSync(descriptor)
    return performance.now() - from
  })
  closeSync(descriptor)
  rmSync(file)
  return times
}
