/** `action.yml` as the runner reads it: its steps, and its inputs as environment variables. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const actionFile = z.object({
  name: z.string(),
  inputs: z
    .record(z.string(), z.object({ default: z.string().optional(), required: z.boolean().optional() }))
    .default({}),
  outputs: z.record(z.string(), z.object({ description: z.string() })).default({}),
  runs: z.object({ using: z.literal('node24'), main: z.string(), post: z.string().optional() }),
})
export type ActionFile = z.output<typeof actionFile>

export async function readActionFile(folder: string): Promise<ActionFile> {
  return actionFile.parse(parse(await readFile(join(folder, 'action.yml'), 'utf8')))
}

export interface StepInputs {
  readonly environment: Readonly<Record<string, string>>
  /** Keys of `with` that the action does not know; the runner warns of them. */
  readonly unexpected: readonly string[]
}

/** @param contexts values of the expressions that defaults may use, such as `github.token` */
export function resolveInputs(
  action: ActionFile,
  given: Readonly<Record<string, string>>,
  contexts: Readonly<Record<string, string>>,
): StepInputs {
  const defaults = Object.entries(action.inputs).flatMap(([name, { default: fallback }]) =>
    fallback === undefined ? [] : [[name, evaluate(fallback, contexts)] as const],
  )
  const values = { ...Object.fromEntries(defaults), ...given }
  return {
    // Only spaces become underscores: a hyphen stays.
    environment: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
    ),
    unexpected: Object.keys(given).filter((name) => !Object.hasOwn(action.inputs, name)),
  }
}

function evaluate(text: string, contexts: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*([a-z._]+)\s*\}\}/g, (_, name: string) => {
    const value = contexts[name]
    if (value === undefined) throw new Error(`A default uses ${name}, which no context has.`)
    return value
  })
}
