/** A worker's offer, and its form as it travels with a claim. */
import type { Offer } from '../../core/fit.ts'
import type { RawInput } from '../../core/operations/catalog.ts'
import type { HostCapacity } from './capacity.ts'
import type { WorkerDeps } from './worker-deps.ts'

/** What one more task could have here. */
export function offerOf(
  { self, settings, runners }: Pick<WorkerDeps, 'self' | 'settings' | 'runners'>,
  { cpus, memoryBytes, diskBytes, gpus }: HostCapacity,
): Offer {
  return {
    peer: self,
    taskTypes: [...new Set(runners.flatMap((runner) => runner.types()))],
    labels: settings.labels,
    os: settings.os,
    arch: settings.arch,
    cpus,
    memoryBytes,
    diskBytes,
    gpus,
    trust: settings.trust,
    policy: settings.policy,
    ...(settings.images === undefined ? {} : { images: settings.images() }),
  }
}

type OfferInput = NonNullable<RawInput<'p2p_taskqueue_claim_next'>['offer']>

/** @param tellsRules whether the home has not heard the rules of this policy yet: claims are many, and rules may be long */
export function toOfferInput(offer: Offer, tellsRules: boolean): OfferInput {
  const { digest, profile, networks, rules } = offer.policy
  return {
    task_types: [...offer.taskTypes],
    labels: [...offer.labels],
    os: offer.os,
    arch: offer.arch,
    cpus: offer.cpus,
    memory_bytes: offer.memoryBytes,
    disk_bytes: offer.diskBytes,
    gpus: offer.gpus,
    trust: offer.trust,
    ...(offer.images === undefined ? {} : { images: [...offer.images] }),
    policy: {
      digest,
      profile,
      networks: [...networks],
      // What a policy file held is JSON.
      ...(tellsRules && rules !== undefined ? { rules: rules as unknown as OfferInput['policy']['rules'] } : {}),
    },
  }
}
