/** What the predecessor's own code answers, recorded. Whole numbers stay exact: those beyond 2^53 arrive as bigint. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'

export function readVectors<S extends z.ZodType>(name: string, schema: S): z.output<S> {
  const text = readFileSync(join(import.meta.dirname, '..', 'vectors', `${name}.json`), 'utf8')
  return schema.parse(
    JSON.parse(text, (_key, value: unknown, { source }: { source?: string } = {}) =>
      typeof value === 'number' && source !== undefined && Number.isInteger(value) && !Number.isSafeInteger(value)
        ? BigInt(source)
        : value,
    ),
  )
}
