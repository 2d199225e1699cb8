/** Inputs of the Action that say what the step is to do. */
import { getInput } from '@actions/core'
import { z } from 'zod'
import { RunnerMeshError } from '../core/errors.ts'
import { NETWORKS, PROFILES } from '../core/task.ts'
import { SETTING_STEMS } from './setting-inputs.ts'

const MODES = ['serve', 'background', 'submit', 'host'] as const

const text = z.string().trim()
const optionalText = text.transform((value) => (value === '' ? undefined : value))
const list = text.transform((value) =>
  value
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)
const optionalNumber = (low: number, high: number) =>
  text
    .regex(/^(?:[0-9]+(?:\.[0-9]+)?)?$/, 'is not a number')
    .transform((value) => (value === '' ? undefined : Number(value)))
    .refine((value) => value === undefined || (value >= low && value <= high), {
      error: `must be from ${String(low)} to ${String(high)}`,
    })
const optionalWord = <const W extends readonly [string, ...string[]]>(words: W) =>
  z.union([z.literal('').transform(() => undefined), z.enum(words)], `must be one of ${words.join(', ')}`)
const flag = z.enum(['true', 'false', ''], 'must be true or false').transform((value) => value === 'true')

/** An argv as JSON, or one line that is split as a shell would, and nothing more. */
const command = optionalText.transform((value, context) => {
  if (value?.startsWith('[') !== true) return value
  try {
    return z.array(z.string()).parse(JSON.parse(value))
  } catch {
    context.addIssue({ code: 'custom', message: 'begins with [ and is no JSON array of strings' })
    return z.NEVER
  }
})

/** One `NAME=value` per line. */
const variables = z.string().transform((value, context) => {
  const lines = value.split('\n').filter((line) => line.trim() !== '')
  const faulty = lines.find((line) => !/^\s*[A-Za-z_][A-Za-z0-9_]*=/.test(line))
  if (faulty === undefined) {
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1)] as const),
    )
  }
  context.addIssue({ code: 'custom', message: 'has a line that is not NAME=value' })
  return z.NEVER
})

const STEP_INPUTS = {
  mode: z.union([z.literal('').transform(() => 'serve' as const), z.enum(MODES)], `must be one of ${MODES.join(', ')}`),
  'idle-seconds': optionalNumber(1, 30 * 86_400),
  'max-tasks': optionalNumber(1, 1_000_000),
  'allow-public-repositories': list,
  image: optionalText,
  repository: optionalText,
  ref: optionalText,
  context: optionalText,
  dockerfile: optionalText,
  'build-args': variables,
  command,
  env: variables,
  cpus: optionalNumber(0.01, 1024),
  'memory-mb': optionalNumber(6, 16_777_216),
  profile: optionalWord(PROFILES),
  network: optionalWord(NETWORKS),
  'requires-labels': list,
  priority: optionalNumber(1, 10),
  idempotent: flag,
  'idempotency-key': optionalText,
  'timeout-seconds': optionalNumber(1, 30 * 86_400),
  'queue-seconds': optionalNumber(1, 30 * 86_400),
} as const

/** Every input that action.yml must have; a test holds the two equal. */
export const INPUT_NAMES: readonly string[] = [...SETTING_STEMS, ...Object.keys(STEP_INPUTS)]

export type StepInputs = Readonly<{ [K in keyof typeof STEP_INPUTS]: z.output<(typeof STEP_INPUTS)[K]> }>

/** @throws RunnerMeshError config_invalid, with every fault in one message */
export function readStepInputs(): StepInputs {
  const faults: string[] = []
  const entries = Object.entries(STEP_INPUTS).map(([name, schema]) => {
    const parsed = (schema as z.ZodType).safeParse(getInput(name, { trimWhitespace: false }))
    if (parsed.success) return [name, parsed.data] as const
    faults.push(`the input ${name} ${parsed.error.issues.map(({ message }) => message).join(', ')}`)
    return [name, undefined] as const
  })
  if (faults.length > 0) {
    const message = faults.join('; ')
    throw new RunnerMeshError('config_invalid', `${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
  }
  return Object.fromEntries(entries) as StepInputs
}
