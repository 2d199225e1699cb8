/** Handlers of the operations on what tasks leave behind: logs and artifacts. */
import { artifactsOf, type Artifact } from '../../core/artifact.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { SECOND } from '../../core/lease.ts'
import type { Handlers, Input, Output } from '../../core/operations/catalog.ts'
import type { Call } from '../../core/operations/operation.ts'
import type { LogFrom } from '../../core/ports/log-store.ts'
import { isTerminal, type Task } from '../../core/task.ts'
import { readLogPage } from '../logs/log-page.ts'
import type { HomeOutputs } from '../home-outputs.ts'
import { untilNews } from '../waiting.ts'
import { getHome, getVisibleTask, type HandlerDeps } from './context.ts'

type OutputOperation = 'p2p_taskqueue_read_log' | 'p2p_taskqueue_list_artifacts' | 'p2p_taskqueue_read_artifact'

export function createOutputHandlers(deps: HandlerDeps): Pick<Handlers, OutputOperation> {
  return {
    p2p_taskqueue_read_log: (input, call) => readLog(deps, input, call),
    p2p_taskqueue_list_artifacts: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller)
      const attempt = input.attempt ?? task.attempt
      return { task_id: task.id, attempt, artifacts: [...(await artifactsOfAttempt(deps, task, attempt))] }
    },
    p2p_taskqueue_read_artifact: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller)
      const attempt = input.attempt ?? task.attempt
      const artifact = (await artifactsOfAttempt(deps, task, attempt)).find(({ path }) => path === input.path)
      if (artifact === undefined) {
        throw new RunnerMeshError(
          'bad_request',
          `Attempt ${String(attempt)} of task ${task.id} left no ${JSON.stringify(input.path.slice(0, 200))}. p2p_taskqueue_list_artifacts names what it left.`,
        )
      }
      const content = await getOutputs(deps).artifacts.read(artifact.sha256, input.offset, input.max_bytes)
      if (content === undefined) {
        throw new RunnerMeshError(
          'storage_failed',
          `The content of ${artifact.path} of task ${task.id} is not at this home any more.`,
        )
      }
      const chunks: Uint8Array[] = []
      for await (const chunk of content) chunks.push(chunk)
      return { ...artifact, offset: input.offset, data: Buffer.concat(chunks).toString('base64') }
    },
  }
}

async function artifactsOfAttempt(deps: HandlerDeps, task: Task, attempt: number): Promise<readonly Artifact[]> {
  const kept = await getOutputs(deps).artifacts.list({ taskId: task.id, attempt })
  return attempt === task.attempt && kept.length === 0 ? artifactsOf(task.result) : kept
}

async function readLog(
  deps: HandlerDeps,
  input: Input<'p2p_taskqueue_read_log'>,
  { caller, signal }: Call,
): Promise<Output<'p2p_taskqueue_read_log'>> {
  if (input.from_seq !== undefined && input.tail_lines !== undefined) {
    throw new RunnerMeshError('bad_request', 'from_seq and tail_lines both say where to begin. Give one of them.')
  }
  const { logs } = getOutputs(deps)
  const { id } = await getVisibleTask(deps, input.task_id, caller)
  let attempt = input.attempt ?? 0
  const deadline = deps.clock.mono() + input.wait_s * SECOND
  for (;;) {
    // Begun before looking, so that nothing that comes between is missed.
    using news = untilNews(deps, id)
    const task = await getVisibleTask(deps, id, caller)
    // A task that has had no attempt may begin and end its first one between two looks.
    if (attempt === 0) attempt = Math.max(task.attempt, (await logs.attempts(id)).at(-1) ?? 0)
    const answer = await pageOf(deps, input, attempt, task)
    const leftMs = deadline - deps.clock.mono()
    const isEmpty = answer.entries.length === 0 && answer.cuts.length === 0
    if (!isEmpty || answer.ended || answer.next_seq > (input.from_seq ?? Infinity) || leftMs <= 0) return answer
    await news.within(leftMs, signal)
  }
}

async function pageOf(
  deps: HandlerDeps,
  input: Input<'p2p_taskqueue_read_log'>,
  attempt: number,
  task: Task,
): Promise<Output<'p2p_taskqueue_read_log'>> {
  const { logs, isWriting } = getOutputs(deps)
  const key = { taskId: task.id, attempt }
  // Before the page: what is written meanwhile comes with the next one.
  const before = attempt === 0 ? undefined : await logs.state(key)
  const isOver = (isTerminal(task.status) || task.attempt > attempt) && !isWriting(key) && before?.growing !== true
  const wish = { from: fromOf(input), maxBytes: input.max_bytes, stream: input.stream, grep: input.grep }
  const page = before === undefined ? { entries: [], cuts: [], next_seq: 0 } : await readLogPage(logs, key, wish)
  const complete = before?.ended ?? false
  return {
    task_id: task.id,
    status: task.status,
    attempt,
    ...page,
    ended: (complete || isOver) && page.next_seq >= (before?.next.seq ?? 0),
    complete,
    bytes: before === undefined ? 0 : before.next.stdoutBytes + before.next.stderrBytes,
    lines: before?.next.lines ?? 0,
  }
}

function fromOf({ from_seq: seq, tail_lines: tailLines, since }: Input<'p2p_taskqueue_read_log'>): LogFrom {
  if (seq !== undefined) return { seq }
  if (tailLines !== undefined) return { tailLines }
  return since === undefined ? { seq: 0 } : { since }
}

/** @throws RunnerMeshError peer_not_allowed on a peer that keeps no queue */
function getOutputs(deps: HandlerDeps): HomeOutputs {
  if (deps.outputs !== undefined) return deps.outputs
  getHome(deps)
  throw new RunnerMeshError('peer_not_allowed', 'This home keeps neither logs nor artifacts.')
}
