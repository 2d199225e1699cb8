/** What is done to the members of a run, each for a while: afterwards it is mended. */
import { setTimeout as pause } from 'node:timers/promises'
import type { SeededRandom } from '../support/seeded-random.ts'
import type { Ground, Member } from './ground.ts'

export interface FaultDeps {
  readonly ground: Ground
  readonly random: SeededRandom
  readonly tell: (what: string) => void
  /** Longest time that one fault lasts. */
  readonly mostMs: number
}

/** @param ms how long it lasts */
type Fault = (deps: FaultDeps, member: Member, ms: number) => Promise<void>

const GITHUB_FAULTS = [
  { kind: 'status', status: 502 },
  { kind: 'status', status: 503 },
  { kind: 'secondary', status: 403, retryAfter: 2 },
  { kind: 'secondary', status: 429, retryAfter: 2 },
  { kind: 'commit-then-502' },
  { kind: 'truncate' },
] as const
const HOUR_SECONDS = 3600
const CLOCK_HOURS = [-5, -1, 1, 3]

async function killed({ tell }: FaultDeps, member: Member, ms: number): Promise<void> {
  tell(`kill -9 of ${member.name}, back after ${String(ms)} ms`)
  const { process } = member
  member.process = undefined
  await process?.kill()
  await pause(ms)
  member.process = await member.start()
}

async function restarted({ tell }: FaultDeps, member: Member, ms: number): Promise<void> {
  tell(`${member.name} stopped in order, back after ${String(ms)} ms`)
  const { process } = member
  member.process = undefined
  const askedAt = performance.now()
  await process?.stop()
  const tookMs = performance.now() - askedAt
  // It gives back what it works on, with a grace for its containers: more is a fault of its own.
  if (tookMs > LONG_STOP_MS) tell(`${member.name} took ${String(Math.round(tookMs))} ms to stop`)
  await pause(ms)
  member.process = await member.start()
}

async function frozen({ tell }: FaultDeps, { name, process }: Member, ms: number): Promise<void> {
  tell(`${name} frozen for ${String(ms)} ms`)
  process?.child.kill('SIGSTOP')
  await pause(ms)
  process?.child.kill('SIGCONT')
}

async function cut({ ground: { hub }, tell }: FaultDeps, { name }: Member, ms: number): Promise<void> {
  tell(`connections of ${name} cut for ${String(ms)} ms`)
  await hub.cut(name)
  await pause(ms)
  await hub.heal(name)
}

async function slow({ ground: { hub }, tell }: FaultDeps, { name }: Member, ms: number): Promise<void> {
  tell(`${name} 150 ms away for ${String(ms)} ms`)
  await hub.delay(name, 150)
  await pause(ms)
  await hub.heal(name)
}

async function partitioned({ tell }: FaultDeps, { name, machine }: Member, ms: number): Promise<void> {
  tell(`nothing reaches ${name} for ${String(ms)} ms`)
  machine.partition()
  await pause(ms)
  machine.heal()
}

async function lossy({ tell }: FaultDeps, { name, machine }: Member, ms: number): Promise<void> {
  tell(`a fifth of what is sent to ${name} is lost for ${String(ms)} ms`)
  machine.lose(0.2)
  await pause(ms)
  machine.heal()
}

async function engineRestarted({ ground, random, tell }: FaultDeps): Promise<void> {
  const signal = random.unit() < 0.5 ? 'SIGTERM' : 'SIGKILL'
  tell(`engine of b ended by ${signal} and started again`)
  await ground.privateEngine.restart(signal)
}

async function diskFull({ ground: { privateEngine }, tell }: FaultDeps, _: Member, ms: number): Promise<void> {
  tell(`disk of b’s engine full for ${String(ms)} ms`)
  await privateEngine.fill(0)
  await pause(ms)
  await privateEngine.giveBack()
}

async function gitHubFails(deps: FaultDeps, member: Member, ms: number): Promise<void> {
  const { ground, random, tell } = deps
  const fault = GITHUB_FAULTS[Math.floor(random.unit() * GITHUB_FAULTS.length)] ?? GITHUB_FAULTS[0]
  tell(`GitHub answers ${JSON.stringify(fault)} six times, and ${member.name} has to ask it`)
  await ground.hub.gitHubFault({ fault, times: 6 })
  // Connected peers leave GitHub alone: who starts asks.
  await restarted({ ...deps, tell: () => undefined }, member, Math.round(ms / 4))
}

async function clockShifted({ random, tell }: FaultDeps, { name, clock }: Member, ms: number): Promise<void> {
  const hours = CLOCK_HOURS[Math.floor(random.unit() * CLOCK_HOURS.length)] ?? 1
  tell(`clock of ${name} moved by ${String(hours)} h for ${String(ms)} ms`)
  clock.shift(hours * HOUR_SECONDS)
  await pause(ms)
  clock.shift(0)
}

interface Kind {
  readonly fault: Fault
  /** How often, against the others. */
  readonly weight: number
  /** Whom it may meet. */
  readonly meets: 'workers' | 'all'
  readonly longestMs: number
}

const SHORT = 6000
/** Of a stop in order: the grace of a container, and as much again. */
const LONG_STOP_MS = 20_000
/** Longer than a lease, so that it ends while its holder still works. */
const BEYOND_LEASE = 16_000

export const FAULTS: Readonly<Record<string, Kind>> = {
  killed: { fault: killed, weight: 4, meets: 'all', longestMs: SHORT },
  restarted: { fault: restarted, weight: 1, meets: 'all', longestMs: 2000 },
  frozen: { fault: frozen, weight: 3, meets: 'all', longestMs: BEYOND_LEASE },
  cut: { fault: cut, weight: 2, meets: 'workers', longestMs: BEYOND_LEASE },
  slow: { fault: slow, weight: 1, meets: 'workers', longestMs: SHORT },
  partitioned: { fault: partitioned, weight: 2, meets: 'all', longestMs: BEYOND_LEASE },
  lossy: { fault: lossy, weight: 2, meets: 'all', longestMs: SHORT },
  engine: { fault: engineRestarted, weight: 2, meets: 'workers', longestMs: 0 },
  disk: { fault: diskFull, weight: 1, meets: 'workers', longestMs: SHORT },
  github: { fault: gitHubFails, weight: 1, meets: 'workers', longestMs: SHORT },
  clock: { fault: clockShifted, weight: 2, meets: 'all', longestMs: BEYOND_LEASE },
}
const SHORTEST_MS = 500

/** One fault after the other until `isOver`. Each kind has its turn before chance decides. */
export async function hurt(deps: FaultDeps, kinds: readonly string[], isOver: () => boolean): Promise<void> {
  const { ground, random, mostMs } = deps
  const below = (most: number): number => Math.floor(random.unit() * most)
  const turns = shuffled(kinds, below)
  const weighted = kinds.flatMap((kind) => Array<string>(FAULTS[kind]?.weight ?? 0).fill(kind))
  while (!isOver()) {
    const { fault, meets, longestMs } = FAULTS[turns.shift() ?? weighted[below(weighted.length)] ?? ''] ?? {}
    if (fault === undefined || longestMs === undefined) return
    const worker = ground.workers[below(2)] ?? ground.workers[0]
    const member = meets === 'all' && below(3) === 0 ? ground.home : worker
    await fault(deps, member, SHORTEST_MS + below(Math.max(1, Math.min(longestMs, mostMs) - SHORTEST_MS)))
    await pause(500 + below(2000))
  }
}

function shuffled(kinds: readonly string[], below: (most: number) => number): string[] {
  const left = [...kinds]
  return kinds.flatMap(() => left.splice(below(left.length), 1))
}
