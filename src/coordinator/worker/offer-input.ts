/** A worker's offer as it travels with a claim. */
import type { Offer } from '../../core/fit.ts'
import type { RawInput } from '../../core/operations/catalog.ts'

export function toOfferInput(offer: Offer): NonNullable<RawInput<'p2p_taskqueue_claim_next'>['offer']> {
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
    policy: { ...offer.policy, networks: [...offer.policy.networks] },
  }
}
