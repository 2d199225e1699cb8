/** One task from its submit to its end, through whichever peer of this machine: progress, log, outputs, exit code. */
import { cleanLine } from '../core/clean-text.ts'
import { EXIT, RunnerMeshError } from '../core/errors.ts'
import { exitCodeOf } from '../core/exit-code.ts'
import { SECOND } from '../core/lease.ts'
import type { Output, RawInput } from '../core/operations/catalog.ts'
import type { TaskView } from '../core/operations/views.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import type { StepInputs } from './inputs.ts'
import { writeJobSummary } from './job-summary.ts'
import { writeOutputs } from './outputs.ts'
import type { StepGround } from './step-ground.ts'

const WAIT_S = 50
const LOG_LINES = 1_000
const LONGEST_LOG_OUTPUT = 64 * 1024
/** A cancelled step has 7.5 s: the container has this long to end by itself, and is proven gone within the rest. */
const GRACE_MS = 3 * SECOND
const CANCEL_S = 6

type Waited = Output<'p2p_taskqueue_wait_task'>

/** @returns the exit code: the task's own when it ran */
export async function runTask(ground: StepGround, link: OperationsLink): Promise<number> {
  const { log, signal } = ground
  const submitted = await submit(ground.inputs, link, signal)
  writeOutputs({ taskId: submitted.task_id })
  log.say(`task ${submitted.task_id} is queued`)
  let waited: Waited
  try {
    waited = await followed(ground, link, submitted.task_id)
  } catch (error) {
    if (!signal.aborted) throw error
    waited = await cancelled(link, submitted.task_id)
    log.say(waited.timed_out ? 'cancel requested; its worker stops it' : `the task is ${waited.task.status}`)
  }
  await tell(ground, link, waited)
  return signal.aborted ? EXIT.cancelled : exitCodeOf(waited.task)
}

type Submitted = Output<'p2p_taskqueue_submit'>

function submit(inputs: StepInputs, link: OperationsLink, signal: AbortSignal): Promise<Submitted> {
  const { image, repository, ref, context, dockerfile, 'build-args': buildArgs } = inputs
  if (image !== undefined && repository !== undefined) {
    throw new RunnerMeshError(
      'config_invalid',
      'The inputs image and repository are both given: a task has one of them.',
    )
  }
  const shared = sharedFields(inputs)
  if (image !== undefined) return link.call('p2p_taskqueue_submit_docker_hub', { image, ...shared }, { signal })
  if (repository === undefined) {
    throw new RunnerMeshError(
      'config_invalid',
      'There is nothing to run: give the input image, or repository to build one.',
    )
  }
  const what = {
    repo_url: repository,
    ...(ref === undefined ? {} : { ref }),
    ...(context === undefined ? {} : { context_path: context }),
    ...(dockerfile === undefined ? {} : { dockerfile_path: dockerfile }),
    ...(Object.keys(buildArgs).length === 0 ? {} : { build_args: buildArgs }),
  }
  return link.call('p2p_taskqueue_submit_docker_github', { ...what, ...shared }, { signal })
}

type SharedFields = Omit<RawInput<'p2p_taskqueue_submit_docker_hub'>, 'image'>

function sharedFields(inputs: StepInputs): SharedFields {
  const {
    command,
    env,
    cpus,
    profile,
    network,
    priority,
    idempotent,
    'idempotency-key': idempotencyKey,
    'memory-mb': memoryMb,
    'requires-labels': labels,
    'timeout-seconds': timeoutS,
    'queue-seconds': queueS,
  } = inputs
  return {
    ...(command === undefined ? {} : { command }),
    ...(Object.keys(env).length === 0 ? {} : { environment: env }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(memoryMb === undefined ? {} : { memory_mb: memoryMb }),
    ...(profile === undefined ? {} : { profile }),
    ...(network === undefined ? {} : { network }),
    ...(priority === undefined ? {} : { priority }),
    ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
    ...(labels.length === 0 ? {} : { requires: { labels } }),
    idempotent,
    clocks: {
      grace_ms: GRACE_MS,
      ...(timeoutS === undefined ? {} : { run_ms: timeoutS * SECOND }),
      ...(queueS === undefined ? {} : { queue_ms: queueS * SECOND }),
    },
  }
}

async function followed({ log, signal }: StepGround, link: OperationsLink, taskId: string): Promise<Waited> {
  for (;;) {
    const waited = await link.call(
      'p2p_taskqueue_wait_task',
      { task_id: taskId, timeout_s: WAIT_S, log_tail_lines: LOG_LINES },
      {
        signal,
        onProgress: ({ message }) => {
          log.note(message)
        },
      },
    )
    if (!waited.timed_out) return waited
    if (waited.task.status === 'queued') log.note(await whyItWaits(link, taskId))
  }
}

async function whyItWaits(link: OperationsLink, taskId: string): Promise<string> {
  const { summary, peers } = await link.call('p2p_taskqueue_explain', { task_id: taskId })
  const refusals = peers.flatMap(({ fits, runner_name: name, peer_id: id, message }) =>
    fits ? [] : [`${name ?? id}: ${message ?? 'does not fit'}`],
  )
  return [summary, ...refusals].join(' · ')
}

/** Asks for the end and waits for it as long as a cancelled step may. */
async function cancelled(link: OperationsLink, taskId: string): Promise<Waited> {
  await link.call('p2p_taskqueue_cancel', { task_id: taskId })
  return link.call('p2p_taskqueue_wait_task', { task_id: taskId, timeout_s: CANCEL_S, log_tail_lines: LOG_LINES })
}

async function tell(ground: StepGround, link: OperationsLink, { task, log_tail: tail = '' }: Waited): Promise<void> {
  const { log, inputs, environment } = ground
  const ended = task.reason === undefined ? task.status : `${task.status} (${task.reason})`
  const where = task.worker_name ?? task.worker_id ?? ''
  await log.group(`runner-mesh: log of ${task.task_id}`, () => {
    log.quote(tail)
    return Promise.resolve()
  })
  log.note(
    `${ended}${where === '' ? '' : ` on ${where}`}${task.exit_code === undefined ? '' : `, exit code ${String(task.exit_code)}`}`,
  )
  if (task.status === 'failed') log.fail(await failureOf(link, task, ended))
  writeOutputs({
    status: task.status,
    reason: task.reason ?? '',
    exitCode: task.exit_code ?? '',
    worker: cleanLine(where, 128),
    log: tail.slice(-LONGEST_LOG_OUTPUT),
    result: JSON.stringify(task.result ?? {}),
  })
  const { peers } = await link.call('list_peers', {})
  const { task_id: taskId, exit_code: exitCode, duration_ms: durationMs } = task
  const what = inputs.image ?? inputs.repository ?? task.task_type
  await writeJobSummary(
    environment,
    'runner-mesh: task',
    [{ taskId, what, status: ended, exitCode, where, durationMs }],
    peers,
  )
}

async function failureOf(link: OperationsLink, task: TaskView, ended: string): Promise<string> {
  const why = task.reason === 'timeout_queue' ? await whyItWaits(link, task.task_id) : (task.error ?? '')
  return cleanLine(`Task ${task.task_id}: ${ended}. ${why}`, 1_000)
}
