/** What all rooms of one peer stand on: its settings, its directory, its clock, and the order in which parts are started. */
import { errorText } from '../../core/errors.ts'
import { Events } from '../../core/events.ts'
import { LEASE, type LeaseSettings } from '../../core/lease.ts'
import type { Clock, Logger, Random, Startable } from '../../core/ports/clock.ts'
import { QueueMeter } from '../../dashboard/metrics/queue-meter.ts'
import type { Config } from '../config.ts'
import { findRunnerName } from '../detection/runner-name.ts'
import { createPolicyKeeper, type PolicyKeeper } from '../policy/policy-keeper.ts'
import { makeStateDirectory, stateDirectory } from '../state-directory.ts'
import { systemClock, systemRandom } from '../system.ts'
import { keepYoungGenerationSmall } from '../young-generation.ts'

export interface PeerRoles {
  /** Keeps a queue and serves MCP. */
  readonly home: boolean
  readonly worker: boolean
}

export interface PeerSurroundings {
  readonly log: Logger
  /** How this program's command line is started again, for processes that must outlive this one. */
  readonly program: readonly [string, ...string[]]
}

export interface Ground extends PeerSurroundings {
  readonly config: Config
  readonly roles: PeerRoles
  readonly stateDir: string
  readonly runnerName: string
  readonly lease: LeaseSettings
  /** What the owner of the machine allows. */
  readonly policy: PolicyKeeper
  readonly events: Events
  /** Counts what happens, for whoever watches. */
  readonly meter: QueueMeter
  readonly clock: Clock
  readonly random: Random
  /** Starts a part now; what is started last is stopped first. */
  readonly start: <T extends Startable>(part: T) => Promise<T>
}

export async function layGround(
  config: Config,
  roles: PeerRoles,
  { log, program }: PeerSurroundings,
  start: Ground['start'],
): Promise<Ground> {
  keepYoungGenerationSmall()
  const stateDir = stateDirectory(config)
  await makeStateDirectory(stateDir)
  const policy = await start(await createPolicyKeeper({ config, stateDir, clock: systemClock, log }))
  const events = new Events((error) => {
    log.error('events.listener_failed', { error: errorText(error) })
  })
  const meter = new QueueMeter(systemClock)
  events.listen((event) => meter.heard(event))
  return {
    config,
    roles,
    stateDir,
    runnerName: await findRunnerName(config),
    lease: {
      ...LEASE,
      leaseMs: config.leaseMs,
      renewEveryMs: config.leaseMs / 3,
      marginMs: config.leaseMs / 10,
      lostGraceMs: config.lostGraceMs,
    },
    policy,
    events,
    meter,
    clock: systemClock,
    random: systemRandom,
    log,
    program,
    start,
  }
}
