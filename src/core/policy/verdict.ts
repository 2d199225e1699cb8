/**
 * The verdict of a host policy on one task, rule by rule. One pure function for the home (what it offers to whom), the
 * worker (what it refuses, whatever a home says), `explain` and `runner-mesh policy check`.
 */
import { PROFILES, type PolicyAsks, type Requirements } from '../task.ts'
import type { PolicyRules } from './host-policy.ts'
import { imageName, imagePattern, isPublicImage, matchesPattern, repositoryPattern } from './names.ts'

/** In the order in which they are looked at. */
export const POLICY_RULES = [
  'submitters',
  'loop_depth',
  'profile',
  'network',
  'images',
  'repositories',
  'limits',
  'mounts',
  'devices',
  'secrets',
] as const
export type PolicyRule = (typeof POLICY_RULES)[number]

export interface RuleVerdict {
  readonly rule: PolicyRule
  readonly allowed: boolean
  /** One line for people: what is asked, what the policy says. */
  readonly message: string
}

export type PolicyNeeds = Pick<
  Requirements,
  'asks' | 'profile' | 'network' | 'cpus' | 'memoryBytes' | 'diskBytes' | 'gpus'
>

/** @returns what each rule says that the task gives something to say about; it may run when all allow it */
export function judge(rules: PolicyRules, needs: PolicyNeeds): RuleVerdict[] {
  return [...verdicts(rules, needs)]
}

/** @returns undefined when the task may run */
export function findRefusal(rules: PolicyRules, needs: PolicyNeeds): RuleVerdict | undefined {
  for (const verdict of verdicts(rules, needs)) if (!verdict.allowed) return verdict
  return undefined
}

function* verdicts(rules: PolicyRules, needs: PolicyNeeds): Generator<RuleVerdict> {
  const { asks } = needs
  if (asks !== undefined) {
    yield submitters(rules, asks)
    yield loopDepth(rules, asks)
  }
  yield profile(rules, needs)
  yield network(rules, needs)
  if (asks?.image !== undefined) yield image(rules, asks.image)
  if (asks?.repository !== undefined) yield repository(rules, asks.repository)
  yield limits(rules, needs)
  if (asks?.mounts !== undefined) yield mounts(rules, needs.profile, asks.mounts)
  if (asks?.devices !== undefined) yield devices(rules, needs.profile, asks.devices)
  if (asks?.secrets !== undefined) yield secrets(rules, asks, asks.secrets)
}

function submitters({ submitters: allowed }: PolicyRules, { signer }: PolicyAsks): RuleVerdict {
  if (allowed === 'mesh') return allow('submitters', 'any member of the mesh may hand in work')
  return allowed.includes(signer)
    ? allow('submitters', `${signer} is listed`)
    : refuse('submitters', `submitters does not list ${signer}, the peer that accepted the task`)
}

function loopDepth({ loop_depth: most }: PolicyRules, { depth }: PolicyAsks): RuleVerdict {
  if (depth === 0) return allow('loop_depth', 'not submitted by a task')
  const stands = `submitted by a task, depth ${depth}`
  return depth <= most
    ? allow('loop_depth', `${stands} of at most ${most}`)
    : refuse('loop_depth', `${stands}, loop_depth allows ${most}`)
}

function profile({ profile: loosest }: PolicyRules, needs: PolicyNeeds): RuleVerdict {
  return PROFILES.indexOf(needs.profile) <= PROFILES.indexOf(loosest)
    ? allow('profile', `${needs.profile}, at most ${loosest}`)
    : refuse('profile', `asks for profile ${needs.profile}, the policy allows at most ${loosest}`)
}

function network({ network: most }: PolicyRules, needs: PolicyNeeds): RuleVerdict {
  if (needs.network === 'none' || needs.network === most) return allow('network', needs.network)
  const why = needs.profile === 'trusted' ? ' (profile trusted has it unless the task says network none)' : ''
  return refuse('network', `asks for network ${needs.network}${why}, the policy allows ${most}`)
}

function image({ images }: PolicyRules, { name, pinned }: NonNullable<PolicyAsks['image']>): RuleVerdict {
  const denied = images.deny.find((pattern) => matchesPattern(imagePattern(pattern), name))
  if (denied !== undefined) return refuse('images', `${name} is denied by images.deny: ${denied}`)
  const matching = images.allow.filter((pattern) => matchesPattern(imagePattern(pattern), name))
  const [first] = matching
  if (first === undefined) return refuse('images', `${name} matches nothing in images.allow`)
  const named = matching.find((pattern) => imagePattern(pattern) !== '**')
  if (!images.public && named === undefined && isPublicImage(name)) {
    return refuse('images', `${name} is of a public registry: images.public is false and images.allow does not name it`)
  }
  if (images.digest === 'required' && !pinned) {
    return refuse('images', `${name} is not fixed by a digest, which images.digest requires`)
  }
  return allow('images', `${name} is allowed by ${named ?? first}`)
}

function repository({ repositories }: PolicyRules, name: string): RuleVerdict {
  const matches = (pattern: string) => matchesPattern(repositoryPattern(pattern), name)
  const denied = repositories.deny.find(matches)
  if (denied !== undefined) return refuse('repositories', `${name} is denied by repositories.deny: ${denied}`)
  const allowed = repositories.allow.find(matches)
  return allowed === undefined
    ? refuse('repositories', `${name} matches nothing in repositories.allow`)
    : allow('repositories', `${name} is allowed by ${allowed}`)
}

const MIB = 1_048_576

function limits({ limits: caps }: PolicyRules, needs: PolicyNeeds): RuleVerdict {
  const { asks } = needs
  const asked = {
    cpus: needs.cpus,
    memory_mb: needs.memoryBytes / MIB,
    disk_mb: needs.diskBytes / MIB,
    shm_mb: asks?.shmMb ?? 0,
    pids: asks?.pids ?? 0,
    gpus: needs.gpus,
    run_seconds: (asks?.runMs ?? 0) / 1000,
    prepare_seconds: (asks?.prepareMs ?? 0) / 1000,
  }
  const over = (Object.keys(asked) as (keyof typeof asked)[]).find((name) => asked[name] > (caps[name] ?? Infinity))
  return over === undefined
    ? allow('limits', 'within the limits')
    : refuse('limits', `asks for ${over} ${asked[over]}, limits.${over} is ${caps[over] ?? 0}`)
}

function mounts(
  { mounts: allowed }: PolicyRules,
  asked: Requirements['profile'],
  wanted: NonNullable<PolicyAsks['mounts']>,
): RuleVerdict {
  if (asked !== 'trusted')
    return refuse('mounts', `folders of the host need profile trusted, the task asks for ${asked}`)
  const refused = wanted.find((one) => !mayMount(allowed, one))
  return refused === undefined
    ? allow('mounts', wanted.map(({ source }) => source).join(', '))
    : refuse('mounts', `mounts does not list ${refused.source}${refused.write ? ' for writing' : ''}`)
}

/** Whether an image, by whatever name, may run; for those that builds stand on. */
export function mayRunImage(rules: PolicyRules, reference: string): boolean {
  return image(rules, imageName(reference)).allowed
}

/** Whether a folder of the host, or one above it, is listed. */
export function mayMount(
  allowed: PolicyRules['mounts'],
  { source, write }: { readonly source: string; readonly write: boolean },
): boolean {
  return allowed.some(({ path, write: mayWrite }) => {
    const folder = path.endsWith('/') ? path : `${path}/`
    return (mayWrite || !write) && `${source}/`.startsWith(folder)
  })
}

function devices(
  { devices: allowed }: PolicyRules,
  asked: Requirements['profile'],
  wanted: readonly string[],
): RuleVerdict {
  if (asked !== 'trusted') return refuse('devices', `devices need profile trusted, the task asks for ${asked}`)
  const refused = wanted.find((path) => !allowed.includes(path))
  return refused === undefined
    ? allow('devices', wanted.join(', '))
    : refuse('devices', `devices does not list ${refused}`)
}

function secrets(
  { secrets: known }: PolicyRules,
  asks: PolicyAsks,
  wanted: NonNullable<PolicyAsks['secrets']>,
): RuleVerdict {
  for (const { ref, env } of wanted) {
    const rule = Object.hasOwn(known, ref) ? known[ref] : undefined
    if (rule === undefined) return refuse('secrets', `secrets does not name ${ref}`)
    if (env && !rule.env) return refuse('secrets', `${ref} may be a file only: secrets.${ref}.env is false`)
    if (!mayUse(rule, asks)) {
      const who = asks.image?.name ?? asks.repository ?? 'this task'
      return refuse('secrets', `${ref} is not for ${who} of ${asks.submitter ?? asks.signer}`)
    }
  }
  return allow('secrets', wanted.map(({ ref }) => ref).join(', '))
}

/** Sources are alternatives: a secret for some images and some repositories is for either. */
function mayUse(
  { images, repositories, submitters: allowed }: PolicyRules['secrets'][string],
  { image: ofImage, repository: ofRepository, signer, submitter }: PolicyAsks,
): boolean {
  const isFree = images === undefined && repositories === undefined
  const byImage =
    ofImage !== undefined && images?.some((pattern) => matchesPattern(imagePattern(pattern), ofImage.name)) === true
  const byRepository =
    ofRepository !== undefined &&
    repositories?.some((pattern) => matchesPattern(repositoryPattern(pattern), ofRepository)) === true
  const bySubmitter =
    allowed === undefined || allowed.includes(signer) || (submitter !== undefined && allowed.includes(submitter))
  return bySubmitter && (isFree || byImage || byRepository)
}

function allow(rule: PolicyRule, message: string): RuleVerdict {
  return { rule, allowed: true, message }
}

function refuse(rule: PolicyRule, message: string): RuleVerdict {
  return { rule, allowed: false, message }
}
