/**
 * What the signed envelope of a task says (kind `task`, domain `runner-mesh/task/1`). The payload is JSON bytes, sealed by
 * the accepting peer's key in libp2p's RecordEnvelope, stored and forwarded verbatim, and parsed only after verification.
 * It is signed before the id exists: the grant carries id and fence.
 */
import { z } from 'zod'
import { RunnerMeshError } from './errors.ts'
import { HOUR } from './lease.ts'

export const ENVELOPE_DOMAINS = {
  task: 'runner-mesh/task/1',
  announcement: 'runner-mesh/announcement/1',
  task_token: 'runner-mesh/task-token/1',
} as const
export type EnvelopeKind = keyof typeof ENVELOPE_DOMAINS

export const taskEnvelope = z.object({
  /** The mesh id of those it is meant for: of the oldest key its signer holds, which everybody still has. */
  audience: z.string(),
  /** While keys are being changed: the newer ones, which alone some have already, or will have when it is read. */
  also: z.array(z.string()).max(8).optional(),
  nonce: z.string().min(16).max(64),
  issued_at: z.int(),
  expires_at: z.int(),
  /** Fields a reader must understand or refuse the task. */
  crit: z.array(z.string()),
  task_type: z.string(),
  payload: z.record(z.string(), z.json()),
  clocks: z.object({ queue_ms: z.int(), prepare_ms: z.int(), run_ms: z.int(), total_ms: z.int(), grace_ms: z.int() }),
  submitter: z.string(),
  depth: z.int(),
})
export type TaskEnvelope = z.output<typeof taskEnvelope>

/** Wall clocks may disagree by hours, a wrong time zone included; a task's life is of that order too. */
const ENVELOPE_SKEW_MS = 12 * HOUR

const KNOWN_CRITICAL: ReadonlySet<string> = new Set(Object.keys(taskEnvelope.shape))

/** @throws RunnerMeshError signature_invalid when the content is not a task for this mesh, now */
export function parseTaskEnvelope(
  payload: Uint8Array,
  expected: { readonly meshes: readonly string[]; readonly now: number },
): TaskEnvelope {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch (cause) {
    throw new RunnerMeshError('signature_invalid', 'The signed task is not JSON.', { cause })
  }
  const parsed = taskEnvelope.safeParse(json)
  if (!parsed.success)
    throw new RunnerMeshError('signature_invalid', 'The signed task has not the form of a task envelope.', {
      cause: parsed.error,
    })
  const envelope = parsed.data
  const unknown = envelope.crit.filter((field) => !KNOWN_CRITICAL.has(field))
  if (unknown.length > 0) {
    throw new RunnerMeshError(
      'signature_invalid',
      `The signed task needs ${unknown.join(', ')}, which this version does not know. Upgrade this peer.`,
    )
  }
  const audiences = [envelope.audience, ...(envelope.also ?? [])]
  if (!audiences.some((audience) => expected.meshes.includes(audience))) {
    throw new RunnerMeshError(
      'signature_invalid',
      `The task was signed for mesh ${audiences.join(', ')}, this is ${expected.meshes.join(', ')}.`,
    )
  }
  if (expected.now > envelope.expires_at + ENVELOPE_SKEW_MS)
    throw new RunnerMeshError('signature_invalid', 'The signed task has expired.')
  if (expected.now < envelope.issued_at - ENVELOPE_SKEW_MS) {
    throw new RunnerMeshError('signature_invalid', 'The signed task comes from the future. Set this machine’s clock.')
  }
  return envelope
}
