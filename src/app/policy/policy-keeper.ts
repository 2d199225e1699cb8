/**
 * The host policy that is in force: read when the peer starts, read again when its file changes. A file that is faulty
 * then leaves the former policy in force and says so; at the start it keeps the peer from starting.
 */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { PolicySummary } from '../../core/fit.ts'
import { SECOND } from '../../core/lease.ts'
import { plainPolicy, rulesOf, type HostPolicy } from '../../core/policy/host-policy.ts'
import { whyClosed } from '../../core/policy/opening-hours.ts'
import type { Clock, Logger, Startable } from '../../core/ports/clock.ts'
import { TASK_TOKEN } from '../../core/task-token.ts'
import type { Config } from '../config.ts'
import { readSecretsFile } from './secrets-file.ts'

export interface PolicyKeeper extends Startable {
  readonly policy: HostPolicy
  /** What travels with claims. */
  readonly summary: PolicySummary
  /** The file in force; undefined when plain settings are. */
  readonly file: string | undefined
  /** Why what the file says now is not in force. */
  readonly problem: string | undefined
  /**
   * Values of secrets by their names in the secret file, read now.
   * @throws RunnerMeshError policy_refused: not there, or the file is faulty or open to others
   */
  secrets(refs: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Called each time that other rules have come into force. */
  onChange(listener: () => void): void
  /** Why this host takes no work now, as a line for people; undefined while it does. */
  whyClosed(): string | undefined
}

export type PolicyConfig = Pick<Config, 'policyFile' | 'secretsFile' | 'profile' | 'allowBridge'>

export const POLICY_FILE = 'policy.yml'
const SECRETS = 'secrets.yml'
/** A change counts once the file has looked the same twice, so that one that is being written is not read. */
const LOOK_EVERY_MS = SECOND / 4

/**
 * @returns the policy of the file, or of the settings where there is no file
 * @throws RunnerMeshError config_invalid: a faulty file, one that is named and not there, or one beside plain settings
 */
export async function loadPolicy(
  config: PolicyConfig,
  stateDir: string,
): Promise<{ readonly policy: HostPolicy; readonly path: string; readonly exists: boolean }> {
  const path = config.policyFile ?? join(stateDir, POLICY_FILE)
  const exists = config.policyFile !== undefined || (await stampOf(path)) !== undefined
  if (!exists) {
    const { profile, allowBridge } = config
    const network = allowBridge === true ? 'bridge' : 'none'
    return { policy: plainPolicy({ network, ...(profile === undefined ? {} : { profile }) }), path, exists }
  }
  const beside = [
    ...(config.profile === undefined ? [] : ['profile']),
    ...(config.allowBridge === undefined ? [] : ['allow-bridge']),
  ]
  if (beside.length > 0) {
    throw new RunnerMeshError(
      'config_invalid',
      `The setting ${beside.join(' and ')} counts only without a policy file. Say it in ${path}, or remove the setting.`,
    )
  }
  // Most hosts have none, and the parser is large.
  const { readPolicyFile } = await import('./policy-file.ts')
  return { policy: await readPolicyFile(path), path, exists }
}

/**
 * What of a policy decides over single tasks, in a form that changes whenever one of its rules does. A secret that the
 * policy names but the secret file has not is nothing that this host could give.
 */
export function summaryOf(policy: HostPolicy, secretNames: ReadonlySet<string>): PolicySummary {
  const all = rulesOf(policy)
  const rules = {
    ...all,
    secrets: Object.fromEntries(
      Object.entries(all.secrets).filter(([name]) => name === TASK_TOKEN || secretNames.has(name)),
    ),
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([rules, policy.capabilities]))
    .digest('hex')
    .slice(0, 32)
  return {
    digest,
    profile: policy.profile,
    networks: policy.network === 'bridge' ? ['none', 'bridge'] : ['none'],
    rules,
  }
}

/** Names in the secret file, without their values. @throws RunnerMeshError config_invalid */
export async function secretNamesOf(
  config: Pick<PolicyConfig, 'secretsFile'>,
  stateDir: string,
): Promise<ReadonlySet<string>> {
  const secrets = await readSecretsFile(secretsPathOf(config, stateDir), config.secretsFile !== undefined)
  return new Set(secrets.keys())
}

function secretsPathOf({ secretsFile }: Pick<PolicyConfig, 'secretsFile'>, stateDir: string): string {
  return secretsFile ?? join(stateDir, SECRETS)
}

export interface PolicyKeeperDeps {
  readonly config: PolicyConfig
  readonly stateDir: string
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: Logger
}

/** @throws RunnerMeshError config_invalid */
export async function createPolicyKeeper({ config, stateDir, clock, log }: PolicyKeeperDeps): Promise<PolicyKeeper> {
  const { path, policy: first, exists } = await loadPolicy(config, stateDir)
  const secretsPath = secretsPathOf(config, stateDir)
  const readSecrets = () => readSecretsFile(secretsPath, config.secretsFile !== undefined)

  let policy = first
  let file = exists ? path : undefined
  let names = await secretNamesOf(config, stateDir)
  let summary = summaryOf(policy, names)
  const listeners = new Set<() => void>()
  const problems = new Map<'policy' | 'secrets', string>()
  const complain = (about: 'policy' | 'secrets', problem: string): void => {
    problems.set(about, problem)
    log.error(`${about}.refused`, { problem })
  }
  const tell = (about: 'policy' | 'secrets'): void => {
    problems.delete(about)
    summary = summaryOf(policy, names)
    log.info(`${about}.in_force`, { digest: summary.digest })
    for (const listener of listeners) listener()
  }

  const readPolicyAgain = async (isThere: boolean): Promise<void> => {
    const stays = 'The former policy stays in force.'
    if (!isThere) {
      complain('policy', `The policy file ${path} is gone. ${stays}`)
      return
    }
    try {
      policy = (await loadPolicy({ ...config, policyFile: path }, stateDir)).policy
      file = path
      tell('policy')
    } catch (error) {
      complain('policy', `${errorText(error)} ${stays}`)
    }
  }
  const readSecretsAgain = async (): Promise<void> => {
    try {
      names = new Set((await readSecrets()).keys())
      tell('secrets')
    } catch (error) {
      names = new Set()
      summary = summaryOf(policy, names)
      complain('secrets', `${errorText(error)} No task gets a secret.`)
    }
  }
  const watches = [await Watch.open(path, readPolicyAgain), await Watch.open(secretsPath, readSecretsAgain)]
  let stopped = true
  let stopTimer = (): void => undefined
  let looking = Promise.resolve()
  const schedule = (): void => {
    stopTimer = clock.after(LOOK_EVERY_MS, () => {
      looking = lookAt(watches).then(() => {
        if (!stopped) schedule()
      })
    })
  }

  return {
    get policy() {
      return policy
    },
    get summary() {
      return summary
    },
    get file() {
      return file
    },
    get problem() {
      return problems.size === 0 ? undefined : [...problems.values()].join(' ')
    },
    secrets: async (refs) => {
      try {
        return pick(await readSecrets(), refs)
      } catch (cause) {
        throw new RunnerMeshError('policy_refused', errorText(cause), { cause })
      }
    },
    onChange: (listener) => {
      listeners.add(listener)
    },
    whyClosed: () => whyClosedNow(policy, clock),
    start: () => {
      if (stopped) schedule()
      stopped = false
      return Promise.resolve()
    },
    stop: async () => {
      stopped = true
      stopTimer()
      await looking
    },
  }
}

async function lookAt(watches: readonly Watch[]): Promise<void> {
  for (const watch of watches) await watch.look()
}

function pick(all: ReadonlyMap<string, string>, refs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    refs.map((ref) => {
      const value = all.get(ref)
      if (value !== undefined) return [ref, value]
      throw new RunnerMeshError('policy_refused', `The secrets file of this host has no ${ref}.`)
    }),
  )
}

/** A file, and what is to be done when it has changed and stands still again. */
class Watch {
  readonly #path: string
  readonly #changed: (isThere: boolean) => Promise<void>
  #known: string | undefined
  #seen: string | undefined

  static async open(path: string, changed: (isThere: boolean) => Promise<void>): Promise<Watch> {
    return new Watch(path, changed, await stampOf(path))
  }

  private constructor(path: string, changed: (isThere: boolean) => Promise<void>, known: string | undefined) {
    this.#path = path
    this.#changed = changed
    this.#known = known
    this.#seen = known
  }

  async look(): Promise<void> {
    const stamp = await stampOf(this.#path)
    const isStill = stamp === this.#seen
    this.#seen = stamp
    if (!isStill || stamp === this.#known) return
    this.#known = stamp
    await this.#changed(stamp !== undefined)
  }
}

/** Equal for a file that was not touched; undefined when there is none. */
async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path)
    return [ino, size, mtimeMs, ctimeMs].join(' ')
  } catch {
    return undefined
  }
}

/** @returns why a host of this policy takes no work now, by the clock on its wall */
export function whyClosedNow(policy: HostPolicy, clock: Pick<Clock, 'now'>): string | undefined {
  const local = new Date(clock.now())
  return whyClosed(policy, {
    day: (local.getDay() + 6) % 7,
    minute: local.getHours() * 60 + local.getMinutes(),
  })
}
