/**
 * The payload of a container task: one closed schema for an image of a registry and for a Dockerfile of a repository.
 * Names are those of the wire (snake_case); sizes are MiB, durations milliseconds. Unknown fields are refused by name.
 */
import { z } from 'zod'
import { artifactPaths, inputReferences } from './artifact.ts'
import { splitWords } from './command-words.ts'
import { errorText } from './errors.ts'
import { NETWORKS, PROFILES, type JsonObject, type NetworkMode, type Profile } from './task.ts'

export const CONTAINER_TYPES = { image: 'docker.hub', repository: 'docker.github' } as const

export function isContainerType(type: string): boolean {
  return type === CONTAINER_TYPES.image || type === CONTAINER_TYPES.repository
}

/** Limits a container gets when the task names none. */
export const CONTAINER_DEFAULTS = {
  cpus: 1,
  memory_mb: 2048,
  disk_mb: 1024,
  pids: 512,
  profile: 'standard',
} as const

/** `repo[:tag][@digest]` as the engine accepts it; a leading dash, white space and control characters never pass. */
const IMAGE =
  /^(?=.{1,512}$)[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/

const imageReference = z
  .string()
  .regex(IMAGE, 'is not an image reference such as alpine:3.20, ghcr.io/owner/name:tag or name@sha256:…')
  .describe('Image, such as alpine:3.20 or ghcr.io/owner/name@sha256:…')

const noNul = (what: string) =>
  z
    .string()
    .max(131_072)
    .refine((text) => !text.includes('\0'), `${what} holds a NUL character`)

const argv = z.array(noNul('an argument')).max(1024)

const EMPTY_COMMAND = 'is empty: name a command or leave it out to run the image’s own'

/** Words of a shell string are split as a POSIX shell does, without expansions; an argv array is taken as it is. */
const command = z.union(
  [
    argv.min(1, EMPTY_COMMAND).refine((words) => words[0] !== '', EMPTY_COMMAND),
    noNul('the command').superRefine((text, context) => {
      const fault = commandFault(text)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
    }),
  ],
  { error: 'is neither text nor a list of texts; quote words that stand for something else, such as "true" and "1"' },
)

function commandFault(text: string): string | undefined {
  try {
    return splitWords(text).length === 0 ? EMPTY_COMMAND : undefined
  } catch (error) {
    return errorText(error)
  }
}

const environmentName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,255}$/, 'is not a variable name')

/** The executor tells a container its task, fence and attempt under these names; a task cannot set them. */
export const RESERVED_ENVIRONMENT = 'RUNNER_MESH_'

const taskEnvironment = z.record(
  environmentName.refine((name) => !name.startsWith(RESERVED_ENVIRONMENT), {
    error: `is reserved: names that begin with ${RESERVED_ENVIRONMENT} are set by the runner`,
  }),
  noNul('a variable'),
)

const positiveMiB = z.int().min(1).max(16_777_216)

/** Absolute, and nothing in it that climbs or that the engine's own notation would split. */
const containerPath = z
  .string()
  .max(1024)
  .regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0:,]*[^\0:,/]$/, 'is not an absolute path such as /data')

const hostMount = z.strictObject({ source: containerPath, target: containerPath, read_only: z.boolean().default(true) })
export type HostMount = z.output<typeof hostMount>

/** The host's own path of a device node, which the container sees under the same. */
const devicePath = containerPath.startsWith('/dev/', 'is not a device such as /dev/kvm')

const secretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, 'is not a name such as NPM_TOKEN: it becomes a file in /run/secrets')

/** A secret of the host's secret file, by its name there. `env` also sets it as a variable, where the host policy lets it. */
const secretReference = z.union([secretName, z.strictObject({ ref: secretName, env: z.boolean().default(false) })])

/** What both kinds of container task may ask for. */
const containerFields = {
  command: command.optional().describe('Argv, or a string split into words'),
  entrypoint: command.optional().describe('Entrypoint in place of the image’s own'),
  environment: taskEnvironment.optional().describe('Environment variables; no secrets'),
  working_dir: noNul('the directory').startsWith('/', 'must be an absolute path').optional(),
  user: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}(?::[A-Za-z0-9_.-]{1,64})?$/, 'is not user or user:group')
    .optional(),
  stdin: z.string().max(262_144).optional().describe('Text fed to standard input'),
  cpus: z.number().min(0.01).max(1024).default(CONTAINER_DEFAULTS.cpus),
  memory_mb: positiveMiB.min(6, 'is less than the 6 MiB an engine accepts').default(CONTAINER_DEFAULTS.memory_mb),
  disk_mb: positiveMiB.default(CONTAINER_DEFAULTS.disk_mb),
  pids: z.int().min(1).max(1_048_576).default(CONTAINER_DEFAULTS.pids),
  shm_mb: positiveMiB.optional(),
  tmpfs: z.record(containerPath, positiveMiB).optional().describe('Scratch in memory: MiB by absolute path'),
  read_only: z.boolean().optional().describe('Whether the root filesystem is read-only whatever the profile'),
  artifacts: artifactPaths.optional(),
  inputs: inputReferences.optional(),
  mounts: z.array(hostMount).max(32).optional().describe('Folders of the host, as far as its policy allows'),
  devices: z.array(devicePath).max(16).optional().describe('Devices of the host, as far as its policy allows'),
  secrets: z
    .record(secretName, secretReference)
    .refine((secrets) => Object.keys(secrets).length <= 32, 'are more than 32')
    .refine(
      (secrets) =>
        Object.entries(secrets).every(
          ([name, how]) => typeof how === 'string' || !how.env || taskEnvironment.safeParse({ [name]: '' }).success,
        ),
      'name a variable that a task cannot set',
    )
    .optional()
    .describe('Secrets of the host by reference: file /run/secrets/<name>'),
  gpus: z.int().min(0).max(64).default(0),
  profile: z.enum(PROFILES).default(CONTAINER_DEFAULTS.profile).describe('Isolation, tightest first'),
  network: z.enum(NETWORKS).optional().describe('Default none; with profile trusted bridge'),
} as const

export const imageTask = z.strictObject({
  image: imageReference,
  digest: z
    .string()
    .regex(/^sha256:[a-f0-9]{64}$/, 'is not a digest such as sha256:…')
    .optional()
    .describe('Filled in when the task is accepted'),
  ...containerFields,
})
export type ImageTask = z.output<typeof imageTask>

const REPOSITORY =
  /^(?:https:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/)?[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/

/** A path inside the repository: relative, without `..` and without a leading dash. */
const insidePath = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (path) => !path.startsWith('/') && !path.startsWith('-') && !path.includes('\0') && !path.split('/').includes('..'),
    'leaves the repository',
  )

export const repositoryTask = z.strictObject({
  repo_url: z
    .string()
    .regex(REPOSITORY, 'is not owner/name or https://host/owner/name')
    .describe('owner/name or https URL'),
  ref: z
    .string()
    .regex(/^(?!-)(?!.*\.\.)[A-Za-z0-9._/+@-]{1,255}$/, 'is not a branch, tag or commit')
    .default('HEAD'),
  commit: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'is not a full commit id')
    .optional()
    .describe('Filled in when the task is accepted'),
  submodules: z.boolean().default(false).describe('Whether to fetch its submodules too'),
  context_path: insidePath.default('.'),
  dockerfile_path: insidePath.default('Dockerfile').describe('Inside the context'),
  build_args: z.record(environmentName, noNul('a build argument')).optional(),
  target: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'is not a stage name')
    .optional(),
  ...containerFields,
})
export type RepositoryTask = z.output<typeof repositoryTask>

export type ContainerTask =
  ({ readonly kind: 'image' } & ImageTask) | ({ readonly kind: 'repository' } & RepositoryTask)

/** What a container is connected to: what its task says, else what its profile begins with. */
export function networkOf({
  network,
  profile,
}: {
  readonly network?: NetworkMode | undefined
  readonly profile: Profile
}): NetworkMode {
  return network ?? (profile === 'trusted' ? 'bridge' : 'none')
}

export interface SecretAsk {
  /** The file in /run/secrets, or the variable. */
  readonly name: string
  /** The name in the host's secret file. */
  readonly ref: string
  readonly env: boolean
}

export function secretAsks({ secrets = {} }: Pick<ImageTask, 'secrets'>): SecretAsk[] {
  return Object.entries(secrets).map(([name, how]) =>
    typeof how === 'string' ? { name, ref: how, env: false } : { name, ...how },
  )
}

/** What a payload holds that its submitter did not say: the digest or commit of the moment it was accepted. */
const PINNED: Readonly<Record<string, string>> = {
  [CONTAINER_TYPES.image]: 'digest',
  [CONTAINER_TYPES.repository]: 'commit',
}

/** The payload as it was asked for: two submits of one tag are the same submit, whatever the tag has come to mean. */
export function withoutPin(type: string, payload: JsonObject): JsonObject {
  const { [PINNED[type] ?? '']: _pin, ...asked } = payload
  return asked
}
