/** A container's payload, and what it ended with, in the predecessor's words, beside our own so that nothing is hidden. */
import { SECOND } from '../../core/lease.ts'
import type { Json, JsonObject } from '../../core/task.ts'
import { isObject } from './python-json.ts'

/** What its own tools say where we say nothing: its workers drop a task without a model name. */
export const CONTAINER_MODEL = 'docker'

/** @param runMs its `timeout` */
export function toTheirPayload(payload: JsonObject, runMs: number): JsonObject {
  const { gpus, memory_mb: memory, cpus, network, ref } = payload
  return {
    ...payload,
    ...(typeof memory === 'number' ? { memory_limit: `${String(memory)}m` } : {}),
    ...(cpus === undefined ? {} : { cpu_limit: cpus }),
    network_mode: network ?? 'none',
    timeout: Math.ceil(runMs / SECOND),
    ...(ref === undefined || ref === 'HEAD' ? {} : { branch: ref }),
    ...(typeof gpus === 'number' && gpus > 0 ? { gpus: String(gpus) } : {}),
  }
}

export interface ContainerEnd {
  readonly status: string
  readonly exitCode: number | undefined
  readonly error: string | undefined
  readonly ranMs: number | undefined
}

/** @returns the result as it is when it is not of a container that ran */
export function toTheirResult(result: JsonObject, { status, exitCode, error, ranMs }: ContainerEnd): JsonObject {
  const { log } = result
  if (!isObject(log) || exitCode === undefined) return result
  return {
    ...result,
    success: status === 'completed',
    exit_code: exitCode,
    stdout: textOfLog(log),
    stderr: '',
    execution_time: (ranMs ?? 0) / SECOND,
    error_message: error ?? '',
  }
}

/** Both streams in one: which line came from which is not kept in a result. */
function textOfLog({ head, tail }: JsonObject): string {
  return `${isText(head) ? `${head}\n…\n` : ''}${isText(tail) ? tail : ''}`
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string'
}
