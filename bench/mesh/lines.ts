/** The figures of the mesh benchmark: each contestant beside its peer, ratios of pairs of one round. */
import { cpus } from 'node:os'
import { ARTIFACT_MIB, LOG_MIB } from '../../test/support/output-deliveries.ts'
import { quantile, round } from '../queue/report.ts'
import type { Asked } from './bare.ts'

/** What was measured, by a name whose last word is its unit. */
export const BARE_ECHO = 'bare libp2p echo, requests/s'
export const BARE_BATCHED = 'bare libp2p echo, batched, requests/s'
export const BARE_SINGLE = 'bare libp2p echo, one at a time, requests/s'
export const BARE_BULK = 'bare libp2p bulk, MB/s'
export const BARE_SET_UP = 'bare dial to first reply, ms'
export const BARE_JOIN = 'start of a bare libp2p process to first reply, ms'
export const BARE_RESIDENT = 'resident memory of an idle bare libp2p process, MiB'
export const BARE_PER_PEER = 'memory per idle peer that is connected, bare libp2p, MiB'
export const RPC = 'JSON-RPC echo, requests/s'
export const RPC_SINGLE = 'JSON-RPC echo, one at a time, requests/s'
export const RPC_RELAYED = 'JSON-RPC echo through a relay, requests/s'
export const OPERATION = 'operation list_peers, requests/s'
export const OPERATION_SINGLE = 'operation list_peers, one at a time, requests/s'
export const BULK = 'channel bulk, MB/s'
export const BULK_RELAYED = 'channel bulk through a relay, MB/s'
export const LOG = `log of ${String(LOG_MIB)} MB, disk to disk, MB/s`
export const LOG_RELAYED = `log of ${String(LOG_MIB)} MB through a relay, disk to disk, MB/s`
export const ARTIFACT = `artifact of ${String(ARTIFACT_MIB)} MB, disk to disk, MB/s`
export const ARTIFACT_RELAYED = `artifact of ${String(ARTIFACT_MIB)} MB through a relay, disk to disk, MB/s`
export const SET_UP = 'target to first operation answered, ms'
export const JOIN = 'start of a whole peer to being a member, ms'
export const RESIDENT = 'resident memory of an idle peer, MiB'
export const PER_PEER = 'memory per idle peer that is connected, MiB'

interface Pair {
  readonly name: string
  readonly ours: string
  readonly theirs: string
  /** What the ratio has to reach. */
  readonly reach?: string
}

const PAIRS: readonly Pair[] = [
  { name: 'mesh-rpc', ours: RPC, theirs: BARE_ECHO, reach: 'at least 0.6' },
  { name: 'mesh-rpc-batched', ours: RPC, theirs: BARE_BATCHED },
  { name: 'mesh-operation', ours: OPERATION, theirs: BARE_ECHO },
  { name: 'mesh-rpc-single', ours: RPC_SINGLE, theirs: BARE_SINGLE },
  { name: 'mesh-operation-single', ours: OPERATION_SINGLE, theirs: BARE_SINGLE },
  { name: 'mesh-bulk', ours: BULK, theirs: BARE_BULK },
  { name: 'mesh-log', ours: LOG, theirs: BARE_BULK },
  { name: 'mesh-artifact', ours: ARTIFACT, theirs: BARE_BULK },
  { name: 'mesh-rpc-relayed', ours: RPC_RELAYED, theirs: RPC },
  { name: 'mesh-bulk-relayed', ours: BULK_RELAYED, theirs: BULK },
  { name: 'mesh-log-relayed', ours: LOG_RELAYED, theirs: LOG },
  { name: 'mesh-artifact-relayed', ours: ARTIFACT_RELAYED, theirs: ARTIFACT },
  { name: 'mesh-set-up', ours: SET_UP, theirs: BARE_SET_UP },
  { name: 'mesh-join', ours: JOIN, theirs: BARE_JOIN },
  { name: 'mesh-resident', ours: RESIDENT, theirs: BARE_RESIDENT },
  { name: 'mesh-memory-per-peer', ours: PER_PEER, theirs: BARE_PER_PEER },
]

interface MeshLine {
  readonly name: string
  readonly figure: number
  readonly unit: string
  readonly ratio: number
  readonly peer: string
  readonly peer_figure: number
  readonly n: number
  /** Of each single time where times were taken, else of the rounds: 99 of 100 are no worse. */
  readonly p50: number
  readonly p99: number
  readonly p_unit: string
  readonly what: string
  readonly reach?: string | undefined
  readonly machine: string
}

/** @param results rounds of each contestant */
export function meshLines(results: ReadonlyMap<string, readonly Asked[]>): MeshLine[] {
  const machine = `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`
  const lines = PAIRS.flatMap(({ name, ours, theirs, reach }): MeshLine[] => {
    const [mine, other] = [results.get(ours) ?? [], results.get(theirs) ?? []]
    if (mine.length === 0 || other.length === 0) return []
    const ratio = quantile(
      mine.map(({ value }, at) => value / (other[at]?.value ?? Number.NaN)),
      0.5,
    )
    const [figure, theirFigure] = [medianOf(mine), medianOf(other)]
    const unit = ours.slice(ours.lastIndexOf(' ') + 1)
    const told = {
      name,
      figure: round(figure),
      unit,
      ratio: round(ratio),
      peer: theirs,
      peer_figure: round(theirFigure),
    }
    return [{ ...told, ...spreadOf(mine, unit), what: ours, reach, machine }]
  })
  const overhead = overheadLine(results, machine)
  return overhead === undefined ? lines : [...lines, overhead]
}

/** What an operation takes longer than a bare echo, each asked one after the other. */
function overheadLine(results: ReadonlyMap<string, readonly Asked[]>, machine: string): MeshLine | undefined {
  const [mine = [], other = []] = [OPERATION_SINGLE, BARE_SINGLE].map((name) =>
    results.get(name)?.flatMap(({ tookMs }) => tookMs),
  )
  if (mine.length === 0 || other.length === 0) return undefined
  const over = (share: number): number => round(quantile(mine, share) - quantile(other, share))
  const [p50, theirs] = [quantile(mine, 0.5), quantile(other, 0.5)]
  return {
    name: 'mesh-request-overhead',
    figure: over(0.5),
    unit: 'ms',
    ratio: round(p50 / theirs),
    peer: 'a bare libp2p echo, one at a time, ms',
    peer_figure: round(theirs),
    n: mine.length,
    p50: over(0.5),
    p99: over(0.99),
    p_unit: 'ms',
    what: 'an operation takes longer than a bare echo by, ms',
    machine,
  }
}

export function medianOf(rounds: readonly Asked[]): number {
  return quantile(
    rounds.map(({ value }) => value),
    0.5,
  )
}

function spreadOf(rounds: readonly Asked[], unit: string): Pick<MeshLine, 'n' | 'p50' | 'p99' | 'p_unit'> {
  const times = rounds.flatMap(({ tookMs }) => tookMs)
  const samples = times.length > 0 ? times : rounds.map(({ value }) => value)
  const worst = times.length === 0 && unit.endsWith('/s') ? 0.01 : 0.99
  const [p50, p99] = [round(quantile(samples, 0.5)), round(quantile(samples, worst))]
  return { n: samples.length, p50, p99, p_unit: times.length > 0 ? 'ms' : unit }
}
