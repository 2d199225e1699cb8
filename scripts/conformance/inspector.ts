/**
 * The MCP Inspector's command line against the door: strict schema check, calls and reads in both generations of the
 * protocol. It is fetched by npx for this run alone, since it brings a web page and that page’s build tools along.
 */
import { execFile } from 'node:child_process'
import { ROOT } from '../setup/checkout.mjs'

const INSPECTOR = '@modelcontextprotocol/inspector@2.12.0'

/** What is asked, and the exit code that says it was answered as it should be: 5 is a tool's own error, 6 a schema fault. */
const QUESTIONS: readonly (readonly [args: readonly string[], exitCode: number])[] = [
  [['--method', 'tools/list', '--strict'], 0],
  [['--method', 'tools/call', '--tool-name', 'p2p_taskqueue_status'], 0],
  [['--method', 'tools/call', '--tool-name', 'p2p_taskqueue_get_task', '--tool-arg', 'task_id=nope'], 5],
  [['--method', 'tools/call', '--tool-name', 'no_such_tool'], 5],
  [['--method', 'resources/list'], 0],
  [['--method', 'resources/templates/list'], 0],
  [['--method', 'resources/read', '--uri', 'queue://status'], 0],
  [['--method', 'prompts/list'], 0],
]

/** @returns what was not answered as it should be */
export async function inspect(url: string): Promise<readonly string[]> {
  const problems: string[] = []
  for (const era of ['modern', 'legacy']) {
    let answered = 0
    for (const [args, exitCode] of QUESTIONS) {
      const target = ['--cli', '--server-url', url, '--transport', 'http', '--format', 'json', '--protocol-era', era]
      const { status, stderr } = await npx([INSPECTOR, ...target, ...args])
      if (status === exitCode) answered += 1
      else problems.push(`${era} ${args.join(' ')}: exit code ${String(status)}, not ${String(exitCode)}: ${stderr}`)
    }
    console.log(`  ${INSPECTOR}, ${era}: ${String(answered)} of ${String(QUESTIONS.length)} answered as they should be`)
  }
  return problems
}

/** Not awaited by blocking: the server that it asks lives in this process. */
function npx(args: readonly string[]): Promise<{ readonly status: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile('npx', ['--yes', ...args], { cwd: ROOT, maxBuffer: 16_777_216 }, (_error, _stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stderr }),
    )
  })
}
