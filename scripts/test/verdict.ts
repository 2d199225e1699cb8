/**
 * Judges a run beyond what the runner fails by itself. Refused as well:
 *   - `.only`, which would hide every other test from whoever runs it the other way,
 *   - a skip without a reason, and every todo (the runner lets a failing one pass),
 *   - a file without a single test (the runner counts it as one that passed),
 *   - a run without any test.
 */
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

export class Verdict {
  readonly #root: string
  readonly #refused: string[] = []
  readonly #closing: string[] = []
  readonly #counts = new Map<string, number>()

  constructor(root: string) {
    this.#root = root
  }

  /** Everything a reporter should show at once; the closing lines are held back, so that nothing comes after them. */
  async *withoutClosing(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
    for await (const event of events) if (!this.#judge(event)) yield event
  }

  get passed(): boolean {
    return this.#refused.length === 0 && this.#failed === 0 && this.#count('pass') > 0
  }

  closing(): string {
    const refused = this.#refused.map((line) => `✖ refused: ${line}\n`).join('')
    const lines = this.#closing.map((line) => `ℹ ${line}\n`).join('')
    return `${refused}${lines}${this.#count('pass')} passed, ${this.#failed + this.#refused.length} failed\n`
  }

  get #failed(): number {
    return this.#count('fail') + this.#count('cancelled')
  }

  #count(name: string): number {
    return this.#counts.get(name) ?? 0
  }

  /** Whether the event is one of the closing lines. */
  #judge(event: TestEvent): boolean {
    switch (event.type) {
      case 'test:pass':
      case 'test:fail': {
        const { data } = event
        const where = `${data.name} (${this.#place(data)})`
        if (data.skip === true) this.#refused.push(`skipped without a reason: ${where}`)
        if (data.todo !== undefined && data.todo !== false) this.#refused.push(`left to do: ${where}`)
        if (event.type === 'test:pass' && data.name === data.file) this.#refused.push(`no test in ${this.#place(data)}`)
        return false
      }
      case 'test:diagnostic': {
        const { file, message } = event.data
        if (file === undefined) return this.#close(message)
        if (message.includes("'only'")) this.#refused.push(`.only in ${this.#place(event.data)}`)
        return false
      }
      default:
        return false
    }
  }

  #close(message: string): true {
    this.#closing.push(message)
    const [name = '', count] = message.split(' ')
    this.#counts.set(name, Number(count))
    return true
  }

  #place({ file, line }: { file?: string | undefined; line?: number | undefined }): string {
    return file === undefined ? 'unknown file' : `${relative(this.#root, file)}:${line ?? 1}`
  }
}
