/** One transaction as the parts of the store use it, and what it did beside its rows. */
import type pg from 'pg'
import type { TaskId } from '../../core/ids.ts'
import type { Requirements } from '../../core/task.ts'

/** What is told once the transaction is durable. */
export interface Change {
  readonly changed: TaskId[]
  readonly ready: Requirements[]
}

export interface Queryable {
  query(config: pg.QueryConfig): Promise<pg.QueryResult>
}

export class Sql {
  readonly #client: Queryable

  constructor(client: Queryable) {
    this.#client = client
  }

  async rows<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#client.query(statement(text, values))).rows as R[]
  }

  async row<R>(text: string, values: readonly unknown[] = []): Promise<R | undefined> {
    return (await this.rows<R>(text, values))[0]
  }

  /** @returns how many rows were touched */
  async run(text: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#client.query(statement(text, values))).rowCount ?? 0
  }
}

const names = new Map<string, string>()

/** Named, so that each connection parses it once. The texts are all ours and few. */
function statement(text: string, values: readonly unknown[]): pg.QueryConfig {
  let name = names.get(text)
  if (name === undefined) names.set(text, (name = `rm${String(names.size)}`))
  return { name, text, values: values.map(clean) }
}

/** PostgreSQL takes no NUL in a text. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean)
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
}
