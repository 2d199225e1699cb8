/** What a parser of foreign bytes promises, in a form that can be tried with any bytes. */
import { RunnerMeshError, type ErrorCode } from '../../../src/core/errors.ts'

export interface FuzzTarget {
  readonly name: string
  /** What its inputs consist of: a mutator that knows gets deeper. Text of several messages has one a line. */
  readonly form: 'bytes' | 'text' | 'json-lines'
  readonly seeds: readonly (string | Uint8Array)[]
  /** What may matter anywhere in an input. */
  readonly words?: readonly string[]
  /** Bytes of the largest input. */
  readonly largest?: number
  /**
   * Tries one input and names what came of it in few words (a new name is as good as new code). Whatever it throws is a
   * broken promise: an expected refusal must not pass as one.
   */
  attempt(input: Uint8Array): string | Promise<string>
}

/** A promise that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/** @throws Broken */
export function hold(isTrue: boolean, promise: string): asserts isTrue {
  if (!isTrue) throw new Broken(promise)
}

/** The name of an expected refusal. @throws what was thrown, when it is not one of these */
export function refusal(thrown: unknown, ...expected: readonly ErrorCode[]): string {
  if (thrown instanceof RunnerMeshError && expected.includes(thrown.code)) return `refused: ${thrown.code}`
  throw thrown
}

/** The lines of an input, each of them a message. */
export function linesOf(input: Uint8Array, most = 64): Buffer[] {
  const bytes = Buffer.from(input)
  const lines: Buffer[] = []
  for (let at = 0; at < bytes.length && lines.length < most;) {
    const end = bytes.indexOf(10, at)
    const line = bytes.subarray(at, end < 0 ? bytes.length : end)
    if (line.length > 0) lines.push(line)
    at = end < 0 ? bytes.length : end + 1
  }
  return lines
}

/** The same bytes in pieces whose lengths follow from the bytes themselves, so that an input is cut alike each time. */
export function piecesOf(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < input.length;) {
    const length = 1 + ((input[at] ?? 0) % 7)
    pieces.push(input.subarray(at, at + length))
    at += length
  }
  return pieces
}
