/** What a setting is made of: strings from outside, with units in their names, that become values. */
import { z } from 'zod'
import { SECOND } from '../../core/lease.ts'

export const list = (what: string) =>
  z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .describe(what)

export const number = (low: number, high: number) =>
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?$/, 'is not a number')
    .transform(Number)
    .refine((value) => value >= low && value <= high, `must be from ${String(low)} to ${String(high)}`)

export const wholeNumber = (low: number, high: number) =>
  number(low, high).refine(Number.isInteger, 'must be a whole number')

export const seconds = (low: number, high: number) => number(low, high).transform((value) => Math.round(value * SECOND))

export const MIB = 1_048_576

export const mebibytes = (low: number, high: number) => number(low, high).transform((value) => Math.round(value * MIB))

export const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true')

export interface Setting {
  /** In kebab-case: the flag, the Action input and, in capitals, the environment variable. */
  readonly stem: string
  readonly schema: z.ZodType<unknown, string | undefined>
  /** As a user would write it; undefined when there is none. */
  readonly default: string | undefined
  readonly describe: string
  readonly secret?: true
}

export function setting<S extends z.ZodType<unknown, string | undefined>>(
  stem: string,
  schema: S,
  fallback: string | undefined,
  describe: string,
) {
  return { stem, schema, default: fallback, describe }
}
