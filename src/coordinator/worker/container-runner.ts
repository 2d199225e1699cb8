/** Runs container tasks: checks the signed envelope and what it asks for, then hands the container to the executor. */
import type { Artifact } from '../../core/artifact.ts'
import { CONTAINER_TYPES, isContainerType, secretAsks, type ContainerTask } from '../../core/container-task.ts'
import { parseTaskEnvelope } from '../../core/envelope.ts'
import { RunnerMeshError, toRunnerMeshError } from '../../core/errors.ts'
import type { Fence, PeerId, TaskId } from '../../core/ids.ts'
import type { GrantView } from '../../core/operations/views.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { AttemptKey } from '../../core/ports/log-store.ts'
import type {
  ArtifactFault,
  ContainerRun,
  Executor,
  ExecutorProbe,
  LeftContainer,
  RunEnd,
  RunObserver,
  SecretValue,
} from '../../core/ports/executor.ts'
import type { Signer } from '../../core/ports/mesh.ts'
import { redactText, secretPatterns, type SecretPatterns } from '../../core/redactor.ts'
import type { CheckedGrant, RunnerObserver, TaskRunner } from '../../core/ports/task-runner.ts'
import type { AttemptEnd } from '../../core/ports/work-journal.ts'
import type { JsonObject, TaskClocks } from '../../core/task.ts'
import { containerPayload, requirementsOf } from '../submission.ts'
import type { AttemptLog } from './attempt-log.ts'
import type { AttemptOutputs } from './attempt-outputs.ts'
import { sealTaskToken } from '../task-tokens.ts'
import { patternsOf, redactEnd, redactingNotes, resolveSecrets, type FindSecrets } from './run-secrets.ts'

export interface ContainerRunnerDeps {
  readonly executor: Executor
  readonly signer: Signer
  /** The meshes of all keys this peer holds. */
  readonly meshIds: readonly string[]
  readonly clock: Clock
  /** Whether this host runs what that peer signed; `vouchedBy` is the peer that grants it and answers for the signer. */
  readonly isTrustedSigner: (peer: PeerId, vouchedBy: PeerId | undefined) => boolean
  readonly probe: () => ExecutorProbe | undefined
  /** Container types the executor can serve: repositories need a source to fetch them from. */
  readonly types: readonly string[]
  readonly secrets: FindSecrets
  readonly outputs: AttemptOutputs
}

export interface ContainerRunner extends TaskRunner {
  /** Follows a container that a former process of this worker started. */
  adopt(left: LeftContainer, checked: CheckedGrant, observer: RunnerObserver, signal: AbortSignal): Promise<AttemptEnd>
}

export function createContainerRunner(deps: ContainerRunnerDeps): ContainerRunner {
  const runOf = (grant: GrantView, secrets: readonly SecretValue[] = []): ContainerRun => ({
    taskId: grant.task_id as TaskId,
    fence: grant.fence as Fence,
    attempt: grant.attempt,
    container: toContainerTask(grant),
    clocks: toClocks(grant.clocks),
    inputs: deps.outputs.inputs(keyOf(grant), toContainerTask(grant).inputs ?? []),
    ...(secrets.length === 0 ? {} : { secrets }),
  })

  const follow = async (
    grant: GrantView,
    observer: RunnerObserver,
    secrets: SecretPatterns,
    signal: AbortSignal,
    start: (hears: RunObserver) => Promise<RunEnd>,
  ): Promise<AttemptEnd> => {
    const { outputs } = deps
    const key = keyOf(grant)
    const log = await outputs.openLog(key, secrets)
    const artifacts: Artifact[] = []
    let end: RunEnd
    try {
      end = await start({
        phase: redactingNotes(secrets, (phase, message, fraction) => {
          observer.progress(phase, message, log.bytes, fraction)
        }),
        output: (stream, bytes) => {
          log.write(stream, bytes)
          observer.progress('running', log.lastLine, log.bytes)
        },
        artifact: async (path, bytes, content) => {
          artifacts.push(await outputs.collect(key, redactText(secrets, path), bytes, content))
        },
      })
    } finally {
      await log.end()
    }
    const refused = await outputs.bringHome(key, artifacts, signal, (path, sent, total) => {
      const left = `${toMebibytes(sent)} of ${toMebibytes(total)} MiB of artifacts are at the home`
      observer.progress('collecting', `${left}, now ${path}`, log.bytes, total === 0 ? undefined : sent / total)
    })
    const kept = artifacts.filter(({ path }) => !refused.some((fault) => fault.path === path))
    const faults = [...(end.artifactFaults ?? []), ...refused]
    return redactEnd(secrets, toAttemptEnd(end, log, kept, faults))
  }

  return {
    types: () => (deps.probe()?.available === true ? deps.types : []),
    check: async (grant, from) => {
      if (!isContainerType(grant.task_type))
        throw new RunnerMeshError('bad_request', `${grant.task_type} is no container task.`)
      if (grant.envelope === undefined)
        throw new RunnerMeshError('signature_invalid', 'The container task is not signed.')
      const { peer, payload } = await deps.signer.open('task', grant.envelope)
      if (!deps.isTrustedSigner(peer, grant.vouched === true ? from : undefined)) {
        throw new RunnerMeshError(
          'signature_invalid',
          `The task is signed by ${peer}, which this host does not take work from.`,
        )
      }
      const signed = parseTaskEnvelope(payload, { meshes: deps.meshIds, now: deps.clock.now() })
      if (signed.task_type !== grant.task_type) {
        throw new RunnerMeshError(
          'signature_invalid',
          `The task was granted as ${grant.task_type} but signed as ${signed.task_type}.`,
        )
      }
      // From here on only what was signed counts; the grant adds id, fence and attempt.
      const container = containerPayload(signed.task_type, signed.payload) ?? {}
      const checked = { ...grant, payload: container as GrantView['payload'], clocks: signed.clocks }
      const by = { signer: peer, submitter: signed.submitter, depth: signed.depth }
      const needs = requirementsOf(signed.task_type, container, {}, { clocks: toClocks(signed.clocks), by })
      return { grant: checked, needs }
    },
    run: async ({ grant }, observer, signal) => {
      let secrets: readonly SecretValue[]
      try {
        secrets = await resolveSecrets(toContainerTask(grant), deps.secrets, () =>
          sealTaskToken(deps.signer, grant.task_id as TaskId, grant.fence as Fence),
        )
      } catch (error) {
        return { status: 'failed', reason: 'policy', error: toRunnerMeshError(error).message }
      }
      return follow(grant, observer, patternsOf(secrets), signal, (hears) =>
        deps.executor.run(runOf(grant, secrets), hears, signal),
      )
    },
    adopt: async (left, { grant }, observer, signal) => {
      const delivered = await deps.executor.deliveredSecrets(left.taskId, left.fence)
      if (delivered.length < secretAsks(toContainerTask(grant)).length) {
        // Its output could not be told without what must be kept out of it.
        await deps.executor.remove(left.taskId, left.fence)
        return {
          status: 'failed',
          reason: 'worker_lost',
          error: 'The secrets of the task were gone when the worker came back.',
        }
      }
      return follow(grant, observer, secretPatterns(delivered), signal, (hears) =>
        deps.executor.adopt(left, runOf(grant), hears, signal),
      )
    },
  }
}

function toContainerTask(grant: GrantView): ContainerTask {
  const payload: unknown = grant.payload
  return grant.task_type === CONTAINER_TYPES.image
    ? { kind: 'image', ...(payload as Omit<Extract<ContainerTask, { kind: 'image' }>, 'kind'>) }
    : { kind: 'repository', ...(payload as Omit<Extract<ContainerTask, { kind: 'repository' }>, 'kind'>) }
}

function toClocks(clocks: GrantView['clocks']): TaskClocks {
  return {
    queueMs: clocks.queue_ms,
    prepareMs: clocks.prepare_ms,
    runMs: clocks.run_ms,
    totalMs: clocks.total_ms,
    graceMs: clocks.grace_ms,
  }
}

function keyOf(grant: GrantView): AttemptKey {
  return { taskId: grant.task_id as TaskId, attempt: grant.attempt }
}

function toAttemptEnd(
  end: RunEnd,
  log: AttemptLog,
  artifacts: readonly Artifact[],
  faults: readonly ArtifactFault[],
): AttemptEnd {
  const result: JsonObject = {
    ...(end.exitCode === undefined ? {} : { exit_code: end.exitCode }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    ...(end.imageDigest === undefined ? {} : { image_digest: end.imageDigest }),
    ...(end.peakMemoryBytes === undefined ? {} : { peak_memory_bytes: end.peakMemoryBytes }),
    ...(end.cpuMs === undefined ? {} : { cpu_ms: end.cpuMs }),
    phases: { ...end.phases },
    log: log.toJson(),
    ...(artifacts.length === 0 ? {} : { artifacts: artifacts.map((artifact) => ({ ...artifact })) }),
    ...(faults.length === 0 ? {} : { artifact_faults: faults.map((fault) => ({ ...fault })) }),
  }
  return {
    status: end.status,
    ...(end.reason === undefined ? {} : { reason: end.reason }),
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    ...(end.message === undefined ? {} : { error: end.message }),
    ...(end.hostFault === undefined ? {} : { hostFault: end.hostFault }),
    result,
  }
}

function toMebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1)
}
