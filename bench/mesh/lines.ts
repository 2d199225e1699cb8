/** The figures of the mesh benchmark as lines: each contestant beside its peer, ratios of pairs of one round. */
import { cpus } from 'node:os'
import { quantile, round } from '../queue/report.ts'

interface Pair {
  readonly name: string
  readonly ours: string
  readonly theirs: string
}

const MESH_PAIRS: readonly Pair[] = [
  { name: 'mesh-rpc', ours: 'JSON-RPC echo, requests/s', theirs: 'bare libp2p echo, requests/s' },
  { name: 'mesh-rpc-batched', ours: 'JSON-RPC echo, requests/s', theirs: 'bare libp2p echo, batched, requests/s' },
  { name: 'mesh-operation', ours: 'operation list_peers, requests/s', theirs: 'bare libp2p echo, requests/s' },
  { name: 'mesh-bulk', ours: 'channel bulk, MB/s', theirs: 'bare libp2p bulk, MB/s' },
  { name: 'mesh-bulk-relayed', ours: 'channel bulk through a relay, MB/s', theirs: 'channel bulk, MB/s' },
  { name: 'mesh-rpc-relayed', ours: 'JSON-RPC echo through a relay, requests/s', theirs: 'JSON-RPC echo, requests/s' },
  { name: 'mesh-set-up', ours: 'target to first operation answered, ms', theirs: 'bare dial to first reply, ms' },
]

/** @param results rounds of each contestant, by its name, whose last word is its unit */
export function meshLines(results: ReadonlyMap<string, readonly number[]>): string[] {
  const machine = `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`
  return MESH_PAIRS.flatMap(({ name, ours, theirs }) => {
    const [mine, other] = [results.get(ours) ?? [], results.get(theirs) ?? []]
    if (mine.length === 0 || other.length === 0) return []
    const ratio = round(
      quantile(
        mine.map((value, at) => value / (other[at] ?? Number.NaN)),
        0.5,
      ),
    )
    const [figure, theirFigure] = [round(quantile(mine, 0.5)), round(quantile(other, 0.5))]
    const unit = ours.slice(ours.lastIndexOf(' ') + 1)
    const line = {
      name,
      figure,
      unit,
      ratio,
      peer: theirs,
      peer_figure: theirFigure,
      n: mine.length,
      what: ours,
      machine,
    }
    return [JSON.stringify(line)]
  })
}
