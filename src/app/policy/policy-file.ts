/** Reads a host policy from YAML. Every fault is told with its line and its field; nothing is guessed. */
import { open } from 'node:fs/promises'
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { hostPolicy, type HostPolicy } from '../../core/policy/host-policy.ts'

const LONGEST_FILE = 262_144
const MOST_FAULTS = 8
const WRITABLE_BY_OTHERS = 0o022

/** @throws RunnerMeshError config_invalid: not readable, writable by others, not YAML, or against the schema */
export async function readPolicyFile(path: string): Promise<HostPolicy> {
  return parsePolicy(await readGuarded(path), path)
}

/** @param name of the file, for messages. @throws RunnerMeshError config_invalid */
export function parsePolicy(text: string, name: string): HostPolicy {
  return parseYaml(text, name, hostPolicy)
}

/** How faults of a file are told. */
export interface FileWords {
  /** What a field is not that the schema does not know. */
  readonly unknown: string
  /** Where to read on. */
  readonly page: string
}

const POLICY_WORDS: FileWords = { unknown: 'a rule', page: 'docs/policy.md' }

/** @param name of the file, for messages. @throws RunnerMeshError config_invalid, naming each fault by its line and field */
export function parseYaml<S extends z.ZodType>(
  text: string,
  name: string,
  schema: S,
  words: FileWords = POLICY_WORDS,
): z.output<S> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: 'error' })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${String(line)}:${String(col)}`
  }
  const [broken] = document.errors
  if (broken !== undefined) {
    const [why = 'is not YAML'] = broken.message.split('\n')
    throw faulty(name, [`${at(broken.pos[0])} ${why.replace(/ at line .*$/, '')}`], words)
  }
  const parsed = schema.safeParse(toValue(document, name, words) ?? {})
  if (parsed.success) return parsed.data
  throw faulty(
    name,
    parsed.error.issues.flatMap((issue) => faultsOf(document, issue, at, words)),
    words,
  )
}

function toValue(document: Document, name: string, words: FileWords): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // Aliases that unfold without end, or that name nothing.
    throw faulty(name, [errorText(error)], words)
  }
}

function faultsOf(
  document: Document,
  issue: z.core.$ZodIssue,
  at: (offset: number) => string,
  { unknown }: FileWords,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${at(offsetOf(document, [...issue.path, key]))} ${dotted([...issue.path, key])} is not ${unknown}`,
    )
  }
  const field = issue.path.length === 0 ? 'the file' : dotted(issue.path)
  return [`${at(offsetOf(document, issue.path))} ${field}: ${issue.message}`]
}

/** Where the field stands, or the nearest that there is on the way to it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const last = path.at(-1)
  const parent = document.getIn(path.slice(0, -1), true)
  if (isMap(parent) && last !== undefined) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    if (isScalar(pair?.key) && pair.key.range != null) return pair.key.range[0]
  }
  const node = document.getIn(path, true)
  if (isNode(node) && node.range != null) return node.range[0]
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1))
}

function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${String(part)}]`
        : `${text}${text === '' ? '' : '.'}${String(part).slice(0, 80)}`,
    '',
  )
}

/** @throws RunnerMeshError config_invalid */
async function readGuarded(path: string): Promise<string> {
  let file
  try {
    file = await open(path, 'r')
  } catch (cause) {
    throw new RunnerMeshError(
      'config_invalid',
      `Cannot read the policy file ${path}: ${errorText(cause)}. Write one with: runner-mesh policy init`,
      { cause },
    )
  }
  try {
    const { mode, size } = await file.stat()
    if ((mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new RunnerMeshError(
        'config_invalid',
        `The policy file ${path} can be written by others. Run: chmod go-w ${path}`,
      )
    }
    if (size > LONGEST_FILE) throw faulty(path, [`is larger than ${String(LONGEST_FILE)} bytes`])
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function faulty(name: string, faults: readonly string[], { page } = POLICY_WORDS): RunnerMeshError {
  const more = faults.length > MOST_FAULTS ? `; and ${String(faults.length - MOST_FAULTS)} more` : ''
  return new RunnerMeshError(
    'config_invalid',
    `${faults
      .slice(0, MOST_FAULTS)
      .map((fault) => `${name}:${fault}`)
      .join('; ')}${more}. See ${page}.`,
  )
}
