/** The messages of a HELLO as they are read: strict in what is needed, passing over what a newer version may add. */
import { z } from 'zod'
import { parseStandingCapabilities } from '../core/capabilities.ts'
import { RunnerMeshError } from '../core/errors.ts'
import { isHomeId, type HomeId } from '../core/ids.ts'

export const MAX_ADDRESSES = 16

const nonce = z.base64url().length(43)
const proof = z.base64url().length(43)
/** Read leniently: of a newer version it may have another form. */
const capabilities = z.unknown().optional().transform(parseStandingCapabilities)
const homeId = z.custom<HomeId>((value) => typeof value === 'string' && isHomeId(value))

const introduction = {
  mesh: z.string().max(64),
  peer: z.string().max(128),
  homes: z.array(homeId).max(64),
  features: z.array(z.string().regex(/^[A-Za-z0-9._/-]{1,64}$/)).max(64),
  runner_name: z.string().max(256),
  addresses: z.array(z.string().max(512)).max(MAX_ADDRESSES).optional(),
  nonce,
  /** Fields that the other side must know to go on. */
  crit: z.array(z.string().max(64)).max(16).optional(),
}
const id = z.union([z.int(), z.string().max(64)])
export const helloRequest = z.object({
  id,
  method: z.literal('hello'),
  params: z.object({
    ...introduction,
    versions: z.array(z.string().max(16)).min(1).max(16),
    also: z.array(z.string().max(64)).max(8).optional(),
  }),
})
export const helloResult = z.object({ ...introduction, version: z.string().max(16), proof })
export const proveRequest = z.object({
  id,
  method: z.literal('hello.prove'),
  params: z.object({ proof, capabilities }),
})
export const proveResult = z.object({ admitted: z.literal(true), capabilities })
export const refusal = z.object({
  error: z.object({ data: z.object({ code: z.string().max(64) }).optional() }),
})

/** @throws RunnerMeshError protocol_mismatch */
export function checkCritical(crit: readonly string[] = [], known: z.ZodObject): void {
  const unknown = crit.filter((field) => !Object.hasOwn(known.shape, field))
  if (unknown.length === 0) return
  const message = `The peer needs ${unknown.map((field) => JSON.stringify(field)).join(', ')} to be understood, which this version does not know. Upgrade this peer.`
  throw new RunnerMeshError('protocol_mismatch', message)
}
