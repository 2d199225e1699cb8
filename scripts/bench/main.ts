/**
 * `npm run bench -- all [--quick] [--save] [--json] [--only names]`: all benchmarks, one after the other. With --save it
 * writes docs/BENCHMARKS.md from what they print.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'
import { toDocument } from './document.ts'
import { parseLines, type BenchLine } from './lines.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const DOCUMENT = join(ROOT, 'docs', 'BENCHMARKS.md')

/** What makes a run short; the others take `--quick` themselves, or are short. */
const QUICK: Readonly<Record<string, readonly string[]>> = {
  action: ['--rounds', '2'],
  container: ['3'],
  converge: ['--peers', '10', '--rounds', '1'],
  mcp: ['--rounds', '1', '--ms', '400'],
  mesh: ['1'],
  noop: ['--rounds', '1', '--ms', '600'],
  queue: ['--quick'],
  recovery: ['--quick'],
  registry: ['60', '3'],
  scale: ['--quick'],
  spread: ['--meshes', '2'],
  takeover: ['--quick'],
  task: ['--pairs', '3'],
  webhook: ['--quick'],
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const all = readdirSync(join(ROOT, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3))
const names = values.only?.split(',') ?? all
const unknown = names.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${all.join(', ')}\n`)
  process.exit(64)
}

const results = new Map<string, readonly BenchLine[]>()
const failed = new Map<string, string>()
for (const name of names) {
  const startedAt = performance.now()
  try {
    const lines = await run(name)
    results.set(name, lines)
    if (values.json) for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`)
  } catch (error) {
    failed.set(name, error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  process.stderr.write(`${failed.has(name) ? '✖' : '✔'} ${name} (${seconds} s) ${failed.get(name) ?? ''}\n`)
}

const today = new Date().toISOString().slice(0, 10)
const document = toDocument({ results, failed, machine: describeMachine(), day: today, isQuick: values.quick })
const pretty = await format(document, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' })
if (values.save) {
  writeFileSync(DOCUMENT, pretty)
  process.stderr.write('README quotes it: npm run docs\n')
} else if (!values.json) process.stdout.write(pretty)

/** @throws Error with its last words when it ends with a fault or prints what it should not */
async function run(name: string): Promise<BenchLine[]> {
  const args = [join('bench', `${name}.ts`), ...(values.quick ? (QUICK[name] ?? []) : []), '--json']
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const interrupt = (): boolean => child.kill('SIGTERM')
  process.once('SIGTERM', interrupt)
  const gone = once(child, 'exit') as Promise<[number | null]>
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), gone])
  process.off('SIGTERM', interrupt)
  const lines = parseLines(name, out)
  // A number that is missed ends with 1 and is told all the same; without any line it is a fault.
  if (lines.length === 0) throw new Error(`ended with ${String(code)}: ${err.trim().split('\n').slice(-3).join(' ')}`)
  return lines
}

function describeMachine(): Record<string, string> {
  const engine = said('docker', 'version', '--format', '{{.Server.Version}}')
  return {
    processors: `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    kernel: release(),
    node: process.version,
    'Docker Engine': engine ?? 'none',
    commit: said('git', 'rev-parse', '--short', 'HEAD') ?? 'unknown',
  }
}

function said(command: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
