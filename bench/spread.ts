/**
 * `npm run bench -- spread`: how evenly tasks spread over peers that are all idle, as the busiest peer's share over the
 * mean one, for the preferred peer (Merkle clock, Hamming distance) and beside it rendezvous hashing. With busy peers, who
 * are not chosen until they are done, it is what a home under load does.
 *
 * --peers N (50)  --tasks N (10000)  --meshes N (20)  --json
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { rankByRendezvous } from '../src/coordinator/cache/rendezvous.ts'
import { Scheduler } from '../src/coordinator/scheduler/scheduler.ts'
import { systemClock } from '../src/app/system.ts'
import type { ParkedClaim } from '../src/coordinator/parked-claims.ts'
import { formatTaskId, type HomeId } from '../src/core/ids.ts'
import { ANY_NEEDS, sampleOffer } from '../test/support/sample-task.ts'

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '50' },
    tasks: { type: 'string', default: '10000' },
    meshes: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})
const [peers, tasks, meshes] = [Number(values.peers), Number(values.tasks), Number(values.meshes)]

interface Chooser {
  readonly choose: (idle: readonly ParkedClaim[], seq: number) => ParkedClaim
  /** Hears who becomes busy and who idle again. */
  readonly busy?: (claim: ParkedClaim) => void
  readonly idle?: (claim: ParkedClaim) => void
}

/** @param busyFor how many further tasks a chosen peer is busy for @returns the busiest peer's tasks over the mean */
function spread(claims: readonly ParkedClaim[], { choose, ...hears }: Chooser, busyFor: number): number {
  const counts = new Map<string, number>()
  const busy: ParkedClaim[] = []
  let idle = claims
  for (let seq = 1; seq <= tasks; seq += 1) {
    const chosen = choose(idle, seq)
    counts.set(chosen.offer.peer, (counts.get(chosen.offer.peer) ?? 0) + 1)
    if (busyFor === 0) continue
    busy.push(chosen)
    hears.busy?.(chosen)
    idle = idle.filter((claim) => claim !== chosen)
    const done = busy.length > busyFor ? busy.shift() : undefined
    if (done === undefined) continue
    idle = [...idle, done]
    hears.idle?.(done)
  }
  return Math.max(...counts.values()) / (tasks / claims.length)
}

const median = (figures: readonly number[]): number =>
  Number((figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0).toFixed(3))
const worst = (figures: readonly number[]): number => Number(Math.max(...figures).toFixed(3))

const found = { preferred: [] as number[], rendezvous: [] as number[], loaded: [] as number[] }
let chosenMs = 0
for (let mesh = 0; mesh < meshes; mesh += 1) {
  const home =
    `meshmeshmeshme${String.fromCharCode(97 + (mesh % 26))}${String.fromCharCode(97 + Math.floor(mesh / 26))}` as HomeId
  const scheduler = new Scheduler(home, systemClock)
  const claims = Array.from({ length: peers }, (_, arrival): ParkedClaim => {
    const offer = sampleOffer(`12D3KooW${String(mesh)}Peer${String(arrival)}`)
    return {
      offer,
      arrival,
      request: { worker: offer.peer, requestId: '', max: 1, leaseMs: 1, fits: () => true, policyDigest: '' },
    }
  })
  const preferred = (): Chooser => {
    const pool = scheduler.poolFor(ANY_NEEDS)
    for (const claim of claims) pool.add(claim)
    return {
      choose: (_, seq) => pool.choose({ place: 0, id: formatTaskId({ home, epoch: 1, seq }) }),
      busy: (claim) => pool.delete(claim),
      idle: (claim) => pool.add(claim),
    }
  }
  const byId = new Map(claims.map((claim) => [claim.offer.peer, claim]))
  const rendezvous: Chooser['choose'] = (candidates, seq) => {
    const [first] = rankByRendezvous(
      String(seq),
      candidates.map(({ offer }) => offer.peer),
    )
    const claim = first === undefined ? undefined : byId.get(first)
    if (claim === undefined) throw new Error('nobody')
    return claim
  }
  const startedAt = systemClock.mono()
  found.preferred.push(spread(claims, preferred(), 0))
  chosenMs += systemClock.mono() - startedAt
  found.rendezvous.push(spread(claims, { choose: rendezvous }, 0))
  found.loaded.push(spread(claims, preferred(), Math.floor(peers * 0.8)))
}

const result = {
  name: 'spread-preferred-peer',
  unit: 'max/mean',
  figure: median(found.preferred),
  worst: worst(found.preferred),
  ratio: Number((median(found.preferred) / median(found.rendezvous)).toFixed(3)),
  peer: 'rendezvous hashing',
  rendezvous: median(found.rendezvous),
  rendezvous_worst: worst(found.rendezvous),
  four_fifths_busy: median(found.loaded),
  four_fifths_busy_worst: worst(found.loaded),
  choice_us: Number(((chosenMs * 1000) / (tasks * meshes)).toFixed(1)),
  n: meshes,
  machine: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
}
process.stdout.write(
  values.json
    ? `${JSON.stringify(result)}\n`
    : `${String(peers)} peers × ${String(tasks)} tasks, ${String(meshes)} meshes, busiest ÷ mean (worst mesh):
  preferred peer, all idle         ${String(result.figure)} (${String(result.worst)})
  rendezvous hashing, all idle     ${String(result.rendezvous)} (${String(result.rendezvous_worst)})
  preferred peer, 4 of 5 busy      ${String(result.four_fifths_busy)} (${String(result.four_fifths_busy_worst)})
  one choice                       ${String(result.choice_us)} µs
`,
)
