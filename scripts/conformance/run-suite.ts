/** Runs one of the protocol's suites against a URL and reads what it wrote of each check. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../setup/checkout.mjs'
import type { Run } from './jobs.ts'

export interface Check {
  readonly scenario: string
  readonly id: string
  readonly status: string
  readonly message?: string | undefined
}

const checks = z.array(z.object({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }))

/** One run of the suite takes seconds; one that hangs ends here. Milliseconds. */
const PATIENCE_MS = 300_000

export async function runSuite(run: Run, url: string): Promise<readonly Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
  try {
    if (run.scenarios === undefined) return await runOnce(run, url, [], folder)
    const all: Check[] = []
    for (const scenario of run.scenarios) {
      all.push(...(await runOnce(run, url, ['--scenario', scenario], join(folder, scenario))))
    }
    return all
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runOnce(run: Run, url: string, more: readonly string[], folder: string): Promise<readonly Check[]> {
  const suite = join(ROOT, 'node_modules', run.suite, 'dist', 'index.js')
  const said = await execute([suite, 'server', '--url', url, ...run.args, ...more, '-o', folder])
  const results = await readChecks(folder)
  // A suite that could not run at all writes nothing and must not read as one without failures.
  if (results.length === 0)
    throw new Error(`${run.suite} ${[...run.args, ...more].join(' ')} checked nothing:\n${said}`)
  return results
}

function execute(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    child.once('error', reject)
    child.once('close', (_code, signal) => {
      if (signal === null) resolve(said)
      else reject(new Error(`${args.join(' ')} was ended by ${signal}:\n${said}`))
    })
  })
}

/** The suites write `server-<scenario>-<time>/checks.json`. */
async function readChecks(folder: string): Promise<readonly Check[]> {
  const found: Check[] = []
  for (const name of (await readdir(folder)).toSorted()) {
    const scenario = /^server-(?<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.groups?.['scenario']
    if (scenario === undefined) throw new Error(`The suite wrote a folder of an unknown form: ${name}`)
    for (const { id, status, errorMessage } of checks.parse(
      JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')),
    )) {
      found.push({ scenario, id, status, message: errorMessage })
    }
  }
  return found
}
