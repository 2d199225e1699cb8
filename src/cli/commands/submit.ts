/** `runner-mesh submit`, `run` and `build`: a container is queued, and followed to its end when asked. */
import { Option, type Command } from 'commander'
import { cleanLine } from '../../core/clean-text.ts'
import { CONTAINER_TYPES } from '../../core/container-task.ts'
import { EXIT, RunnerMeshError } from '../../core/errors.ts'
import type { RawInput } from '../../core/operations/catalog.ts'
import { NETWORKS, PROFILES } from '../../core/task.ts'
import { followTask } from '../follow-task.ts'
import { openPeer } from '../peer-link.ts'
import { collect, parseNumber, type CommandContext, type RunInContext } from '../run-command.ts'
import { fitLines } from '../task-lines.ts'

interface SubmitFlags {
  readonly env?: readonly string[]
  readonly cpus?: number
  readonly memoryMb?: number
  readonly priority?: number
  readonly timeoutSeconds?: number
  readonly profile?: 'strict' | 'standard' | 'trusted'
  readonly network?: 'none' | 'bridge'
  readonly labels?: readonly string[]
  readonly artifact?: readonly string[]
  readonly input?: readonly string[]
  readonly secret?: readonly string[]
  readonly idempotent?: boolean
  readonly idempotencyKey?: string
  readonly dryRun?: boolean
  readonly follow?: boolean
  readonly cancelOnInterrupt?: boolean
  readonly file?: string
}

interface BuildFlags extends SubmitFlags {
  readonly ref?: string
  readonly context?: string
  readonly dockerfile?: string
  readonly buildArg?: readonly string[]
  readonly target?: string
  readonly submodules?: boolean
}

type Asked = RawInput<'p2p_taskqueue_submit'>
type Judged = RawInput<'p2p_taskqueue_preview'>['arguments']

/** What runs when a submit names no image. */
const DEFAULT_IMAGE = 'alpine'

/** @param taskArgv what stood after `--` */
export function addSubmitCommands(program: Command, run: RunInContext, taskArgv: readonly string[]): void {
  for (const [name, about] of [
    ['submit', 'Queue a container: runner-mesh submit [image] [flags] -- [command…]'],
    ['run', 'Queue a container and follow it to its end: submit --follow.'],
  ] as const) {
    const command = withTaskFlags(program.command(name).description(about))
      .argument('[image]', `image to run; default: ${DEFAULT_IMAGE}`)
      .option('-f, --file <path>', 'the task in YAML or JSON, as policy check takes it; - reads standard input')
    run(command, async (context, image) => {
      const flags = command.opts<SubmitFlags>()
      const asked =
        flags.file === undefined ? imageTask(image, taskArgv, flags) : await fileTask(image, taskArgv, command)
      return submit(context, asked, name === 'run' ? { ...flags, follow: true } : flags)
    })
  }
  const build = withTaskFlags(
    program
      .command('build')
      .description('Build a GitHub repository and run it: runner-mesh build <repository> [flags] -- [command…]')
      .argument('<repository>', 'owner/name or its URL')
      .option('--ref <ref>', 'branch, tag or commit; default: the default branch')
      .option('--context <path>', 'folder to build in')
      .option('--dockerfile <path>', 'Dockerfile, inside that folder')
      .option('--build-arg <name=value>', 'build argument; may be repeated', collect)
      .option('--target <stage>', 'stage to build')
      .option('--submodules', 'fetch its submodules too'),
  )
  run(build, (context, repository = '') => {
    const flags = build.opts<BuildFlags>()
    return submit(context, repositoryTask(repository, taskArgv, flags), flags)
  })
  const wait = program.command('wait').description('Wait for a task; its exit code becomes ours.').argument('<task>')
  run(wait, (context, taskId = '') => followTask(context, taskId, { live: false }))
  const follow = program
    .command('follow')
    .description('Show the log of a task as it is written, to its end; its exit code becomes ours.')
    .argument('<task>')
    .option(...CANCEL_FLAG)
  run(follow, (context, taskId = '') =>
    followTask(context, taskId, { live: true, ...follow.opts<{ cancelOnInterrupt?: boolean }>() }),
  )
}

const CANCEL_FLAG = ['--cancel-on-interrupt', 'Ctrl-C cancels the task instead of leaving it alone'] as const

function withTaskFlags(command: Command): Command {
  return command
    .option('-e, --env <name=value>', 'environment variable; may be repeated', collect)
    .option('--cpus <number>', 'processors', parseNumber)
    .option('--memory-mb <number>', 'memory in MiB', parseNumber)
    .option('--priority <number>', '1 to 10, higher first', parseNumber)
    .option('--timeout-seconds <number>', 'longest run', parseNumber)
    .addOption(new Option('--profile <name>', 'isolation').choices(PROFILES))
    .addOption(
      new Option('--network <mode>', 'network; none by default, bridge with profile trusted').choices(NETWORKS),
    )
    .option('--labels <label>', 'label the runner must have; may be repeated', collect)
    .option(
      '--secret <name[=ref]>',
      'secret of the runner’s secret file, as /run/secrets/<name>; may be repeated',
      collect,
    )
    .option('--artifact <path>', 'file or folder of the container to keep; may be repeated', collect)
    .option('--input <name=task:path>', 'an artifact of another task, as /inputs/<name>; may be repeated', collect)
    .option('--idempotent', 'may run again elsewhere when its runner is lost')
    .option('--idempotency-key <key>', 'a repeat with the same key answers the first task')
    .option('--dry-run', 'only say which runners fit, and add nothing; 66 when none does')
    .option('--follow', 'show the log as it is written, to the end; its exit code becomes ours')
    .option(...CANCEL_FLAG)
}

async function submit(context: CommandContext, asked: Asked, flags: SubmitFlags): Promise<number> {
  const link = await openPeer(context)
  let isHandedOver = false
  try {
    if (flags.dryRun === true) {
      const judged = { submit: 'p2p_taskqueue_submit', arguments: asked as Judged } as const
      const seen = await link.call('p2p_taskqueue_preview', judged, { signal: context.signal })
      context.output.result(seen, () => [seen.summary, ...fitLines(seen.peers)].join('\n'))
      return seen.fitting > 0 ? 0 : EXIT.nobodyFits
    }
    const answer = await link.call('p2p_taskqueue_submit', asked, { signal: context.signal })
    if (flags.follow !== true) {
      context.output.result(answer, () => answer.task_id)
      return 0
    }
    context.status(`task ${answer.task_id}`)
    isHandedOver = true
    const cancel = flags.cancelOnInterrupt === true
    return await followTask(context, answer.task_id, { live: true, cancelOnInterrupt: cancel }, link)
  } finally {
    if (!isHandedOver) await link.close()
  }
}

function imageTask(image = DEFAULT_IMAGE, argv: readonly string[], flags: SubmitFlags): Asked {
  const payload = { image, ...fieldsOf(argv, flags), ...rareFieldsOf(flags) }
  return { task_type: CONTAINER_TYPES.image, payload, ...optionsOf(flags) }
}

function repositoryTask(repository: string, argv: readonly string[], flags: BuildFlags): Asked {
  const payload = {
    repo_url: repository,
    ...(flags.ref === undefined ? {} : { ref: flags.ref }),
    ...(flags.context === undefined ? {} : { context_path: flags.context }),
    ...(flags.dockerfile === undefined ? {} : { dockerfile_path: flags.dockerfile }),
    ...(flags.buildArg === undefined ? {} : { build_args: Object.fromEntries(flags.buildArg.map(splitVariable)) }),
    ...(flags.target === undefined ? {} : { target: flags.target }),
    ...(flags.submodules === undefined ? {} : { submodules: flags.submodules }),
    ...fieldsOf(argv, flags),
    ...rareFieldsOf(flags),
  }
  return { task_type: CONTAINER_TYPES.repository, payload, ...optionsOf(flags) }
}

/** Flags that say how to submit; all others say what, and that is in the file. */
const BESIDE_A_FILE: ReadonlySet<string> = new Set(['file', 'dryRun', 'follow', 'cancelOnInterrupt', 'idempotencyKey'])

/** @throws RunnerMeshError bad_request */
async function fileTask(image: string | undefined, argv: readonly string[], command: Command): Promise<Asked> {
  const flags = command.opts<SubmitFlags>()
  const beside = Object.keys(flags).filter((name) => !BESIDE_A_FILE.has(name))
  const what = image === undefined ? (argv.length > 0 ? 'A command' : undefined) : 'An image'
  if (what !== undefined || beside.length > 0) {
    const named = what ?? `--${(beside[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw new RunnerMeshError(
      'bad_request',
      `${named} stands beside --file. Put it into the file, or leave the file out.`,
    )
  }
  const { idempotencyKey } = flags
  const key = idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }
  const { parseTaskFile, readTaskFile } = await import('../../app/task-file.ts')
  // Its fields are read by the peer, which names each that is wrong.
  return {
    ...parseTaskFile(await readTaskFile(flags.file === '-' ? '/dev/stdin' : (flags.file ?? ''))),
    ...key,
  } as Asked
}

function fieldsOf(argv: readonly string[], flags: SubmitFlags) {
  return {
    ...(argv.length === 0 ? {} : { command: [...argv] }),
    ...(flags.env === undefined ? {} : { environment: Object.fromEntries(flags.env.map(splitVariable)) }),
    ...(flags.cpus === undefined ? {} : { cpus: flags.cpus }),
    ...(flags.memoryMb === undefined ? {} : { memory_mb: flags.memoryMb }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.network === undefined ? {} : { network: flags.network }),
  }
}

function rareFieldsOf({ artifact, input, secret }: SubmitFlags) {
  return {
    ...(artifact === undefined ? {} : { artifacts: [...artifact] }),
    ...(input === undefined ? {} : { inputs: input.map(toInput) }),
    ...(secret === undefined ? {} : { secrets: Object.fromEntries(secret.map(toSecret)) }),
  }
}

/** `name=ref`, or one name for both. */
function toSecret(text: string): [string, string] {
  const [name, ref] = splitVariable(text)
  return [name, ref === '' ? name : ref]
}

/** `name=task:path` or `name=sha256:…`. @throws RunnerMeshError bad_request */
function toInput(text: string): Record<string, string> {
  const match = /^([^=]+)=(?:sha256:([0-9a-f]{64})|([^:]+):(\/.*))$/s.exec(text)
  const [, name = '', sha256, taskId = '', path = ''] = match ?? []
  if (match !== null) return sha256 === undefined ? { name, task_id: taskId, path } : { name, sha256 }
  throw new RunnerMeshError(
    'bad_request',
    `--input ${cleanLine(text, 200)} is not name=task:/path or name=sha256:digest, such as model.bin=<task id>:/out/model.bin.`,
  )
}

function optionsOf(flags: SubmitFlags) {
  return {
    ...(flags.priority === undefined ? {} : { priority: flags.priority }),
    ...(flags.idempotent === undefined ? {} : { idempotent: flags.idempotent }),
    ...(flags.idempotencyKey === undefined ? {} : { idempotency_key: flags.idempotencyKey }),
    ...(flags.timeoutSeconds === undefined ? {} : { clocks: { run_ms: Math.round(flags.timeoutSeconds * 1000) } }),
    ...(flags.labels === undefined ? {} : { requires: { labels: [...flags.labels] } }),
  }
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}
