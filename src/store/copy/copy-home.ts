/** Moves a home that nobody serves from one store to another: every row, and then every row compared. */
import { createHash } from 'node:crypto'
import { RunnerMeshError } from '../../core/errors.ts'
import { makeFence } from '../../core/ids.ts'
import { HOME_TABLES, type Cell, type HomeAtRest, type HomeTable } from './home-tables.ts'

export interface CopiedHome {
  readonly homeId: string
  /** A new one: no fence and no task id of it was ever given out. */
  readonly epoch: number
  readonly rows: Readonly<Record<string, number>>
}

/**
 * @throws RunnerMeshError bad_request when the target is not empty, storage_failed when what was written differs from what
 * was read; the target is as it was then
 */
export async function copyHome(from: HomeAtRest, to: HomeAtRest): Promise<CopiedHome> {
  if (!(await to.isEmpty())) {
    throw new RunnerMeshError('bad_request', `${to.name} holds a home already. Copy into an empty one.`)
  }
  const numbers = await from.numbers()
  const epoch = numbers.epoch + 1
  makeFence(epoch, 1)
  const rows: Record<string, number> = {}
  for (const table of HOME_TABLES) {
    for await (const page of from.pages(table)) await to.insert(table, page)
  }
  await to.adopt({ ...numbers, epoch })
  for (const table of HOME_TABLES) {
    const [read, written] = [await digestOf(from, table), await digestOf(to, table)]
    if (read.digest !== written.digest) {
      throw new RunnerMeshError(
        'storage_failed',
        `The copy of ${table.name} differs: ${String(read.rows)} rows in ${from.name}, ${String(written.rows)} in ${to.name}. Nothing was copied.`,
      )
    }
    rows[table.name] = read.rows
  }
  await to.commit()
  await from.retire(epoch)
  return { homeId: numbers.homeId, epoch, rows }
}

async function digestOf(
  home: HomeAtRest,
  table: HomeTable,
): Promise<{ readonly rows: number; readonly digest: string }> {
  const hash = createHash('sha256')
  let rows = 0
  for await (const page of home.pages(table)) {
    for (const row of page) {
      hash.update(JSON.stringify(table.columns.map((column) => plain(row[column] ?? null))))
      rows += 1
    }
  }
  return { rows, digest: hash.digest('hex') }
}

/** As both stores tell it. */
function plain(cell: Cell): string | number | null {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : cell
}
