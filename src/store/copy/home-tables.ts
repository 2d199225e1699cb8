/** What of a home is copied, table by table: columns that both stores have, under the same names. Leases are not: they are soft. */
import { TASK_COLUMNS } from '../rows.ts'

export interface HomeTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Its rows are told in this order on both sides. */
  readonly key: readonly string[]
}

function table(name: string, key: string, columns = ''): HomeTable {
  const keys = key.split(' ')
  return { name, key: keys, columns: [...keys, ...columns.split(' ').filter((column) => column !== '')] }
}

/** In the order in which they are written. */
export const HOME_TABLES: readonly HomeTable[] = [
  table('fit_class', 'id', 'needs'),
  table('concurrency_group', 'key', 'max'),
  table('lane', 'id', 'fit_class submitter priority group_key'),
  table('task', 'seq', TASK_COLUMNS.filter((column) => column !== 'seq').join(' ')),
  table('spec', 'seq', 'body'),
  table('outcome', 'seq', 'exit_code result error'),
  table('attempt', 'seq fence', 'number worker started_at ended_at outcome reason error'),
  table('refusal', 'seq worker policy_digest', 'rule'),
  table('need', 'parent child'),
  table('idempotency', 'submitter key', 'epoch seq digest until'),
  table('alias', 'submitter workflow alias', 'seq digest'),
  table('mark', 'name seq'),
  table('cron', 'name', 'expression time_zone template next_at paused fired_at'),
]

export type Cell = string | number | null | Uint8Array
export type Row = Readonly<Record<string, Cell>>

export interface HomeNumbers {
  readonly homeId: string
  readonly epoch: number
  /** The last number of the log, and the last task number, that were given out. */
  readonly lsn: number
  readonly seq: number
}

/** A home at rest: nobody serves it while this is open. */
export interface HomeAtRest {
  /** For people: never with a password. */
  readonly name: string
  numbers(): Promise<HomeNumbers>
  /** Whether it has never held a task or a schedule. */
  isEmpty(): Promise<boolean>
  /** Pages of the table's rows, in the order of its key. */
  pages(table: HomeTable): AsyncIterable<readonly Row[]>
  insert(table: HomeTable, rows: readonly Row[]): Promise<void>
  /** What the store keeps beside the rows is made of them, and its numbers go on from these. */
  adopt(numbers: HomeNumbers): Promise<void>
  /** Notes that the home has gone on elsewhere, so that it never uses a fence again should it be served here once more. */
  retire(epoch: number): Promise<void>
  /** Everything or nothing of what was written. */
  commit(): Promise<void>
  close(): Promise<void>
}
