/**
 * The MCP Inspector's command line against the door, in both generations of the protocol. It reads and writes nothing of
 * the person who runs it.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../setup/checkout.mjs'

const INSPECTOR = join(ROOT, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js')

export const ERAS = ['modern', 'legacy'] as const
export type InspectorEra = (typeof ERAS)[number]

/** What it exits with. */
export const INSPECTOR_EXIT = { answered: 0, toolError: 5, schemaFault: 6 } as const

/** Where the server is: a URL with the headers that it wants, or the command that starts it. */
export type InspectorTarget =
  | { readonly url: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly command: readonly string[] }

export interface InspectorAnswer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** One call takes a second or two, and as long as the task that it follows. Milliseconds. */
const PATIENCE_MS = 60_000

export async function askInspector(
  target: InspectorTarget,
  era: InspectorEra,
  args: readonly string[],
): Promise<InspectorAnswer> {
  const home = await mkdtemp(join(tmpdir(), 'mcp-inspector-'))
  const headers = 'url' in target ? Object.entries(target.headers ?? {}) : []
  const where =
    'url' in target ? ['--server-url', target.url, '--transport', 'http'] : [...target.command, '--transport', 'stdio']
  const given = headers.flatMap(([name, value]) => ['--header', `${name}: ${value}`])
  try {
    return await run([INSPECTOR, '--cli', ...where, ...given, '--protocol-era', era, '--format', 'json', ...args], home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** What any server is asked, and the exit code that says it was answered as it should be. */
const QUESTIONS: readonly (readonly [args: readonly string[], exitCode: number])[] = [
  [['--method', 'tools/list', '--strict'], INSPECTOR_EXIT.answered],
  [['--method', 'tools/call', '--tool-name', 'p2p_taskqueue_status'], INSPECTOR_EXIT.answered],
  [
    ['--method', 'tools/call', '--tool-name', 'p2p_taskqueue_get_task', '--tool-arg', 'task_id=nope'],
    INSPECTOR_EXIT.toolError,
  ],
  [['--method', 'tools/call', '--tool-name', 'no_such_tool'], INSPECTOR_EXIT.toolError],
  [['--method', 'resources/list'], INSPECTOR_EXIT.answered],
  [['--method', 'resources/templates/list'], INSPECTOR_EXIT.answered],
  [['--method', 'resources/read', '--uri', 'queue://status'], INSPECTOR_EXIT.answered],
  [['--method', 'prompts/list'], INSPECTOR_EXIT.answered],
]

export interface Inspection {
  readonly era: InspectorEra
  readonly asked: number
  /** What was not answered as it should be. */
  readonly problems: readonly string[]
}

export async function inspect(target: InspectorTarget): Promise<readonly Inspection[]> {
  return Promise.all(
    ERAS.map(async (era) => {
      const problems: string[] = []
      for (const [args, wanted] of QUESTIONS) {
        const { exitCode, stderr } = await askInspector(target, era, args)
        if (exitCode !== wanted)
          problems.push(`${era} ${args.join(' ')}: exit code ${String(exitCode)}, not ${String(wanted)}: ${stderr}`)
      }
      return { era, asked: QUESTIONS.length, problems }
    }),
  )
}

/** Not awaited by blocking: the server that it asks may live in this process. */
function run(args: readonly string[], home: string): Promise<InspectorAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, HOME: home, MCP_CATALOG_PATH: join(home, 'mcp.json') },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE_MS,
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (signal === null) resolve({ exitCode: code ?? -1, stdout, stderr })
      else reject(new Error(`The Inspector was ended by ${signal}: ${args.join(' ')}\n${stderr}`))
    })
  })
}
