/**
 * Names of homes, tasks, peers and fences.
 *
 * A task id is a name, not a capability: `<home_id>.<epoch>.<seq>` routes to the home that decides the task's state,
 * and every access checks ownership or scope beside it.
 */
import { RunnerMeshError } from './errors.ts'

declare const brand: unique symbol
type Branded<T, B extends string> = T & { readonly [brand]: B }

/** 16 lowercase base32 characters, made once when a store is created. */
export type HomeId = Branded<string, 'HomeId'>
/** `<home_id>.<epoch>.<seq>` */
export type TaskId = Branded<string, 'TaskId'>
/** A libp2p peer id in its base58 text form. */
export type PeerId = Branded<string, 'PeerId'>
/** `epoch·2^40 + lsn`: grows over all tasks of a home and over takeovers, and fits a JavaScript integer. */
export type Fence = Branded<number, 'Fence'>

export interface TaskIdParts {
  readonly home: HomeId
  readonly epoch: number
  readonly seq: number
}

/** 8191 · 2^40 + (2^40 − 1) is the largest fence and equals Number.MAX_SAFE_INTEGER. */
const MAX_EPOCH = 8191
const LSN_SPAN = 2 ** 40

const HOME_ID = /^[a-z2-7]{16}$/
const TASK_ID = /^([a-z2-7]{16})\.(0|[1-9][0-9]{0,3})\.([1-9][0-9]{0,15})$/
const PEER_ID = /^[1-9A-HJ-NP-Za-km-z]{46,64}$/

export function isHomeId(text: string): text is HomeId {
  return HOME_ID.test(text)
}

/** Ten random bytes become a home id: 80 bits in RFC 4648 base32, lower case. */
export function homeIdFromBytes(bytes: Uint8Array): HomeId {
  if (bytes.length !== 10)
    throw new RunnerMeshError('internal', `A home id is made of 10 bytes, not ${String(bytes.length)}.`)
  return base32(bytes) as HomeId
}

export function findTaskIdParts(text: string): TaskIdParts | undefined {
  const match = TASK_ID.exec(text)
  if (match === null) return undefined
  const [, home, epoch, seq] = match
  const parts = { home: home as HomeId, epoch: Number(epoch), seq: Number(seq) }
  return parts.epoch <= MAX_EPOCH && Number.isSafeInteger(parts.seq) ? parts : undefined
}

/** @throws RunnerMeshError `bad_request` */
export function parseTaskId(text: string): TaskId {
  if (findTaskIdParts(text) !== undefined) return text as TaskId
  throw new RunnerMeshError(
    'bad_request',
    `Not a task id: ${quote(text)}. Expected <home>.<epoch>.<number>, as a submit answers it.`,
  )
}

/** @throws RunnerMeshError `bad_request` */
export function getTaskIdParts(id: TaskId): TaskIdParts {
  const parts = findTaskIdParts(id)
  if (parts === undefined) throw new RunnerMeshError('bad_request', `Not a task id: ${quote(id)}.`)
  return parts
}

export function formatTaskId(parts: TaskIdParts): TaskId {
  return `${parts.home}.${String(parts.epoch)}.${String(parts.seq)}` as TaskId
}

/** @throws RunnerMeshError `bad_request` */
export function parsePeerId(text: string): PeerId {
  if (PEER_ID.test(text)) return text as PeerId
  throw new RunnerMeshError(
    'bad_request',
    `Not a peer id: ${quote(text)}. Expected the base58 text that a peer prints at start.`,
  )
}

/** @throws RunnerMeshError `internal` when the epoch or the log number is outside its span */
export function makeFence(epoch: number, lsn: number): Fence {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > MAX_EPOCH) {
    throw new RunnerMeshError('internal', `Epoch ${String(epoch)} is outside 0…${String(MAX_EPOCH)}.`)
  }
  if (!Number.isInteger(lsn) || lsn < 1 || lsn >= LSN_SPAN) {
    throw new RunnerMeshError('internal', `Log number ${String(lsn)} is outside 1…2^40−1.`)
  }
  return (epoch * LSN_SPAN + lsn) as Fence
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 base32 without padding, lower case. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((held >>> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + BASE32.charAt((held << (5 - bits)) & 31) : text
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
