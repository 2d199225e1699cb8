/**
 * The one-line configurations for agents, each read as a shell and the agent read it: what comes out is the address and the
 * header, or the command, by which a peer is reached.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { Command } from 'commander'
import { z } from 'zod'
import { SETTINGS } from '../../../src/app/config.ts'
import { blocksOf, documents } from '../../support/documents.ts'

const TOKEN = 'a-token'
const HTTP = { url: `http://${SETTINGS.http.default}/mcp`, headers: { Authorization: `Bearer ${TOKEN}` } }
const PIPE = { command: 'runner-mesh', args: ['mcp'] }

/** What an agent has kept of the line. */
type Configured = Readonly<Record<string, unknown>>

const added = z.union([
  z.strictObject({
    name: z.string(),
    type: z.literal('http'),
    url: z.url(),
    headers: z.record(z.string(), z.string()),
  }),
  z.strictObject({ name: z.string(), command: z.string(), args: z.array(z.string()) }),
])

/** As each agent's own documentation gives its options; all are strict about what they do not know. */
const AGENTS: Readonly<Record<string, (words: readonly string[]) => Configured>> = {
  /** @see https://code.claude.com/docs/en/mcp */
  claude: (words) =>
    addCommand(words, ['mcp', 'add'], (command) =>
      command
        .option('--transport <kind>', '', 'stdio')
        .option('--header <header...>')
        .argument('<name>')
        .argument('<target>')
        .argument('[args...]'),
    ),
  /** @see https://geminicli.com/docs/tools/mcp-server/ */
  gemini: (words) =>
    addCommand(words, ['mcp', 'add'], (command) =>
      command
        .option('--transport <kind>', '', 'stdio')
        .option('-H, --header <header>', '', (one: string) => [one])
        .argument('<name>')
        .argument('<target>')
        .argument('[args...]'),
    ),
  /** @see https://developers.openai.com/codex/mcp */
  codex: (words) => {
    const { args, options } = parsed(words, ['mcp', 'add'], (command) =>
      command.option('--url <url>').option('--bearer-token-env-var <name>').argument('<name>').argument('[command...]'),
    )
    const [name, command, ...rest] = args
    assert.equal(name, 'runner-mesh')
    if (options['url'] === undefined) return { command, args: rest }
    const variable = String(options['bearerTokenEnvVar'])
    return { url: options['url'], headers: { Authorization: `Bearer ${String({ TOKEN }[variable])}` } }
  },
  /** @see https://code.visualstudio.com/docs/copilot/customization/mcp-servers */
  code: (words) => {
    const { options } = parsed(words, [], (command) => command.requiredOption('--add-mcp <json>'))
    const { name, ...kept } = added.parse(JSON.parse(String(options['addMcp'])))
    assert.equal(name, 'runner-mesh')
    if (!('url' in kept)) return kept
    return { url: kept.url, headers: kept.headers }
  },
}

function parsed(
  words: readonly string[],
  path: readonly string[],
  describe: (command: Command) => Command,
): { readonly args: readonly string[]; readonly options: Configured } {
  assert.deepEqual(words.slice(0, path.length), path)
  const command = describe(new Command('add').exitOverride().configureOutput({ writeErr: () => undefined }))
  command.parse(words.slice(path.length), { from: 'user' })
  return { args: command.args, options: command.opts() }
}

function addCommand(
  words: readonly string[],
  path: readonly string[],
  describe: (command: Command) => Command,
): Configured {
  const { args, options } = parsed(words, path, describe)
  const [name, target, ...rest] = args
  assert.equal(name, 'runner-mesh')
  if (options['transport'] === 'stdio') return { command: target, args: rest }
  assert.deepEqual([options['transport'], rest], ['http', []])
  const headers = (options['header'] as readonly string[]).map(
    (header) => /^(?<key>[\w-]+): (?<value>.+)$/.exec(header)?.groups,
  )
  return { url: target, headers: Object.fromEntries(headers.map((pair) => [pair?.['key'], pair?.['value']])) }
}

/** The words of a line as a shell makes them, quotes, backslashes and variables included. */
function wordsOf(line: string): readonly string[] {
  const told = execFileSync('sh', ['-c', `set -- ${line}\nprintf '%s\\0' "$@"`], { env: { TOKEN }, encoding: 'utf8' })
  return told.split('\0').slice(0, -1)
}

function readLine(line: string): Configured {
  const [program = '', ...words] = wordsOf(line)
  const agent = AGENTS[program]
  assert.ok(agent !== undefined, `no agent is known as ${program}`)
  return agent(words)
}

const README = documents().find(({ path }) => path === 'README.md')?.text ?? ''

test('every one-line configuration in the README makes an agent reach the peer, over HTTP and over a pipe', () => {
  const table =
    /\| agent +\| over HTTP[^\n]*\n\|[-| ]+\|\n(?<rows>(?:\|[^\n]*\n)+)/.exec(README)?.groups?.['rows'] ?? ''
  const rows = table.trimEnd().split('\n')
  assert.deepEqual(
    rows.map((row) => row.split('|')[1]?.trim()),
    ['Claude Code', 'VS Code', 'Codex', 'Gemini CLI'],
  )
  for (const row of rows) {
    const [http = '', pipe = ''] = [...row.matchAll(/`([^`]+)`/g)].map(([, line = '']) => line)
    assert.deepEqual(readLine(http), HTTP, http)
    assert.deepEqual(readLine(pipe), PIPE, pipe)
  }
  const [http = ''] = [...table.matchAll(/`([^`]+)`/g)].map(([, line = '']) => line)
  for (const broken of [
    http.replace('--header', '--no-such-flag'),
    http.replace('/mcp', ''),
    http.replace('Bearer', 'Basic'),
  ])
    assert.throws(() => assert.deepEqual(readLine(broken), HTTP), broken)
})

const server = z.union([
  z.strictObject({ type: z.literal('http'), url: z.url(), headers: z.record(z.string(), z.string()) }),
  z.strictObject({ command: z.string(), args: z.array(z.string()) }),
])
const servers = z.strictObject({ mcpServers: z.strictObject({ 'runner-mesh': server }) })

test('every JSON configuration in the documents is one that agents read, and reaches the peer', () => {
  const blocks = documents()
    .flatMap(blocksOf)
    .filter(({ language, text }) => language === 'json' && text.includes('mcpServers'))
  assert.ok(blocks.length >= 4, String(blocks.length))
  for (const { where, text } of blocks) {
    const configured = servers.parse(JSON.parse(text)).mcpServers['runner-mesh']
    if ('url' in configured) {
      const { url, headers } = configured
      assert.deepEqual({ url, headers }, { ...HTTP, headers: { Authorization: 'Bearer <token>' } }, where)
    } else {
      assert.deepEqual([configured.command, configured.args[0]], ['runner-mesh', 'mcp'], where)
    }
  }
})
