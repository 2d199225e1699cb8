/** Commands about tasks. Each asks the peer of this machine. */
import type { Environment } from '../../app/config.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { cleanLine, cleanText } from '../../core/clean-text.ts'
import { CONTAINER_TYPES } from '../../core/container-task.ts'
import { exitCodeOf } from '../../core/exit-code.ts'
import type { SubmittedView, TaskView } from '../../core/operations/views.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import { table, type Output } from '../output.ts'
import { withPeer } from '../peer-link.ts'

export interface CommandContext {
  readonly environment: Environment
  readonly output: Output
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  /** Lines for people who wait; free of effect when nobody watches. */
  readonly status: (line: string) => void
}

export interface SubmitFlags {
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
  readonly follow?: boolean
}

/** What runs when a submit names no image. */
export const DEFAULT_IMAGE = 'alpine'

export async function submit(
  context: CommandContext,
  image: string,
  argv: readonly string[],
  flags: SubmitFlags,
): Promise<number> {
  return withPeer(context.environment, async (link) => {
    const call = { signal: context.signal }
    const rare = rareFieldsOf(flags)
    if (Object.keys(rare).length > 0) {
      const payload = { image, ...fieldsOf(argv, flags), ...rare }
      const generic = { task_type: CONTAINER_TYPES.image, payload, ...optionsOf(flags) }
      return submitted(context, link, await link.call('p2p_taskqueue_submit', generic, call), flags)
    }
    const asked = { image, ...fieldsOf(argv, flags), ...optionsOf(flags) }
    return submitted(context, link, await link.call('p2p_taskqueue_submit_docker_hub', asked, call), flags)
  })
}

export interface BuildFlags extends SubmitFlags {
  readonly ref?: string
  readonly context?: string
  readonly dockerfile?: string
  readonly buildArg?: readonly string[]
  readonly target?: string
  readonly submodules?: boolean
}

export async function build(
  context: CommandContext,
  repository: string,
  argv: readonly string[],
  flags: BuildFlags,
): Promise<number> {
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
  return withPeer(context.environment, async (link) => {
    const asked = { task_type: CONTAINER_TYPES.repository, payload, ...optionsOf(flags) }
    return submitted(context, link, await link.call('p2p_taskqueue_submit', asked, { signal: context.signal }), flags)
  })
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

async function submitted(
  context: CommandContext,
  link: OperationsLink,
  answer: SubmittedView,
  { follow: isFollowed }: SubmitFlags,
): Promise<number> {
  if (isFollowed !== true) {
    context.output.result(answer, () => answer.task_id)
    return 0
  }
  context.status(`task ${answer.task_id}`)
  return follow(context, link, answer.task_id)
}

export async function get(context: CommandContext, taskId: string, tailLines: number): Promise<number> {
  return withPeer(context.environment, async (link) => {
    const answer = await link.call(
      'p2p_taskqueue_get_task',
      { task_id: taskId, log_tail_lines: tailLines },
      { signal: context.signal },
    )
    context.output.result(answer, () => describe(answer.task, answer.log_tail))
    return 0
  })
}

export async function wait(context: CommandContext, taskId: string): Promise<number> {
  return withPeer(context.environment, (link) => follow(context, link, taskId))
}

export async function list(
  context: CommandContext,
  flags: { readonly status?: TaskView['status']; readonly limit?: number },
): Promise<number> {
  return withPeer(context.environment, async (link) => {
    const page = await link.call('p2p_taskqueue_list_tasks', { ...flags }, { signal: context.signal })
    context.output.result(page, () =>
      table([
        ['TASK', 'STATUS', 'TYPE', 'WORKER', 'EXIT'],
        ...page.tasks.map((task) => [
          task.task_id,
          task.phase === undefined ? task.status : `${task.status}/${task.phase}`,
          cleanLine(task.task_type, 40),
          cleanLine(task.worker_name ?? task.worker_id ?? '-', 32),
          task.exit_code === undefined ? '-' : String(task.exit_code),
        ]),
      ]),
    )
    return 0
  })
}

export async function cancel(context: CommandContext, taskId: string): Promise<number> {
  return withPeer(context.environment, async (link) => {
    const answer = await link.call('p2p_taskqueue_cancel', { task_id: taskId }, { signal: context.signal })
    context.output.result(answer, () =>
      answer.outcome === 'cancelled'
        ? 'cancelled'
        : answer.outcome === 'requested'
          ? 'cancel requested; it is reported cancelled once its container is gone'
          : `too late: the task is ${answer.status}`,
    )
    return 0
  })
}

export async function explain(context: CommandContext, taskId: string): Promise<number> {
  return withPeer(context.environment, async (link) => {
    const answer = await link.call('p2p_taskqueue_explain', { task_id: taskId }, { signal: context.signal })
    context.output.result(answer, () =>
      [
        answer.summary,
        ...answer.peers.map(
          (peer) =>
            `  ${cleanLine(peer.runner_name ?? peer.peer_id, 60)}: ${peer.fits ? 'fits' : cleanLine(peer.message ?? peer.rule ?? 'does not fit', 200)}`,
        ),
      ].join('\n'),
    )
    return 0
  })
}

export async function status(context: CommandContext): Promise<number> {
  return withPeer(context.environment, async (link) => {
    const answer = await link.call('p2p_taskqueue_status', { detail: true }, { signal: context.signal })
    context.output.result(answer, () =>
      [
        `queued ${String(answer.queued)}  running ${String(answer.running)}  completed ${String(answer.completed)}  failed ${String(answer.failed)}  cancelled ${String(answer.cancelled)}`,
        `peers ${String(answer.connected_peers)}  waiting claims ${String(answer.parked_claims)}`,
        ...(answer.executor === undefined ? [] : [`executor ${cleanLine(JSON.stringify(answer.executor), 300)}`]),
        ...(answer.discovery ?? []).map(({ source, found, problem = '' }) =>
          `finds by ${source}: ${String(found)} ${cleanLine(problem, 200)}`.trimEnd(),
        ),
        ...Object.entries(answer.rejected ?? {}).map(([kind, count]) => `turned away: ${kind} ${String(count)}`),
      ].join('\n'),
    )
    return 0
  })
}

/** Waits to the end, telling progress; the exit code is the task's own when it ran. */
async function follow(context: CommandContext, link: OperationsLink, taskId: string): Promise<number> {
  for (;;) {
    const answer = await link.call(
      'p2p_taskqueue_wait_task',
      { task_id: taskId, timeout_s: 60, log_tail_lines: 1000 },
      {
        signal: context.signal,
        onProgress: ({ message }) => {
          context.status(cleanLine(message, 160))
        },
      },
    )
    if (answer.timed_out) continue
    context.output.result(answer, () => describe(answer.task, answer.log_tail))
    return exitCodeOf(answer.task)
  }
}

function describe(task: TaskView, logTail: string | undefined): string {
  const ended = task.reason === undefined ? task.status : `${task.status} (${task.reason})`
  return [
    `${task.task_id}  ${task.phase === undefined ? ended : `${task.status}/${task.phase}`}`,
    ...(task.worker_id === undefined ? [] : [`  worker  ${cleanLine(task.worker_name ?? '', 60)} ${task.worker_id}`]),
    ...(task.exit_code === undefined ? [] : [`  exit    ${String(task.exit_code)}`]),
    ...(task.duration_ms === undefined ? [] : [`  took    ${(task.duration_ms / 1000).toFixed(2)} s`]),
    ...(task.error === undefined ? [] : [`  error   ${cleanLine(task.error, 500)}`]),
    ...(logTail === undefined || logTail === ''
      ? []
      : [
          '  log',
          ...cleanText(logTail)
            .split('\n')
            .map((line) => `    ${line}`),
        ]),
  ].join('\n')
}

function splitVariable(text: string): [string, string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}
