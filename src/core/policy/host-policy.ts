/**
 * What the owner of a machine allows to run there. The schema is the file's: docs/policy.md is generated from it. Every
 * object is closed, so a misspelt rule is refused by name and never silently without effect.
 */
import { z } from 'zod'
import { NETWORKS, PROFILES, type NetworkMode, type Profile } from '../task.ts'

const imagePatterns = z
  .array(z.string().regex(/^[a-z0-9*][a-z0-9._:/*-]{0,255}$/, 'is not a pattern such as ghcr.io/owner/** or alpine'))
  .max(256)
const repositoryPatterns = z
  .array(z.string().regex(/^[A-Za-z0-9*][A-Za-z0-9._:/*-]{0,255}$/, 'is not a pattern such as owner/* or owner/name'))
  .max(256)
const peerId = z
  .string()
  .regex(/^(?:12D3KooW|16Uiu2HA|Qm)[1-9A-HJ-NP-Za-km-z]{38,52}$/, 'is not a peer id such as 12D3KooW…')
/** A peer id, or a principal as its home names it. */
const submitter = z.string().min(1).max(256)
const hostPath = z
  .string()
  .regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0:,]*$/, 'is not an absolute path without .. such as /srv/models')
const capability = z
  .string()
  .regex(/^[A-Z][A-Z_]{2,31}$/, 'is not a capability such as NET_BIND_SERVICE')
  .refine((name) => !name.startsWith('CAP_'), 'is written without CAP_')
  .refine((name) => name !== 'ALL', 'would be every one: name those that are needed')
const time = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, 'is not a time such as 08:30')

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

const images = z.strictObject({
  allow: imagePatterns
    .default(['**'])
    .describe(
      'Patterns of images that may run. `*` stands for one part of a name, `**` for any; without a registry they mean Docker Hub.',
    ),
  deny: imagePatterns.default([]).describe('Patterns of images that may not, whatever `allow` says.'),
  digest: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe(
      'Whether an image must be fixed by its digest: `name@sha256:…`, or a tag that was resolved when the task was accepted.',
    ),
  public: z
    .boolean()
    .default(true)
    .describe(
      'Whether images of registries to which anybody may publish (Docker Hub, ghcr.io, quay.io, …) may run when only a bare `**` allows them.',
    ),
})

const repositories = z.strictObject({
  allow: repositoryPatterns
    .default(['**'])
    .describe('Patterns of repositories whose Dockerfiles may be built and run; `owner/*` means GitHub’s.'),
  deny: repositoryPatterns.default([]).describe('Patterns of repositories that may not.'),
})

const limits = z.strictObject({
  cpus: z.number().min(0.01).optional().describe('Processors of one task.'),
  memory_mb: z.int().min(6).optional().describe('Memory of one task, MiB.'),
  disk_mb: z.int().min(1).optional().describe('Disk of one task, MiB.'),
  shm_mb: z.int().min(1).optional().describe('Shared memory of one task, MiB.'),
  pids: z.int().min(1).optional().describe('Processes of one task.'),
  gpus: z.int().min(0).optional().describe('GPUs of one task.'),
  run_seconds: z.number().min(0.1).optional().describe('Longest run that a task may ask for.'),
  prepare_seconds: z.number().min(1).optional().describe('Longest pull or build that a task may ask for.'),
})

const mount = z.strictObject({
  path: hostPath.describe('A folder of the host; folders inside it count as well.'),
  write: z.boolean().default(false).describe('Whether a task may write there.'),
})

const secretRule = z.strictObject({
  images: imagePatterns.optional().describe('Patterns of images that may use it; without, any image that may run.'),
  repositories: repositoryPatterns.optional().describe('Patterns of repositories that may use it.'),
  submitters: z
    .array(submitter)
    .optional()
    .describe('Who may use it: peer ids of accepting peers, or submitters as they name them, such as `token:ci`.'),
  env: z
    .boolean()
    .default(false)
    .describe('Whether it may be set as an environment variable too, where `docker inspect` shows it.'),
})

const opening = z.strictObject({
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .default([...DAYS])
    .describe('Days of the week, by the host’s clock.'),
  from: time.default('00:00').describe('When work may start.'),
  to: time.default('24:00').describe('When no more work is taken; before `from` it means the next day.'),
})

/** The part that decides over single tasks. It travels with claims, so that homes offer nothing that would be refused. */
const ruleFields = {
  submitters: z
    .union([z.literal('mesh'), z.array(peerId).max(256)])
    .default('mesh')
    .describe(
      'Whose tasks run here: `mesh` for those that any member of the mesh accepted and signed, or a list of peer ids.',
    ),
  loop_depth: z
    .int()
    .min(0)
    .max(64)
    .default(3)
    .describe('How deep tasks may stand that were submitted by tasks: 0 refuses all of them.'),
  profile: z.enum(PROFILES).default('standard').describe('The loosest isolation: `strict`, `standard` or `trusted`.'),
  network: z
    .enum(NETWORKS)
    .default('none')
    .describe(
      'The most network: `none`, or `bridge` for tasks that ask for it, as those of profile `trusted` do unless they say `none`.',
    ),
  images: images.prefault({}),
  repositories: repositories.prefault({}),
  limits: limits.prefault({}),
  mounts: z.array(mount).max(64).default([]).describe('Folders of the host that tasks of profile `trusted` may mount.'),
  devices: z
    .array(hostPath.startsWith('/dev/', 'is not a device such as /dev/kvm'))
    .max(64)
    .default([])
    .describe('Devices of the host that tasks of profile `trusted` may use.'),
  secrets: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, 'is not a name such as NPM_TOKEN'), secretRule)
    .default({})
    .describe('Secrets of the secret file that tasks may use, by name. One that is not named here is used by nobody.'),
} as const

export const policyRules = z.object(ruleFields)
export type PolicyRules = z.output<typeof policyRules>

export const hostPolicy = z.strictObject({
  ...ruleFields,
  capabilities: z
    .array(capability)
    .max(40)
    .default(['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'])
    .describe('Kernel capabilities of tasks of profile `trusted`; everything else is dropped.'),
  hours: z.array(opening).max(64).default([]).describe('When work is taken; empty means always. Running tasks go on.'),
  pause: z.boolean().default(false).describe('Takes no work at all while true. Running tasks go on.'),
})
export type HostPolicy = z.output<typeof hostPolicy>

/** A policy with nothing but defaults, or with what the settings of a peer without a policy file say. */
export function plainPolicy(settings: { readonly profile?: Profile; readonly network?: NetworkMode } = {}): HostPolicy {
  return hostPolicy.parse(settings)
}

/** What of it homes are told. */
export function rulesOf(policy: HostPolicy): PolicyRules {
  return policyRules.parse(policy)
}
