/** Reads the rules of a repository or of this host from YAML. Every fault is told with its line and its field. */
import { readFile } from 'node:fs/promises'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import { rulesSchema, type Rules } from '../../webhook/rules/rules-schema.ts'
import { parseYaml } from '../policy/policy-file.ts'

const WORDS = { unknown: 'a field of rules', page: 'docs/guides/webhook.md' }

/** @param name of the file, for messages. @throws RunnerMeshError config_invalid */
export function parseRules(text: string, name: string): Rules {
  return parseYaml(text, name, rulesSchema, WORDS)
}

/** @throws RunnerMeshError config_invalid */
export async function readRulesFile(path: string): Promise<Rules> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RunnerMeshError('config_invalid', `Cannot read the rules ${path}: ${errorText(cause)}.`, { cause })
  })
  return parseRules(text, path)
}
