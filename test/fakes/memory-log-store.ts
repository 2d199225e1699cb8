/** A log store in memory: the simplest thing that keeps the contract. */
import { LOG_START, positionAfter, type LogRecord } from '../../src/core/log-record.ts'
import type { AttemptKey, LogFrom, LogLimits, LogState, LogStore } from '../../src/core/ports/log-store.ts'

const ROOMY: LogLimits = { headBytes: 1e9, tailBytes: 1e9 }

export class MemoryLogStore implements LogStore {
  readonly #limits: LogLimits
  readonly #logs = new Map<string, { key: AttemptKey; records: LogRecord[]; state: LogState }>()

  constructor(limits = ROOMY) {
    this.#limits = limits
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  state(key: AttemptKey): Promise<LogState | undefined> {
    return Promise.resolve(this.#logs.get(nameOf(key))?.state)
  }

  append(key: AttemptKey, records: readonly LogRecord[]): Promise<LogState> {
    const log = this.#logs.get(nameOf(key)) ?? { key, records: [], state: { next: LOG_START, ended: false } }
    this.#logs.set(nameOf(key), log)
    for (const record of records) {
      if (log.state.ended || record.seq < log.state.next.seq) continue
      log.records.push({ ...record, bytes: record.bytes.slice() })
      log.state = { next: positionAfter(record), ended: record.kind === 'end' }
    }
    let head = 0
    let index = 0
    while (index < log.records.length && head < this.#limits.headBytes) {
      head += log.records[index]?.bytes.length ?? 0
      index += 1
    }
    let tail = log.records.slice(index).reduce((sum, { bytes }) => sum + bytes.length, 0)
    while (tail > this.#limits.tailBytes) tail -= log.records.splice(index, 1)[0]?.bytes.length ?? 0
    return Promise.resolve(log.state)
  }

  read(key: AttemptKey, from: LogFrom, maxBytes: number): Promise<readonly LogRecord[]> {
    const log = this.#logs.get(nameOf(key))
    const wanted = (log?.records ?? []).filter((record) => {
      if ('seq' in from) return record.seq >= from.seq
      if ('since' in from) return record.at >= from.since
      return from.tailLines > 0 && positionAfter(record).lines >= (log?.state.next.lines ?? 0) - from.tailLines
    })
    let bytes = 0
    const most = wanted.findIndex((record, index) => {
      bytes += record.bytes.length
      return index > 0 && bytes > maxBytes
    })
    return Promise.resolve(most < 0 ? wanted : wanted.slice(0, most))
  }

  attempts(taskId: string): Promise<readonly number[]> {
    const keys = [...this.#logs.values()].map(({ key }) => key)
    return Promise.resolve(
      keys
        .filter((key) => key.taskId === taskId)
        .map(({ attempt }) => attempt)
        .sort((a, b) => a - b),
    )
  }

  keys(): Promise<readonly AttemptKey[]> {
    return Promise.resolve([...this.#logs.values()].map(({ key }) => key))
  }

  remove(key: AttemptKey): Promise<void> {
    this.#logs.delete(nameOf(key))
    return Promise.resolve()
  }
}

function nameOf({ taskId, attempt }: AttemptKey): string {
  return `${taskId}/${String(attempt)}`
}
