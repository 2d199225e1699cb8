/**
 * The trace of a task, named by what the task is named by: every peer that touches it, today or after a restart, whatever
 * its version, computes the same ids, and nothing has to travel with it.
 *
 *   trace id   10 bytes of the home id, 6 bytes of epoch and number   (a task id says the same)
 *   span ids   8 bytes: what kind of span, then whose: the task's number or the fence of an attempt
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
import { getTaskIdParts, type Fence, type TaskId } from './ids.ts'

/** The first byte of a span id; each is once in a trace for each number. */
const KIND = {
  task: 1,
  attempt: 2,
  submit: 3,
  wait: 4,
  pull: 5,
  build: 6,
  create: 7,
  start: 8,
  run: 9,
  collect: 10,
} as const
export type SpanKindName = keyof typeof KIND

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const SEQ_BITS = 35n

/** @returns 32 hex digits */
export function traceIdOf(taskId: TaskId): string {
  const { home, epoch, seq } = getTaskIdParts(taskId)
  let bits = 0n
  for (const letter of home) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(letter))
  const number = (BigInt(epoch) << SEQ_BITS) | BigInt.asUintN(Number(SEQ_BITS), BigInt(seq))
  return hex(bits, 20) + hex(number, 12)
}

/** @param of a fence, or 0 for what a task has once. @returns 16 hex digits */
export function spanIdOf(kind: SpanKindName, of: number): string {
  return hex(BigInt(KIND[kind]), 2) + hex(BigInt(of), 14)
}

/** What a program in a container continues: the header's value for the attempt it belongs to. */
export function traceparentOf(taskId: TaskId, fence: Fence): string {
  return `00-${traceIdOf(taskId)}-${spanIdOf('attempt', fence)}-01`
}

function hex(value: bigint, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
