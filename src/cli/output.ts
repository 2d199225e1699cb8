/** Results go to standard output: one JSON document with --json, else lines for people. */
import { styleText } from 'node:util'
import { toErrorView, type RunnerMeshError } from '../core/errors.ts'

export interface Output {
  readonly json: boolean
  /** `human` is called only when people read it. */
  result(value: object, human: () => string): void
  line(text: string): void
  error(error: RunnerMeshError): void
}

export function createOutput(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  return {
    json,
    result: (value, human) => {
      stdout.write(`${json ? JSON.stringify(value) : human()}\n`)
    },
    line: (text) => {
      if (!json) stdout.write(`${text}\n`)
    },
    error: (error) => {
      if (json) stdout.write(`${JSON.stringify({ ok: false, error: toErrorView(error) })}\n`)
      stderr.write(`${styleText('red', 'error', { stream: stderr })} ${error.code}: ${error.message}\n`)
    },
  }
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, cell.length)),
    [],
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
