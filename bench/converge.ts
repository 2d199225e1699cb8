/**
 * `npm run bench -- converge`: how long it takes until each of 30 peers that are told of each other at once, as by a
 * registry, is connected with all others: with ours, admitted by its key in both directions. In turns with as many bare
 * libp2p nodes that dial each other. The peers share a few processes.
 *
 * --peers N (30)  --processes N (3)  --rounds N (3)  --json
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, systemRandom } from '../src/app/system.ts'
import { newMeshKey } from '../src/mesh/mesh-key.ts'
import { newFolder } from '../test/support/server-programs.ts'
import type { Kind } from './converge/members.ts'
import { Leftovers } from './queue/leftovers.ts'
import { quantile, Report, round } from './queue/report.ts'

/** What bare libp2p took when the number to reach was set. */
const MEASURED_BARE_S = 5
/** A machine that is busy with other things takes many times as long, and tells nothing. */
const PATIENCE_MS = 180_000
const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '30' },
    processes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const [peers, processes] = [Number(values.peers), Number(values.processes)]
const report = new Report(values.json)
const leftovers = new Leftovers()
const took: Record<Kind, number[]> = { ours: [], bare: [] }
try {
  for (let turn = 0; turn < Number(values.rounds); turn += 1) {
    const kinds: readonly Kind[] = turn % 2 === 0 ? ['ours', 'bare'] : ['bare', 'ours']
    for (const kind of kinds) took[kind].push(await converge(kind))
  }
} finally {
  await leftovers.remove()
}
const ratio = round(
  quantile(
    took.ours.map((seconds, turn) => seconds / (took.bare[turn] ?? Number.NaN)),
    0.5,
  ),
)
const [figure, bare] = [round(quantile(took.ours, 0.5)), round(quantile(took.bare, 0.5))]
const [p50, p99, of5s] = [figure, round(quantile(took.ours, 0.99)), round(figure / MEASURED_BARE_S)]
report.add(
  {
    ...{ name: `converge-${String(peers)}-peers`, figure, unit: 's', ratio, n: took.ours.length, p50, p99 },
    ...{ peer: 'bare libp2p, no admission', peer_figure: bare, of_5_s: of5s, processes },
  },
  `${String(peers)} peers know each other after ${String(figure)} s, at most ${String(Math.max(...took.ours.map(round)))} s; ${String(ratio)} × bare libp2p (${String(bare)} s); ${String(of5s)} of 5 s (to reach: 1.2)`,
)

/** @returns seconds from the word of who is there until all are connected with all */
async function converge(kind: Kind): Promise<number> {
  const folder = await newFolder(leftovers)
  const key = newMeshKey(systemRandom)
  const children = Array.from({ length: processes }, (_, index) => {
    const share = Math.floor(peers / processes) + (index < peers % processes ? 1 : 0)
    const args = [kind, String(share), join(folder, String(index)), key]
    return fork(new URL('converge/members.ts', import.meta.url), args)
  })
  const gone = children.map((child) => once(child, 'exit'))
  const stop = async (): Promise<void> => {
    for (const child of children) if (child.connected) child.disconnect()
    await Promise.all(gone)
  }
  leftovers.add(stop)
  const heard = await Promise.all(children.map((child) => once(child, 'message') as Promise<[string[]]>))
  const all = heard.flatMap(([addresses]) => addresses)
  const from = performance.now()
  const done = children.map((child) => once(child, 'message'))
  for (const child of children) child.send(all)
  const late = new AbortController()
  const patience = systemClock.sleep(PATIENCE_MS, late.signal).then(() => {
    throw new Error(`${kind}: not all of ${String(peers)} know each other after ${String(PATIENCE_MS / 1000)} s.`)
  })
  await Promise.race([Promise.all(done), patience])
  patience.catch(() => undefined)
  late.abort()
  const seconds = (performance.now() - from) / 1000
  await stop()
  return seconds
}
