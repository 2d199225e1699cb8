/**
 * Configuration: one schema, read once, at the edge. Environment variables are `RUNNER_MESH_<STEM>`; the command line and
 * the Action use the same stem in kebab-case. Outside values are strings with units in their names; inside they are
 * milliseconds and lists. A faulty configuration names every fault at once, and never a secret's value.
 */
import { z } from 'zod'
import { RunnerMeshError } from '../core/errors.ts'
import { HOUR, MINUTE, SECOND } from '../core/lease.ts'
import { environmentName, type Environment } from './settings/environment.ts'
import { LEGACY_SETTINGS } from './settings/legacy-settings.ts'
import { LOG_LEVELS } from './logger.ts'
import { HTTP_SETTINGS } from './settings/http-settings.ts'
import { DASHBOARD_SETTINGS } from './settings/dashboard-settings.ts'
import { POLICY_SETTINGS } from './policy/policy-settings.ts'
import { MEMBERSHIP_SETTINGS } from './settings/membership-settings.ts'
import { REGISTRY_SETTINGS } from './settings/registry-settings.ts'
import { STORE_SETTINGS } from './settings/store-settings.ts'
import { RELAY_SETTINGS } from './settings/relay-settings.ts'
import { REMOTE_SETTINGS } from './settings/remote-settings.ts'
import { TRACING_SETTINGS } from './settings/tracing-settings.ts'
import { WEBHOOK_SETTINGS } from './settings/webhook-settings.ts'
import { flag, list, mebibytes, MIB, number, seconds, setting, wholeNumber, type Setting } from './settings/setting.ts'

/** Every setting there is; the reference page of the documentation is generated from it. */
export const SETTINGS = {
  stateDir: setting(
    'state-dir',
    z.string().min(1).optional(),
    undefined,
    'Where this peer keeps its key, queue and journal. Default: `runner-mesh` under the XDG state home. One process per directory.',
  ),
  otherStateDirs: setting(
    'other-state-dirs',
    list(''),
    '',
    'State directories of other peers on this machine that serve the same home, comma separated. The command line goes on through one of them when its own peer is away.',
  ),
  ...REMOTE_SETTINGS,
  meshKey: {
    ...setting(
      'key',
      z.string().optional(),
      undefined,
      'The mesh key: 32 bytes in base64url. Whoever holds it is a member.',
    ),
    secret: true,
  },
  meshKeyFile: setting(
    'key-file',
    z.string().min(1).optional(),
    undefined,
    'A file that holds the mesh key. Default: `mesh.key` in the state directory.',
  ),
  previousKeyFiles: setting(
    'previous-key-files',
    list(''),
    '',
    'Files with mesh keys that are still accepted while a fleet changes over, comma separated.',
  ),
  runnerName: setting(
    'runner-name',
    z.string().min(1).max(128).optional(),
    undefined,
    'The name people see. Default: RUNNER_NAME, the name in the runner’s folder, the host name.',
  ),
  listen: setting(
    'listen',
    list(''),
    '',
    'Addresses to listen on for peers, comma separated. Default: /ip4/0.0.0.0/tcp/9720 for `up`, none for `worker`.',
  ),
  announce: setting(
    'announce',
    list(''),
    '',
    'Addresses to tell others beside those listened on, such as a forwarded port, comma separated.',
  ),
  bootstrap: setting(
    'bootstrap',
    list(''),
    '',
    'Addresses of peers to connect to, each ending in /p2p/<peer id>, comma separated.',
  ),
  registryDir: setting(
    'registry-dir',
    z.string().min(1).optional(),
    undefined,
    'A folder that peers share: each keeps its signed announcement there, and finds the others.',
  ),
  ...STORE_SETTINGS,
  ...RELAY_SETTINGS,
  ...REGISTRY_SETTINGS,
  ...MEMBERSHIP_SETTINGS,
  mdns: setting('mdns', flag.default(false), 'false', 'Whether to find peers of the local network by multicast DNS.'),
  predecessorAnnounceFile: setting(
    'predecessor-announce-file',
    z.string().min(1).optional(),
    undefined,
    'An announce file of ipfs_accelerate_py to read addresses from.',
  ),
  predecessorPeerDir: setting(
    'predecessor-peer-dir',
    z.string().min(1).optional(),
    undefined,
    'A folder with peer_<runner>.json files of ipfs_accelerate_py to read addresses from.',
  ),
  ...HTTP_SETTINGS,
  ...WEBHOOK_SETTINGS,
  ...DASHBOARD_SETTINGS,
  ...TRACING_SETTINGS,
  ...LEGACY_SETTINGS,
  work: setting('work', flag.default(true), 'true', 'Whether this peer runs tasks itself.'),
  slots: setting('slots', number(1, 4096).optional(), undefined, 'Tasks at a time. Default: one per processor.'),
  labels: setting('labels', list(''), '', 'Labels that tasks can ask for, comma separated.'),
  ...POLICY_SETTINGS,
  dockerHost: setting(
    'docker-host',
    z.string().min(1).optional(),
    undefined,
    'The Docker Engine, as unix:///path or tcp://host:port. Default: DOCKER_HOST, then unix:///var/run/docker.sock.',
  ),
  pinImages: setting(
    'pin-images',
    flag.default(true),
    'true',
    'Whether tags become digests when a task is accepted, by asking their registry.',
  ),
  imageCacheGb: setting(
    'image-cache-gb',
    number(0, 1_000_000).default(20),
    '20',
    'Gigabytes that images pulled or built for tasks may have together; beyond, those unused for longest go.',
  ),
  diskFreeGb: setting(
    'disk-free-gb',
    number(0, 1_000_000).default(5),
    '5',
    'Gigabytes to leave free where the engine keeps its data: below, images of tasks go.',
  ),
  leaseMs: setting(
    'lease-seconds',
    seconds(2, 3600).default(30 * SECOND),
    '30',
    'How long a task stays with a worker that is not heard of.',
  ),
  lostGraceMs: setting(
    'lost-grace-seconds',
    seconds(0, 86_400).default(10 * MINUTE),
    '600',
    'How long a task that is not idempotent waits for its lost worker before it fails with worker_lost.',
  ),
  runForMs: setting(
    'run-for-seconds',
    seconds(1, 30 * 86_400).optional(),
    undefined,
    'Stop by itself after this long.',
  ),
  retentionMs: setting(
    'retention-hours',
    number(0.01, 24 * 365)
      .transform((hours) => Math.round(hours * HOUR))
      .default(24 * HOUR),
    '24',
    'How long ended tasks are kept.',
  ),
  logMaxBytes: setting(
    'log-max-mb',
    mebibytes(1, 65_536).default(64 * MIB),
    '64',
    'How much of the log of one attempt is kept, in MiB: its head and its tail.',
  ),
  artifactMaxBytes: setting(
    'artifact-max-mb',
    mebibytes(1, 1_048_576).default(1024 * MIB),
    '1024',
    'How much the artifacts of one attempt may take, in MiB.',
  ),
  artifactsMaxBytes: setting(
    'artifacts-max-mb',
    mebibytes(1, 16_777_216).default(10_240 * MIB),
    '10240',
    'How much all artifacts of this peer may take, in MiB.',
  ),
  maxRunningPerSubmitter: setting(
    'max-running-per-submitter',
    wholeNumber(1, 1_000_000).optional(),
    undefined,
    'Tasks of one submitter that this queue lets run at a time. Default: any number.',
  ),
  logLevel: setting('log-level', z.enum(LOG_LEVELS).default('info'), 'info', 'debug, info, warn, error or silent.'),
} as const satisfies Record<string, Setting>

export { environmentName, type Environment } from './settings/environment.ts'

export type Config = Readonly<{ [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]['schema']> }> & {
  /** What the surroundings say, where a setting is silent. */
  readonly surroundings: {
    readonly runnerName: string | undefined
    readonly dockerHost: string | undefined
    /** The folder in which Docker keeps its logins. */
    readonly dockerConfig: string | undefined
    readonly xdgStateHome: string | undefined
    readonly home: string | undefined
    readonly path: string | undefined
    /** CACHE_BOOTSTRAP_PEERS, as ipfs_accelerate_py reads it. */
    readonly predecessorBootstrap: string | undefined
    readonly runtimeDir: string | undefined
    /** A folder below the runner's own: its work folder, or one in there. */
    readonly runnerTemp: string | undefined
    readonly githubToken: string | undefined
    readonly githubApiUrl: string | undefined
  }
}

/**
 * @param environment a plain record, such as the process's environment with the command line's flags laid over it
 * @throws RunnerMeshError config_invalid, with every fault in one message; unknown RUNNER_MESH_ names among them
 */
export function loadConfig(environment: Environment): Config {
  const faults: string[] = []
  const known = new Set<string>()
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([key, { stem, schema }]) => {
      const name = environmentName(stem)
      known.add(name)
      const raw = environment[name]
      const parsed = (schema as Setting['schema']).safeParse(raw === '' ? undefined : raw)
      if (parsed.success) return [key, parsed.data]
      faults.push(`${name} ${parsed.error.issues.map((issue) => issue.message).join(', ')}`)
      return [key, undefined]
    }),
  )
  for (const name of Object.keys(environment)) {
    if (name.startsWith('RUNNER_MESH_') && !known.has(name) && !RESERVED.has(name))
      faults.push(`${name} is not a setting`)
  }
  if (faults.length > 0) throw new RunnerMeshError('config_invalid', `${faults.join('; ')}. See docs/configuration.md.`)
  return Object.freeze({
    ...(values as Omit<Config, 'surroundings'>),
    surroundings: {
      runnerName: environment['RUNNER_NAME'],
      dockerHost: environment['DOCKER_HOST'],
      dockerConfig: environment['DOCKER_CONFIG'],
      xdgStateHome: environment['XDG_STATE_HOME'],
      home: environment['HOME'],
      path: environment['PATH'],
      predecessorBootstrap: environment['CACHE_BOOTSTRAP_PEERS'],
      runtimeDir: environment['XDG_RUNTIME_DIR'],
      runnerTemp: environment['RUNNER_TEMP'],
      githubToken: environment['GITHUB_TOKEN'],
      githubApiUrl: environment['GITHUB_API_URL'],
    },
  })
}

/** Set for containers of tasks; a command line inside one must not stumble over them. */
const RESERVED: ReadonlySet<string> = new Set([
  'RUNNER_MESH_TASK_ID',
  'RUNNER_MESH_TASK_FENCE',
  'RUNNER_MESH_TASK_ATTEMPT',
])
