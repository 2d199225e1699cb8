/** The one way from any door to a handler: access, then form, then the handler. */
import type { z } from 'zod'
import { RunnerMeshError } from '../errors.ts'
import { CATALOG, isOperationName, type Handlers, type Input, type Output, type OperationName } from './catalog.ts'
import { isAllowed, type Call } from './operation.ts'

export interface Operations {
  /**
   * @param input foreign data; a door's unknown fields are refused by name, a peer's are dropped
   * @throws RunnerMeshError unknown_operation, forbidden, bad_request, unknown_field, and whatever the handler refuses
   */
  invoke(name: string, input: unknown, call: Call): Promise<Readonly<Record<string, unknown>>>
  /** The same for callers that know the operation at compile time. */
  call<N extends OperationName>(name: N, input: unknown, call: Call): Promise<Output<N>>
}

export function createOperations(handlers: Handlers): Operations {
  const run = async <N extends OperationName>(name: N, raw: unknown, call: Call): Promise<Output<N>> => {
    const operation = CATALOG[name]
    if (!isAllowed(operation, call.caller.access)) {
      throw new RunnerMeshError(
        'forbidden',
        `${name} needs the right ${operation.access}, which ${call.caller.principal} does not have.`,
      )
    }
    const input = parseInput(operation.input, raw, { dropUnknown: call.caller.door === 'peers' }) as Input<N>
    call.signal.throwIfAborted()
    return handlers[name](input, call)
  }
  return {
    call: run,
    invoke: (name, input, call) => {
      if (!isOperationName(name)) {
        return Promise.reject(
          new RunnerMeshError('unknown_operation', `There is no operation ${JSON.stringify(name.slice(0, 80))}.`),
        )
      }
      return run(name, input, call)
    },
  }
}

/**
 * Reads foreign data by a closed schema. Between peers of different versions unknown fields are dropped instead.
 * @throws RunnerMeshError unknown_field, bad_request: naming every fault by its path
 */
export function parseInput<S extends z.ZodType>(schema: S, raw: unknown, { dropUnknown = false } = {}): z.output<S> {
  let value: unknown = raw ?? {}
  // Each round drops one level of unknown fields; a schema is never deeper than this.
  for (let round = 0; round < 8; round += 1) {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const unknown = parsed.error.issues.filter((issue) => issue.code === 'unrecognized_keys')
    if (unknown.length === 0 || unknown.length < parsed.error.issues.length || !dropUnknown)
      throw inputError(parsed.error)
    value = unknown.reduce<unknown>((rest, issue) => without(rest, issue.path, new Set(issue.keys)), value)
  }
  throw new RunnerMeshError('bad_request', 'The input is nested too deeply.')
}

function inputError(error: z.ZodError): RunnerMeshError {
  const unknown = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => dotted([...issue.path, key])) : [],
  )
  if (unknown.length > 0) {
    return new RunnerMeshError(
      'unknown_field',
      `Unknown field${unknown.length > 1 ? 's' : ''} ${unknown.slice(0, 8).join(', ')}. Remove or correct ${unknown.length > 1 ? 'them' : 'it'}.`,
    )
  }
  const faults = error.issues
    .slice(0, 8)
    .map((issue) => `${issue.path.length > 0 ? dotted(issue.path) : 'input'}: ${issue.message}`)
  return new RunnerMeshError('bad_request', `${faults.join('; ')}.`)
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, 80)).join('.')
}

function without(value: unknown, path: readonly PropertyKey[], keys: ReadonlySet<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  const [head, ...rest] = path
  if (Array.isArray(value))
    return value.map((item, index): unknown => (index === head ? without(item, rest, keys) : item))
  if (head === undefined) return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key)))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === head ? without(item, rest, keys) : item]),
  )
}
