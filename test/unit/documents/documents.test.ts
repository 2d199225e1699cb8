/** What the documents tell people to type and to write is taken by the code. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { CommanderError, type Command } from 'commander'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from '../../../scripts/setup/checkout.mjs'
import { createProgram } from '../../../src/cli/program.ts'
import { loadConfig } from '../../../src/app/config.ts'
import { parseTaskFile } from '../../../src/app/task-file.ts'
import { fromGeneric } from '../../../src/coordinator/submission.ts'
import { parseInput } from '../../../src/core/operations/invoke.ts'
import { submitTask } from '../../../src/core/operations/submit.ts'
import { hostPolicy } from '../../../src/core/policy/host-policy.ts'
import { rulesSchema } from '../../../src/webhook/rules/rules-schema.ts'
import { blocksOf, commandsOf, documents } from '../../support/documents.ts'

const all = documents()

/** The commands as they are, except that they do nothing. */
function idleProgram(): Command {
  const program = createProgram(
    {
      ...{ argv: [], environment: {}, self: ['runner-mesh'], onStop: () => undefined },
      ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    },
    [],
    () => undefined,
  )
  const silence = (command: Command): void => {
    command.action(() => undefined).configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    for (const child of command.commands) silence(child)
  }
  for (const command of program.commands) silence(command)
  return program.configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
}

/** @returns the refusal of the command line, if any */
async function refusalOf(words: readonly string[], inSentence: boolean): Promise<string | undefined> {
  try {
    await idleProgram().parseAsync([...words], { from: 'user' })
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode === 0) return undefined
    return inSentence && thrown.code === 'commander.missingArgument' ? undefined : thrown.message
  }
}

test('every command in the documents is one that the command line takes, with flags that it knows', async () => {
  const commands = all.flatMap(commandsOf)
  assert.ok(commands.length > 80, `only ${String(commands.length)} commands found`)
  const refused: string[] = []
  for (const { where, line, words, inSentence } of commands) {
    const filled = words.map((word) => (word.startsWith('<') && /number|seconds/.test(word) ? '1' : word))
    const refusal = await refusalOf(filled, inSentence)
    if (refusal !== undefined) refused.push(`${where}: ${line}: ${refusal}`)
  }
  assert.deepEqual(refused, [])
  assert.match((await refusalOf(['submit', '--no-such-flag'], false)) ?? '', /unknown option/, 'it does refuse')
})

test('every npm script that the documents name is there', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
  const named = all.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm run ([a-z:-]*[a-z])/g)].map(([, name = '']) => ({ path, name })),
  )
  assert.ok(named.length > 3)
  for (const { path, name } of named) assert.ok(name in scripts, `${path}: npm run ${name}`)
})

const step = z.looseObject({ uses: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() })
const workflow = z.looseObject({ jobs: z.record(z.string(), z.looseObject({ steps: z.array(step) })) })
const actionInputs = z.object({ inputs: z.record(z.string(), z.unknown()) })

/** What Prometheus needs to ask a peer. @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/ */
const scrapeConfigs = z.strictObject({
  scrape_configs: z.array(
    z.looseObject({ job_name: z.string(), static_configs: z.array(z.strictObject({ targets: z.array(z.string()) })) }),
  ),
})

/** @throws when the block is not what it looks like */
function checkYaml(text: string): void {
  const document: unknown = parse(text)
  const fields: Readonly<Record<string, unknown>> =
    typeof document === 'object' && document !== null ? (document as Record<string, unknown>) : {}
  if (text.includes('uses: runner-mesh/runner-mesh@')) {
    const { inputs } = actionInputs.parse(parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')))
    const steps = Array.isArray(document)
      ? z.array(step).parse(document)
      : Object.values(workflow.parse(document).jobs).flatMap((job) => job.steps)
    const ours = steps.filter(({ uses }) => uses?.startsWith('runner-mesh/runner-mesh@') === true)
    assert.ok(ours.length > 0)
    for (const { with: given = {} } of ours)
      for (const name of Object.keys(given)) assert.ok(name in inputs, `${name} is no input of the Action`)
  } else if ('image' in fields || 'repo_url' in fields || 'payload' in fields) {
    fromGeneric(parseInput(submitTask.input, parseTaskFile(text)))
  } else if ('rules' in fields) {
    rulesSchema.parse(document)
  } else if ('scrape_configs' in fields) {
    scrapeConfigs.parse(document)
  } else if (Object.keys(fields).length === 1 && 'permissions' in fields) {
    z.record(z.string(), z.enum(['read', 'write', 'none'])).parse(fields['permissions'])
  } else {
    hostPolicy.parse(document)
  }
}

test('every YAML in the documents fits the Action, the tasks, the rules or the host policy', () => {
  const blocks = all.flatMap(blocksOf).filter(({ language }) => language === 'yaml' || language === 'yml')
  assert.ok(blocks.length > 6, `only ${String(blocks.length)} found`)
  for (const { where, text } of blocks) {
    assert.doesNotThrow(() => {
      checkYaml(text)
    }, where)
  }
  assert.throws(() => {
    checkYaml('- uses: runner-mesh/runner-mesh@v1\n  with:\n    no-such-input: 1\n')
  }, /no-such-input/)
  assert.throws(() => {
    checkYaml('image: alpine\nno_such_field: 1\n')
  }, /no_such_field/)
})

test('the proxies in the documents lead to where a peer listens unless told otherwise', () => {
  const proxies = all.flatMap(blocksOf).filter(({ language }) => language === 'nginx' || language === 'caddy')
  assert.deepEqual(proxies.map(({ language }) => language).toSorted(), ['caddy', 'nginx'])
  for (const { where, text } of proxies) {
    assert.equal(text.split('{').length, text.split('}').length, where)
    const [, upstream] = /(?:proxy_pass http:\/\/|reverse_proxy )(\S+?);?(?:\s|$)/.exec(text) ?? []
    assert.equal(upstream, loadConfig({}).http, where)
    for (const line of text.split('\n').map((one) => one.trim())) {
      const isWhole = line === '' || line.startsWith('#') || /[;{}]$/.test(line)
      assert.ok(isWhole || !text.includes('proxy_pass'), `${where}: ${line}`)
    }
  }
})

test('every JSON in the documents is JSON, and every block says what it is', () => {
  for (const { where, language, text } of all.flatMap(blocksOf)) {
    assert.notEqual(language === '' && /^(?:\$ )?runner-mesh |uses:/m.test(text), true, `${where} names no language`)
    if (language === 'json') assert.doesNotThrow(() => JSON.parse(text) as unknown, where)
  }
})
