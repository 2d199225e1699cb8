/**
 * The names under which clients of ipfs_accelerate_py know our two container types and their fields. Everything is told
 * in our own words before any schema looks at it, so that there is one closed schema. What loosens isolation is refused
 * by name; what our runners do anyway is dropped; a field that neither side knows is left for the schema to refuse.
 */
import { z } from 'zod'
import { CONTAINER_TYPES, isContainerType } from './container-task.ts'
import { RunnerMeshError } from './errors.ts'
import { SECOND } from './lease.ts'
import { PRIORITY, type Json, type JsonObject } from './task.ts'

const TYPES: Readonly<Record<string, string>> = {
  'docker.execute': CONTAINER_TYPES.image,
  'docker.run': CONTAINER_TYPES.image,
  'docker.execute_docker_container': CONTAINER_TYPES.image,
  'docker.github_repo': CONTAINER_TYPES.repository,
  'docker.build_and_execute_github_repo': CONTAINER_TYPES.repository,
}

/** The one name under which a task type is stored, claimed and counted. */
export function canonicalTaskType(type: string): string {
  const name = type.trim().toLowerCase()
  return TYPES[name] ?? name
}

/** Keys of the predecessor's queue that its clients put into the payload of any task. */
const QUEUE_KEYS = [
  'priority',
  'idempotency_key',
  'max_attempts',
  'next_attempt_at',
  'session_id',
  'sticky_worker_id',
] as const

/** Those of them that an ordinary submit has an option for; the others are refused by name. */
export const queueOptions = z.strictObject({
  priority: z.int().min(PRIORITY.lowest).max(PRIORITY.highest).optional(),
  idempotency_key: z.string().min(1).max(256).optional(),
  max_attempts: z.int().min(1).max(1000).optional(),
})

export interface TranslatedPayload {
  /** In our words, not yet checked by the schema of its type. */
  readonly payload: JsonObject
  /** The predecessor's `timeout`, in milliseconds. */
  readonly runMs?: number
  /** Its queue's keys, as they were given. */
  readonly queue: Readonly<Partial<Record<(typeof QUEUE_KEYS)[number], Json>>>
}

type Translation = (value: Json, field: string) => Readonly<Record<string, Json>>

const renamed =
  (name: string): Translation =>
  (value) => ({ [name]: value })

/** An empty command of theirs means the image's own. */
const words =
  (name: string): Translation =>
  (value) =>
    value === null || value === '' || (Array.isArray(value) && value.length === 0) ? {} : { [name]: value }

const dropped: Translation = () => ({})

const IMAGE_FIELDS: Readonly<Record<string, Translation>> = {
  command: words('command'),
  cmd: words('command'),
  entrypoint: words('entrypoint'),
  env: renamed('environment'),
  memory_limit: (value, field) => ({ memory_mb: mebibytes(value, field) }),
  cpu_limit: renamed('cpus'),
  network_mode: (value, field) => ({ network: network(value, field) }),
  volumes: (value, field) => ({ mounts: mounts(value, field) }),
  gpus: (value, field) => ({ gpus: gpus(value, field) }),
  gpu: (value, field) => ({ gpus: gpus(value, field) }),
  // Live output is what everybody gets.
  stream_output: dropped,
  no_new_privileges: (value, field) => isAlways(value, true, field),
  privileged: (value, field) => isAlways(value, false, field),
}

const REPOSITORY_FIELDS: Readonly<Record<string, Translation>> = {
  ...IMAGE_FIELDS,
  repo: renamed('repo_url'),
  branch: renamed('ref'),
  dockerfile: renamed('dockerfile_path'),
  context: renamed('context_path'),
}

/** Names that a container's payload may hold beside our own. */
export const PREDECESSORS_FIELDS: readonly string[] = Object.keys(REPOSITORY_FIELDS)

/**
 * @param type canonical
 * @returns undefined when the type is not a container's
 * @throws RunnerMeshError bad_request: a value that cannot be told in our words, a field given twice; policy_refused:
 * a field that no runner grants
 */
export function translatePayload(type: string, payload: JsonObject): TranslatedPayload | undefined {
  if (!isContainerType(type)) return undefined
  const fields = type === CONTAINER_TYPES.image ? IMAGE_FIELDS : REPOSITORY_FIELDS
  const queue: Record<string, Json> = {}
  const told = new Map<string, { readonly by: string; readonly value: Json }>()
  let runMs: number | undefined
  for (const [field, value] of Object.entries(payload)) {
    if ((QUEUE_KEYS as readonly string[]).includes(field)) queue[field] = value
    else if (field === 'timeout') runMs = milliseconds(value, field)
    else {
      const translate = Object.hasOwn(fields, field) ? fields[field] : undefined
      for (const [name, inOurs] of Object.entries(translate?.(value, field) ?? { [field]: value })) {
        const earlier = told.get(name)
        if (earlier !== undefined) throw refusal(`${earlier.by} and ${field} say the same. Give one of them.`)
        told.set(name, { by: field, value: inOurs })
      }
    }
  }
  return {
    payload: Object.fromEntries([...told].map(([name, { value }]) => [name, value])),
    ...(runMs === undefined ? {} : { runMs }),
    queue,
  }
}

const SIZE = /^([0-9]+(?:\.[0-9]+)?) ?([kmgt]?)(?:i?b)?$/i
const MIB_OF: Readonly<Record<string, number>> = {
  '': 1 / 1_048_576,
  k: 1 / 1_024,
  m: 1,
  g: 1_024,
  t: 1_048_576,
}

/** A size as `docker run --memory` takes it: bytes, or a number with k, m, g or t. */
function mebibytes(value: Json, field: string): number {
  const [, number, unit] =
    SIZE.exec(typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '') ?? []
  const factor = MIB_OF[unit?.toLowerCase() ?? '']
  if (number === undefined || factor === undefined) throw refusal(`${field} is not a size such as 512m or 2g.`)
  return Math.ceil(Number(number) * factor)
}

function milliseconds(value: Json, field: string): number {
  if (typeof value !== 'number' || !(value > 0)) throw refusal(`${field} is not a number of seconds above 0.`)
  return Math.ceil(value * SECOND)
}

function network(value: Json, field: string): string {
  if (value === 'none' || value === 'bridge') return value
  if (value === 'default') return 'bridge'
  throw forbidden(`${field} ${JSON.stringify(value)} is granted by no runner. Ask for none or bridge.`)
}

/** Theirs means all devices by `true`; here the runner sets devices aside one by one, and a task says how many. */
function gpus(value: Json, field: string): number {
  if (value === true || value === 'all') return 1
  if (value === false || value === null) return 0
  const count = typeof value === 'string' && /^[0-9]{1,3}$/.test(value) ? Number(value) : value
  if (typeof count === 'number') return count
  throw refusal(`${field}: the runner chooses the devices. Give how many, such as 1.`)
}

/** `{host: container}`, where the container's side may end in `:ro` or be `{bind, mode}`. */
function mounts(value: Json, field: string): Json {
  if (!isObject(value)) throw refusal(`${field} is not an object of host paths and container paths.`)
  return Object.entries(value).map(([source, where]) => {
    const bind = isObject(where) ? where['bind'] : where
    const [target = '', ...rest] = typeof bind === 'string' ? bind.split(':') : []
    const mode = isObject(where) ? (where['mode'] ?? 'rw') : (rest[0] ?? 'rw')
    if (target === '' || rest.length > 1 || (mode !== 'ro' && mode !== 'rw')) {
      throw refusal(`${field}: ${JSON.stringify(source)} needs a path in the container, and ro or rw.`)
    }
    return { source, target, read_only: mode === 'ro' }
  })
}

function isAlways(value: Json, always: boolean, field: string): Readonly<Record<string, Json>> {
  if (value === always || value === null) return {}
  throw forbidden(`${field}: ${JSON.stringify(value)} is granted by no runner. Leave it out.`)
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refusal(message: string): RunnerMeshError {
  return new RunnerMeshError('bad_request', message)
}

function forbidden(message: string): RunnerMeshError {
  return new RunnerMeshError('policy_refused', message)
}
