/**
 * Whether a peer may run a task: one pure function for the home (to route), the worker (to refuse) and `explain`.
 * The first rule that turns a peer down is the answer people see.
 */
import { canonicalTaskType } from './task-aliases.ts'
import type { PeerId } from './ids.ts'
import type { PolicyRules } from './policy/host-policy.ts'
import { findRefusal, type PolicyRule } from './policy/verdict.ts'
import { PROFILES, type NetworkMode, type Profile, type Requirements, type TrustClass } from './task.ts'

/** What a peer offers, as it travels with every claim. Sizes in bytes; free capacity, not installed capacity. */
export interface Offer {
  readonly peer: PeerId
  /** Empty means any type. Canonical names. */
  readonly taskTypes: readonly string[]
  readonly labels: readonly string[]
  readonly os: string
  readonly arch: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly gpus: number
  readonly trust: TrustClass
  readonly policy: PolicySummary
  /** Marks of the images it has. */
  readonly images?: readonly string[]
}

/** The part of a host policy that a home needs in order not to offer what will be refused. */
export interface PolicySummary {
  /** Changes whenever the policy does; a refusal is remembered for (task, peer, digest). */
  readonly digest: string
  /** The loosest profile the host allows. */
  readonly profile: Profile
  readonly networks: readonly NetworkMode[]
  /** All its rules over single tasks; a home that has not heard them yet learns of them by being refused. */
  readonly rules?: PolicyRules
}

export interface Misfit {
  readonly rule:
    'task_type' | 'peer' | 'labels' | 'os' | 'arch' | 'cpus' | 'memory' | 'disk' | 'gpus' | 'trust' | PolicyRule
  /** One line for people: what is asked, what is there. */
  readonly message: string
}

/** @returns undefined when the peer fits */
export function findMisfit(needs: Requirements, offer: Offer): Misfit | undefined {
  if (offer.taskTypes.length > 0 && !offer.taskTypes.includes(canonicalTaskType(needs.taskType))) {
    return misfit('task_type', `runs ${offer.taskTypes.join(', ')}, not ${needs.taskType}`)
  }
  if (needs.peers.length > 0 && !needs.peers.includes(offer.peer)) return misfit('peer', 'the task names other peers')
  const missing = needs.labels.filter((label) => !offer.labels.includes(label))
  if (missing.length > 0)
    return misfit('labels', `lacks the label${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`)
  if (needs.os !== undefined && needs.os !== offer.os) return misfit('os', `os ${offer.os}, task needs ${needs.os}`)
  if (needs.arch !== undefined && needs.arch !== offer.arch)
    return misfit('arch', `arch ${offer.arch}, task needs ${needs.arch}`)
  if (needs.cpus > offer.cpus) return misfit('cpus', `cpus ${String(offer.cpus)} < ${String(needs.cpus)}`)
  if (needs.memoryBytes > offer.memoryBytes)
    return misfit('memory', `memory ${mib(offer.memoryBytes)} < ${mib(needs.memoryBytes)}`)
  if (needs.diskBytes > offer.diskBytes) return misfit('disk', `disk ${mib(offer.diskBytes)} < ${mib(needs.diskBytes)}`)
  if (needs.gpus > offer.gpus) return misfit('gpus', `gpu ${String(offer.gpus)} < ${String(needs.gpus)}`)
  if (needs.trust !== undefined && needs.trust !== offer.trust)
    return misfit('trust', `trust class ${offer.trust}, task needs ${needs.trust}`)
  if (PROFILES.indexOf(needs.profile) > PROFILES.indexOf(offer.policy.profile)) {
    return misfit('profile', `host policy allows ${offer.policy.profile}, task asks for ${needs.profile}`)
  }
  if (!offer.policy.networks.includes(needs.network))
    return misfit('network', `host policy allows no network ${needs.network}`)
  const refusal = offer.policy.rules === undefined ? undefined : findRefusal(offer.policy.rules, needs)
  return refusal === undefined ? undefined : misfit(refusal.rule, `host policy: ${refusal.message}`)
}

export function fits(needs: Requirements, offer: Offer): boolean {
  return findMisfit(needs, offer) === undefined
}

/** Equal text for equal requirements: the key under which a store interns a fit class. */
export function fitClassKey(needs: Requirements): string {
  return JSON.stringify([
    needs.taskType,
    needs.labels,
    needs.os ?? null,
    needs.arch ?? null,
    needs.cpus,
    needs.memoryBytes,
    needs.diskBytes,
    needs.gpus,
    needs.profile,
    needs.network,
    needs.trust ?? null,
    needs.peers,
    needs.asks ?? null,
  ])
}

function misfit(rule: Misfit['rule'], message: string): Misfit {
  return { rule, message }
}

function mib(bytes: number): string {
  return `${String(Math.floor(bytes / 1_048_576))} MiB`
}
