/**
 * The secrets of this host: a YAML file of names and values that its owner alone can read. Values leave it only for a task
 * that the host policy lets have them; no message, log line or answer ever holds one.
 */
import { open } from 'node:fs/promises'
import { z } from 'zod'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { canBeRedacted } from '../../core/secret-forms.ts'

const LONGEST_FILE = 1_048_576
const OPEN_TO_OTHERS = 0o077

const secrets = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/, 'is not a name such as NPM_TOKEN'),
  z
    .string('is not text: put it between quotes')
    .max(16_384, 'is longer than 16384 characters')
    .refine((value) => !value.includes('\0'), 'holds a NUL character')
    .refine(canBeRedacted, 'is too short to be kept out of logs: 6 characters at least'),
)

/**
 * @returns values by name; empty when there is no such file and none was named
 * @throws RunnerMeshError config_invalid, never with a value in its message
 */
export async function readSecretsFile(path: string, isNamed: boolean): Promise<ReadonlyMap<string, string>> {
  const text = await readGuarded(path, isNamed)
  if (text === undefined) return new Map()
  const { parseDocument } = await import('yaml')
  const document = parseDocument(text, { uniqueKeys: true })
  const [broken] = document.errors
  // The parser's own message quotes the line, which may be a secret.
  if (broken !== undefined) {
    const line = broken.linePos?.[0].line ?? 1
    throw refusal(`The secrets file ${path} is not YAML at line ${String(line)} (${broken.code}).`)
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch {
    throw refusal(`The secrets file ${path} uses aliases. Write each value out.`)
  }
  const parsed = secrets.safeParse(value ?? {})
  if (parsed.success) return new Map(Object.entries(parsed.data))
  const faults = parsed.error.issues.map(({ path: at, message, code }) => {
    const name = String(at[0] ?? '').slice(0, 80)
    return at.length === 0
      ? `is not a list of names and values`
      : `${name} ${code === 'invalid_key' ? 'is not a name such as NPM_TOKEN' : message}`
  })
  throw refusal(`The secrets file ${path}: ${[...new Set(faults)].join('; ')}.`)
}

async function readGuarded(path: string, isNamed: boolean): Promise<string | undefined> {
  let file
  try {
    file = await open(path, 'r')
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    if (isMissing && !isNamed) return undefined
    throw refusal(`Cannot read the secrets file ${path}: ${errorText(cause)}.`, cause)
  }
  try {
    const { mode, size } = await file.stat()
    if ((mode & OPEN_TO_OTHERS) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      throw refusal(`The secrets file ${path} is open to others (mode ${octal}). Run: chmod 600 ${path}`)
    }
    if (size > LONGEST_FILE) throw refusal(`The secrets file ${path} is larger than ${String(LONGEST_FILE)} bytes.`)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function refusal(message: string, cause?: unknown): RunnerMeshError {
  return new RunnerMeshError('config_invalid', message, { cause })
}
