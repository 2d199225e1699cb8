/** The working side of a peer: executor, journal and worker, and what the host can give. */
import { arch, platform, totalmem } from 'node:os'
import { Links } from '../../coordinator/links.ts'
import { createContainerRunner, type ContainerRunner } from '../../coordinator/worker/container-runner.ts'
import type { HostCapacity } from '../../coordinator/worker/capacity.ts'
import type { AttemptOutputs } from '../../coordinator/worker/attempt-outputs.ts'
import { recover } from '../../coordinator/worker/recovery.ts'
import type { ClaimGate } from '../../coordinator/worker/claim-gate.ts'
import { Worker } from '../../coordinator/worker/worker.ts'
import type { WorkedAttempt } from '../../coordinator/worker/worker-deps.ts'
import { errorText } from '../../core/errors.ts'
import type { HomeId, PeerId } from '../../core/ids.ts'
import { imageMark, MOST_IMAGE_MARKS } from '../../core/image-mark.ts'
import type { LeaseSettings } from '../../core/lease.ts'
import { SECOND } from '../../core/lease.ts'
import type { Clock, Logger, Random, Startable } from '../../core/ports/clock.ts'
import type { ExecutorProbe } from '../../core/ports/executor.ts'
import type { WorkJournal } from '../../core/ports/work-journal.ts'
import type { OperationsLink, ReadyNotice } from '../../core/ports/link.ts'
import type { Membership } from '../../core/ports/membership.ts'
import type { Mesh } from '../../core/ports/mesh.ts'
import { mayRunImage } from '../../core/policy/verdict.ts'
import { createDockerExecutor } from '../../docker/docker-executor.ts'
import { listPresentImages } from '../../docker/images/present-images.ts'
import type { Engine } from '../../docker/engine/engine.ts'
import { findGpus } from '../../docker/containers/gpu-devices.ts'
import { ImageKeeper } from '../../docker/images/image-keeper.ts'
import { createReaper } from '../../docker/containers/reaper.ts'
import { createSqliteWorkJournal } from '../../store/sqlite/work-journal.ts'
import type { Config } from '../config.ts'
import type { Guardian } from '../guardian.ts'
import { memoryFolders } from '../policy/memory-folders.ts'
import { createPolicyGate } from '../policy/policy-gate.ts'
import type { PolicyKeeper } from '../policy/policy-keeper.ts'
import { trustedAllowances } from '../policy/trusted-allowances.ts'
import type { ImageSources } from './image-sources.ts'

export interface WorkerPartsDeps {
  readonly config: Config
  readonly stateDir: string
  readonly mesh: Mesh
  readonly membership: Membership
  readonly links: Links
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly lease: LeaseSettings
  readonly processors: number
  readonly guardian: Guardian
  readonly images: ImageSources
  readonly policy: PolicyKeeper
  readonly outputs: AttemptOutputs
}

export interface WorkerParts extends Startable {
  readonly running: number
  /** Holds back claims while somebody else needs the machine. */
  readonly claims: ClaimGate
  /** @returns a function that ends the subscription */
  onWorked(listener: (worked: WorkedAttempt) => void): () => void
  /** A home says how full its queue is. */
  heard(link: OperationsLink, notice: ReadyNotice): void
  /** Homes have something to say of the leases that are held of them. */
  leasesWanted(homes: readonly HomeId[]): void
  /** What tasks may take of this machine, and what of that is free. */
  room(): { readonly total: HostCapacity; readonly free: HostCapacity }
  /** Names of images that need not be pulled, the newest so many. @throws whatever the engine's client throws */
  images(most: number): Promise<readonly string[]>
  /** Task types it runs now. */
  types(): readonly string[]
  status(): Readonly<Record<string, string | number | boolean>>
}

const PROBE_EVERY_MS = { unavailable: 5 * SECOND, available: 30 * SECOND } as const
const PARK_MS = 25 * SECOND
const CLAIM_BATCH = 32
const GB = 1_000_000_000
/** Node's word for a processor in the word images and tasks use. */
const IMAGE_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

export function createWorkerParts(deps: WorkerPartsDeps): WorkerParts {
  const {
    config,
    stateDir,
    mesh,
    membership,
    links,
    clock,
    random,
    log,
    lease,
    processors,
    guardian,
    policy,
    outputs,
  } = deps
  const dockerHost = config.dockerHost ?? config.surroundings.dockerHost
  const executor = createDockerExecutor({
    runner: mesh.self,
    clock,
    random,
    log,
    credentials: deps.images.credentials,
    repositories: deps.images.repositories,
    allowsImage: (image) => mayRunImage(policy.policy, image),
    trusted: () => trustedAllowances(policy.policy),
    memoryFolders: memoryFolders(config),
    findGpus: () => findGpus(config.surroundings.path ?? '', clock),
    settings: {
      leaseMs: lease.leaseMs,
      buildKit: config.buildKit,
      ...(dockerHost === undefined ? {} : { engineHost: dockerHost }),
    },
  })
  const reaper = createReaper({ executor, clock, log })
  const imageKeeper = new ImageKeeper({
    engine: executor.engine,
    clock,
    log,
    settings: { maxBytes: config.imageCacheGb * GB, minFreeBytes: config.diskFreeGb * GB },
  })
  let probe: ExecutorProbe | undefined
  let marks: readonly string[] = []
  const slots = config.slots ?? processors
  const journal = forgettingOutputs(createSqliteWorkJournal(stateDir, clock), outputs)
  const isMember = (peer: PeerId): boolean =>
    peer === mesh.self || mesh.peers().some((admitted) => admitted.peer === peer)
  const runner = createContainerRunner({
    executor,
    signer: mesh.signer,
    meshIds: mesh.meshIds,
    clock,
    isTrustedSigner: (peer, vouchedBy) =>
      isMember(peer) || (vouchedBy !== undefined && isMember(vouchedBy) && membership.refusal(peer) === undefined),
    probe: () => probe,
    types: executor.supportedTypes,
    secrets: (refs) => policy.secrets(refs),
    outputs,
  })
  const watched = async <T>(work: () => Promise<T>): Promise<T> => {
    const release = guardian.hold()
    try {
      return await work()
    } finally {
      release()
    }
  }
  const guarded: ContainerRunner = {
    ...runner,
    run: (...call) => watched(() => runner.run(...call)),
    adopt: (...call) => watched(() => runner.adopt(...call)),
  }
  const workedListeners = new Set<(worked: WorkedAttempt) => void>()
  const worker = new Worker({
    onWorked: (worked) => {
      for (const tell of workedListeners) tell(worked)
    },
    self: mesh.self,
    links,
    runners: [guarded],
    outputs,
    journal,
    clock,
    random,
    log,
    lease,
    capacity: { slots, cpus: processors, memoryBytes: totalmem(), diskBytes: 0, gpus: 0 },
    settings: {
      images: () => marks,
      labels: config.labels,
      os: platform(),
      arch: IMAGE_ARCH[arch()] ?? arch(),
      trust: 'trusted',
      // As it is in force at each claim.
      get policy() {
        return policy.summary
      },
      parkMs: PARK_MS,
      claimBatch: CLAIM_BATCH,
    },
  })

  // Hears of a change first: homes are told of one that opens the gate.
  const policyGate = createPolicyGate({ policy, gate: worker.gate, clock, log })
  policy.onChange(() => {
    void worker.policyChanged()
  })

  let stopTimer = (): void => undefined
  let stopped = false
  let recovered = false
  const look = async (): Promise<void> => {
    const seen = await executor.probe()
    if (seen.available !== probe?.available || seen.problem !== probe.problem) {
      if (seen.available) log.info('executor.available', { engine: seen.engine })
      else log.warn('executor.unavailable', { problem: seen.problem })
    }
    probe = seen
    if (seen.available) marks = await presentMarks(executor.engine, marks)
    worker.capacity.resize({
      slots,
      cpus: Math.max(seen.cpus, processors),
      memoryBytes: seen.memoryBytes,
      diskBytes: seen.diskBytes,
      gpus: seen.gpus,
    })
    if (seen.available && !recovered) {
      await recover({ worker, runner: guarded, executor, journal, outputs, log })
      await executor.forgetSecrets()
      recovered = true
      // Only now: what a former process left has been taken up.
      await reaper.start()
      await imageKeeper.start()
    }
    if (stopped) return
    stopTimer = clock.after(seen.available ? PROBE_EVERY_MS.available : PROBE_EVERY_MS.unavailable, () => {
      void look().catch((error: unknown) => {
        log.error('executor.probe_failed', { error: errorText(error) })
      })
    })
  }

  return {
    get running() {
      return worker.running
    },
    claims: worker.gate,
    onWorked: (listener) => {
      workedListeners.add(listener)
      return () => workedListeners.delete(listener)
    },
    heard: (link, notice) => worker.heard(link, notice),
    leasesWanted: (homes) => worker.leasesWanted(homes),
    room: () => ({ total: worker.capacity.total, free: worker.capacity.free }),
    images: (most) => (probe?.available === true ? listPresentImages(executor.engine, most) : Promise.resolve([])),
    types: () => worker.offer().taskTypes,
    status: () => ({
      available: probe?.available ?? false,
      ...(probe?.engine === undefined ? {} : { engine: probe.engine }),
      ...(probe?.problem === undefined ? {} : { problem: probe.problem }),
      policy: policy.file ?? 'settings',
      policy_digest: policy.summary.digest,
      ...(policy.problem === undefined ? {} : { policy_problem: policy.problem }),
      slots,
      running: worker.running,
      ...(worker.gate.isClosed
        ? {
            paused_by: worker.gate
              .pauses()
              .map(({ holder }) => holder)
              .join(', '),
          }
        : {}),
    }),
    start: async () => {
      await journal.start()
      await executor.start()
      await outputs.start()
      await look()
      await policyGate.start()
      await worker.start()
    },
    stop: async () => {
      stopped = true
      stopTimer()
      await imageKeeper.stop()
      await reaper.stop()
      await policyGate.stop()
      await worker.stop()
      await outputs.stop()
      await executor.stop()
      await journal.stop()
      await guardian.stop()
    },
  }
}

/** What was brought to another home is not needed here once that home has answered. */
function forgettingOutputs(journal: WorkJournal, outputs: AttemptOutputs): WorkJournal {
  return {
    start: () => journal.start(),
    stop: () => journal.stop(),
    begin: (grant) => journal.begin(grant),
    end: (grant, end) => journal.end(grant, end),
    entries: () => journal.entries(),
    forget: async (taskId, fence) => {
      await journal.forget(taskId, fence)
      await outputs.forget(taskId)
    },
  }
}

/** Of the newest images; what was seen last when the engine does not say. */
async function presentMarks(engine: Engine, last: readonly string[]): Promise<readonly string[]> {
  try {
    const names = await listPresentImages(engine, MOST_IMAGE_MARKS)
    return [...new Set(names.map(imageMark))]
  } catch {
    return last
  }
}
