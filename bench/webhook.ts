/**
 * `npm run bench -- webhook`: how many signed deliveries a second are acknowledged, each once it is on the disk, and how long
 * an answer takes: at 200 a second as in the promise, and flat out with 64 under way. In turns with it adnanh/webhook, which
 * keeps nothing, the same with a command that keeps the payload, and a bare node:http server. All are processes of their own.
 *
 * --rounds N (6)  --deliveries N (a round, 800)  --quick  --json
 */
import { parseArgs } from 'node:util'
import { newFolder } from '../test/support/server-programs.ts'
import type { Missing } from './queue/contestant.ts'
import { Leftovers } from './queue/leftovers.ts'
import { quantile, Report, round } from './queue/report.ts'
import { startAdnanhWebhook, startBare, startOurs, type Receiver } from './webhook/contestants.ts'
import { AT_A_TIME, deliverAtPace, deliverFlatOut, PER_SECOND, refusesForgery, type Run } from './webhook/deliveries.ts'

/** Of GitHub's ten seconds an answer may take this much, at 200 deliveries a second. */
const REACH_P99_MS = 100
const PACED_SHARE = 0.25
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    deliveries: { type: 'string', default: '800' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const rounds = values.quick ? 1 : Number(values.rounds)
const count = values.quick ? 200 : Number(values.deliveries)
const WAYS = {
  'at 200/s': (receiver: Receiver) => deliverAtPace(receiver, Math.ceil(count * PACED_SHARE)),
  'flat out': (receiver: Receiver) => deliverFlatOut(receiver, count),
} as const
type Way = keyof typeof WAYS

const report = new Report(values.json)
const leftovers = new Leftovers()
try {
  report.addMachine(await newFolder(leftovers))
  const ours = await startOurs(leftovers)
  const missing: Missing[] = []
  const others = [
    await startBare(leftovers),
    ...(await startAdnanhWebhook(leftovers).catch((error: unknown) => {
      missing.push({ name: 'adnanh/webhook', missing: (error as Error).message.slice(0, 400) })
      return []
    })),
  ]
  const contestants = [ours, ...others]
  for (const receiver of contestants) {
    if (receiver.durability.startsWith('signature checked') && !(await refusesForgery(receiver))) {
      throw new Error(`${receiver.name} takes a delivery with a forged signature`)
    }
    await deliverFlatOut(receiver, Math.ceil(count / 4))
  }
  const runs = new Map<Receiver, Record<Way, Run[]>>(
    contestants.map((receiver) => [receiver, { 'at 200/s': [], 'flat out': [] }]),
  )
  for (let turn = 0; turn < rounds; turn += 1) {
    // Who was first is last in the next round.
    for (const receiver of turn % 2 === 0 ? contestants : contestants.toReversed()) {
      for (const way of Object.keys(WAYS) as Way[]) runs.get(receiver)?.[way].push(await WAYS[way](receiver))
    }
  }
  for (const way of Object.keys(WAYS) as Way[]) {
    for (const other of others) tell(way, ours, runs.get(ours)?.[way] ?? [], other, runs.get(other)?.[way] ?? [])
  }
  for (const { name, missing: why } of missing) {
    report.add({ name: 'webhook-flat-out', peer: name, missing: why }, `${name}: missing, ${why}`)
  }
} finally {
  await leftovers.remove()
}

function tell(way: Way, ours: Receiver, mine: readonly Run[], other: Receiver, theirs: readonly Run[]): void {
  const waits = (runs: readonly Run[], share: number): number =>
    round(
      quantile(
        runs.flatMap(({ waitsMs }) => waitsMs),
        share,
      ),
    )
  const rate = (runs: readonly Run[]): number =>
    round(
      quantile(
        runs.map(({ perSecond }) => perSecond),
        0.5,
      ),
    )
  const ratios = mine.map(({ perSecond }, turn) => perSecond / (theirs[turn]?.perSecond ?? Number.NaN))
  const ratio = round(quantile(ratios, 0.5))
  const [p50, p99] = [waits(mine, 0.5), waits(mine, 0.99)]
  const paced = way === 'at 200/s'
  const reach = paced ? `  ${p99 <= REACH_P99_MS ? 'within' : 'OVER'} ${String(REACH_P99_MS)}` : ''
  const figures = {
    ...{ figure: rate(mine), unit: 'deliveries/s', peer: other.name, peer_figure: rate(theirs), ratio, p50, p99 },
    ...{ peer_p50: waits(theirs, 0.5), peer_p99: waits(theirs, 0.99) },
    n: mine.flatMap(({ waitsMs }) => waitsMs).length,
  }
  report.add(
    {
      name: `webhook-${way.replace(/\W+/g, '-')}`,
      ...figures,
      ...(paced ? { per_second: PER_SECOND } : { in_flight: AT_A_TIME }),
      ...{ durability: ours.durability, peer_durability: other.durability },
    },
    `${way}: ${String(figures.figure)}/s, ${String(ratio)} × ${other.name} (${String(figures.peer_figure)}/s); answered after p50 ${String(p50)} ms, p99 ${String(p99)} ms${reach} (p50 ${String(figures.peer_p50)} ms, p99 ${String(figures.peer_p99)} ms)`,
  )
}
