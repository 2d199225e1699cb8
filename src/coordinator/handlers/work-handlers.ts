/** Handlers of the operations of workers: claim, renew, settle, give back. */
import { canonicalTaskType } from '../../core/task-aliases.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Offer, PolicySummary } from '../../core/fit.ts'
import type { Fence, PeerId, TaskId } from '../../core/ids.ts'
import { SECOND } from '../../core/lease.ts'
import type { Handlers, Input, Output } from '../../core/operations/catalog.ts'
import type { Call, Caller } from '../../core/operations/operation.ts'
import type { Renewal, SettleOutcome, Settlement } from '../../core/ports/task-store.ts'
import { passOn } from '../pass-on.ts'
import { toGrantView } from '../task-view.ts'
import { getHome, getVisibleTask, isHolder, viewOf, workerOf, type HandlerDeps } from './context.ts'

type WorkOperation =
  | 'p2p_taskqueue_claim_next'
  | 'p2p_taskqueue_renew'
  | 'p2p_taskqueue_settle'
  | 'p2p_taskqueue_complete_task'
  | 'p2p_taskqueue_release'

export function createWorkHandlers(deps: HandlerDeps): Pick<Handlers, WorkOperation> {
  return {
    p2p_taskqueue_claim_next: async (input, { caller, signal }) => {
      const worker = workerOf(caller, input.worker_id)
      const offer = deps.peers.withRules(toOffer(worker, input), input.offer?.policy.rules)
      deps.peers.sawOffer(offer, deps.clock.now())
      const waitMs = input.wait_s * SECOND
      if ((await deps.stalled?.holdsBack(worker, waitMs, signal)) === true) return { grants: [] }
      const grants = await getHome(deps).claim(
        {
          worker,
          requestId: input.request_id ?? deps.random.uuid(),
          mayAskAgain: input.request_id !== undefined,
          offer,
          max: input.max_tasks,
          waitMs,
        },
        signal,
      )
      // What stands in a shared home was accepted by one of its peers, and whoever waits for it may hear of it by any other.
      const vouched = getHome(deps).store.durability === 'shared'
      return { grants: grants.map((grant) => toGrantView(grant, vouched)) }
    },
    p2p_taskqueue_renew: async (input, { caller }) => {
      const worker = workerOf(caller, input.worker_id)
      const verdicts = await getHome(deps).renew(input.leases.map(toRenewal), worker)
      return {
        lease_ms: deps.lease.leaseMs,
        verdicts: input.leases.map(({ task_id }, index) => ({ task_id, verdict: verdicts[index] ?? 'lost' })),
      }
    },
    p2p_taskqueue_settle: async ({ ends }, { caller }) => {
      const passedOn = await Promise.all(ends.map((end) => isPassedOn(deps, end, caller)))
      const left = ends.filter((_, index) => passedOn[index] !== true)
      const settled =
        left.length === 0 ? [] : await getHome(deps).settle(left.map((end) => toSettlement(end, end.fence, caller)))
      const outcomes = ends.map(async (end) => {
        const at = left.indexOf(end)
        const outcome = at === -1 ? 'settled' : (settled[at]?.outcome ?? 'unknown')
        return { task_id: end.task_id, outcome: await tellableOutcome(deps, outcome, end.task_id, caller) }
      })
      return { outcomes: await Promise.all(outcomes) }
    },
    p2p_taskqueue_complete_task: (input, call) =>
      input.fence === undefined ? cancelWithoutFence(deps, input, call) : settle(deps, input, input.fence, call),
    p2p_taskqueue_release: async (input, { caller }) => {
      const worker = workerOf(caller, undefined)
      const [taskId, fence] = [input.task_id as TaskId, input.fence as Fence]
      const home = getHome(deps)
      if (!(await isOwnGrant(deps, taskId, caller))) return { released: false }
      if (input.refused === undefined) return { released: await home.release(taskId, fence, worker) }
      const refusal = { worker, policyDigest: input.refused.policy_digest, rule: input.refused.rule }
      return { released: await home.refuse(taskId, fence, refusal) }
    },
  }
}

type CompleteInput = Input<'p2p_taskqueue_complete_task'>
type CompleteOutput = Output<'p2p_taskqueue_complete_task'>

async function settle(
  deps: HandlerDeps,
  input: CompleteInput,
  fence: number,
  { caller }: Call,
): Promise<CompleteOutput> {
  if (!caller.access.has('tasks:work')) {
    throw new RunnerMeshError(
      'forbidden',
      `Reporting an attempt needs the right tasks:work, which ${caller.principal} does not have.`,
    )
  }
  const [settled] = await getHome(deps).settle([toSettlement(input, fence, caller)])
  const outcome = await tellableOutcome(deps, settled?.outcome ?? 'unknown', input.task_id, caller)
  const task = outcome === 'unknown' ? undefined : settled?.task
  return { outcome, ...(task === undefined || outcome === 'fenced' ? {} : { task: viewOf(deps, task, false) }) }
}

/** Whether the failure was the host's, and the task is somebody else's now. */
async function isPassedOn(
  deps: HandlerDeps,
  { host_fault: isHostFault, status, task_id, fence, error = '' }: Input<'p2p_taskqueue_settle'>['ends'][number],
  caller: Caller,
): Promise<boolean> {
  if (isHostFault !== true || status !== 'failed') return false
  const failed = { taskId: task_id as TaskId, fence: fence as Fence, error }
  return passOn(deps, getHome(deps), failed, (worker) => isHolder(caller, worker))
}

/** To whoever never held a task and may not see it, it is as unknown as one that does not exist. */
async function tellableOutcome(
  deps: HandlerDeps,
  outcome: SettleOutcome,
  taskId: string,
  caller: Caller,
): Promise<SettleOutcome> {
  return outcome === 'fenced' && !(await hasHeld(deps, taskId, caller)) ? 'unknown' : outcome
}

/** Whether the caller may know of it: its own, or one that it was granted at some time. */
async function hasHeld(deps: HandlerDeps, taskId: string, caller: Caller): Promise<boolean> {
  const attempts = await getHome(deps).store.attempts(taskId as TaskId)
  if (attempts.some(({ worker }) => isHolder(caller, worker))) return true
  return getVisibleTask(deps, taskId, caller).then(
    () => true,
    () => false,
  )
}

type AttemptEnd = Omit<Input<'p2p_taskqueue_settle'>['ends'][number], 'fence'>

function toSettlement(end: AttemptEnd, fence: number, caller: Caller): Settlement {
  return {
    taskId: end.task_id as TaskId,
    fence: fence as Fence,
    status: end.status,
    ...(end.reason === undefined ? {} : { reason: end.reason }),
    ...(end.exit_code === undefined ? {} : { exitCode: end.exit_code }),
    ...(end.result === undefined ? {} : { result: end.result }),
    ...(end.error === undefined ? {} : { error: end.error }),
    isWorker: (holder) => caller.access.has('admin') || isHolder(caller, holder),
  }
}

/** Whether the task is held by nobody else now. One that nobody holds is judged by its fence alone: a completion may be late. */
async function isOwnGrant(deps: HandlerDeps, taskId: TaskId, caller: Caller): Promise<boolean> {
  const holder = (await getHome(deps).store.find(taskId))?.worker
  return holder === undefined || caller.access.has('admin') || isHolder(caller, holder)
}

/** The fixed tools have no cancel of their own: agents cancel by reporting `cancelled` without a fence. */
async function cancelWithoutFence(deps: HandlerDeps, input: CompleteInput, { caller }: Call): Promise<CompleteOutput> {
  if (input.status !== 'cancelled') {
    throw new RunnerMeshError(
      'bad_request',
      `fence: needed to report ${input.status}; it came with the claim. Without a fence only status cancelled is accepted.`,
    )
  }
  const task = await getVisibleTask(deps, input.task_id, caller)
  const outcome = await getHome(deps).cancel(task.id)
  return { outcome, task: viewOf(deps, await getVisibleTask(deps, input.task_id, caller)) }
}

function toRenewal({ task_id, fence, progress }: Input<'p2p_taskqueue_renew'>['leases'][number]): Renewal {
  const lease = { taskId: task_id as TaskId, fence: fence as Fence }
  if (progress === undefined) return lease
  const { phase, message, log_bytes: logBytes, fraction } = progress
  return { ...lease, progress: { phase, message, logBytes, ...(fraction === undefined ? {} : { fraction }) } }
}

function toOffer(worker: PeerId, input: Input<'p2p_taskqueue_claim_next'>): Offer {
  const { offer } = input
  const taskTypes = [...new Set((input.supported_task_types ?? offer?.task_types ?? []).map(canonicalTaskType))]
  const any = Number.MAX_SAFE_INTEGER
  return {
    peer: worker,
    taskTypes,
    labels: offer?.labels ?? [],
    os: offer?.os ?? '',
    arch: offer?.arch ?? '',
    cpus: offer?.cpus ?? any,
    memoryBytes: offer?.memory_bytes ?? any,
    diskBytes: offer?.disk_bytes ?? any,
    gpus: offer?.gpus ?? any,
    trust: offer?.trust ?? 'untrusted',
    policy: policyOf(offer),
    ...(offer?.images === undefined ? {} : { images: offer.images }),
  }
}

/** Rules are told apart from the summary: not with every claim. */
function policyOf(offer: Input<'p2p_taskqueue_claim_next'>['offer']): PolicySummary {
  if (offer === undefined) return { digest: 'none', profile: 'trusted', networks: ['none', 'bridge'] }
  const { digest, profile, networks } = offer.policy
  return { digest, profile, networks }
}
