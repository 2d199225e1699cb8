/**
 * One job of a self-hosted runner that uses an action from a folder, as actions/runner 2.336 does it: inputs and command
 * files in the environment alone, a step that ends with its process and its output, the ladder of signals of a cancelled
 * step, post steps last in first out, and the sweep of processes that the job left.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readActionFile, resolveInputs, type ActionFile } from './action-file.ts'
import { parseCommandFile } from './command-file.ts'
import { sweepOrphans, type TrackedProcess } from './tracked-processes.ts'
import { Masks, StepLog, type Annotation } from './workflow-commands.ts'

export interface JobOptions {
  /** The folder with action.yml. */
  readonly action: string
  /** The runner's own folder; it outlives its jobs. */
  readonly runnerFolder: string
  readonly runnerName: string
  readonly repository: string
  readonly apiUrl: string
  readonly token: string
  readonly event?: { readonly name: string; readonly payload: object }
  /** Beside what the runner sets. */
  readonly env?: Readonly<Record<string, string>>
}

export interface StepResult {
  readonly outcome: 'success' | 'failure' | 'cancelled'
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly log: string
  readonly annotations: readonly Annotation[]
  readonly commands: readonly string[]
  readonly groups: readonly string[]
  readonly outputs: ReadonlyMap<string, string>
  readonly state: ReadonlyMap<string, string>
  readonly summary: string
  readonly durationMs: number
  /** The process was gone, but something it started held its output open. */
  readonly stalled: boolean
}

export interface RunningStep {
  readonly pid: number
  readonly done: Promise<StepResult>
  /** What people see so far. */
  log(): string
  /** SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL: each to the step's own process. */
  cancel(): Promise<StepResult>
}

export interface JobEnd {
  readonly posts: readonly StepResult[]
  readonly orphans: readonly TrackedProcess[]
}

const LADDER = [
  { signal: 'SIGINT', thenMs: 7_500 },
  { signal: 'SIGTERM', thenMs: 2_500 },
  { signal: 'SIGKILL', thenMs: 0 },
] as const
/** How long the output of a process that is gone may stay open. */
const OUTPUT_MS = 5_000
const LONGEST_SUMMARY_BYTES = 1_024 * 1_024
const FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const
type CommandFiles = Readonly<Record<(typeof FILES)[number], string>>

export class Job {
  readonly trackingId = `github_${randomUUID()}`
  readonly masks = new Masks()
  readonly #options: JobOptions
  readonly #action: ActionFile
  readonly #temp: string
  readonly #posts: { readonly env: Readonly<Record<string, string>>; state: ReadonlyMap<string, string> }[] = []
  readonly #running = new Set<{ readonly kill: () => void; readonly done: Promise<StepResult> }>()
  #steps = 0

  private constructor(options: JobOptions, action: ActionFile) {
    this.#options = options
    this.#action = action
    this.#temp = join(options.runnerFolder, '_work', '_temp')
    this.masks.add(options.token)
  }

  static async start(options: JobOptions): Promise<Job> {
    const job = new Job(options, await readActionFile(options.action))
    const { runnerFolder, event = { name: 'push', payload: {} }, repository } = options
    for (const folder of ['_temp/_runner_file_commands', '_tool', 'workspace', '_temp/_github_workflow'])
      await mkdir(join(runnerFolder, '_work', folder), { recursive: true })
    const payload = { repository: { full_name: repository, private: true, fork: false }, ...event.payload }
    await writeFile(job.#eventPath, JSON.stringify(payload))
    return job
  }

  get #eventPath(): string {
    return join(this.#temp, '_github_workflow', 'event.json')
  }

  /** Starts the main step. Its post step is due from now on, however main ends. */
  async step(given: Readonly<Record<string, string>>): Promise<RunningStep> {
    const contexts = { 'github.token': this.#options.token, 'github.repository': this.#options.repository }
    const { environment, unexpected } = resolveInputs(this.#action, given, contexts)
    const log = new StepLog(this.masks)
    for (const name of unexpected) log.push(`::warning::Unexpected input(s) '${name}'\n`)
    const post = { env: environment, state: new Map<string, string>() as ReadonlyMap<string, string> }
    this.#posts.push(post)
    const running = await this.#run(this.#action.runs.main, environment, log)
    const done = running.done.then((result) => {
      post.state = result.state
      return result
    })
    return { ...running, done, cancel: () => running.cancel().then(() => done) }
  }

  /** Runs what is left to do: post steps, then the sweep. */
  async finish(): Promise<JobEnd> {
    const { post } = this.#action.runs
    const posts: StepResult[] = []
    for (const { env, state } of post === undefined ? [] : this.#posts.toReversed()) {
      const states = Object.fromEntries([...state].map(([name, value]) => [`STATE_${name}`, value]))
      posts.push(await (await this.#run(post ?? '', { ...env, ...states }, new StepLog(this.masks))).done)
    }
    this.#posts.length = 0
    return { posts, orphans: await sweepOrphans(this.trackingId) }
  }

  /** For a test that failed: whatever still runs is killed before the job is finished. */
  async abandon(): Promise<JobEnd> {
    for (const { kill, done } of this.#running) {
      kill()
      await done
    }
    return this.finish()
  }

  async #run(script: string, env: Readonly<Record<string, string>>, log: StepLog): Promise<RunningStep> {
    const files = await this.#makeFiles()
    const startedAt = performance.now()
    const child = spawn(process.execPath, [join(this.#options.action, script)], {
      cwd: join(this.#options.runnerFolder, '_work', 'workspace'),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...this.#environment(files), ...env },
    })
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => log.push(text))
    const closed = once(child, 'close')
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    let isCancelled = false
    const finish = async (): Promise<StepResult> => {
      const [code, signal] = await exited
      const stalled = !(await within(OUTPUT_MS, closed))
      for (const stream of [child.stdout, child.stderr]) stream.destroy()
      log.end()
      return this.#judge({ code, signal, stalled, log, files, isCancelled, durationMs: performance.now() - startedAt })
    }
    const done = finish()
    const running = { kill: () => child.kill('SIGKILL'), done }
    this.#running.add(running)
    void done.then(() => this.#running.delete(running))
    return {
      pid: child.pid ?? 0,
      done,
      log: () => log.text,
      cancel: async () => {
        isCancelled = true
        for (const { signal, thenMs } of LADDER) {
          child.kill(signal)
          if (await within(thenMs, exited)) break
        }
        return done
      },
    }
  }

  async #judge(end: {
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stalled: boolean
    readonly log: StepLog
    readonly files: CommandFiles
    readonly isCancelled: boolean
    readonly durationMs: number
  }): Promise<StepResult> {
    const { code, signal, stalled, log, files, isCancelled, durationMs } = end
    const faults: string[] = []
    const read = async (path: string): Promise<ReadonlyMap<string, string>> => {
      try {
        return parseCommandFile(await readFile(path, 'utf8'))
      } catch (error) {
        faults.push(`::error::Unable to process file command: ${String(error)}\n`)
        return new Map()
      }
    }
    const [outputs, state] = [await read(files.OUTPUT), await read(files.STATE)]
    for (const fault of faults) log.push(fault)
    const summary = await readFile(files.STEP_SUMMARY, 'utf8')
    return {
      outcome: isCancelled ? 'cancelled' : code === 0 && faults.length === 0 ? 'success' : 'failure',
      ...{ code, signal, stalled, durationMs, outputs, state },
      log: log.text,
      annotations: log.annotations,
      commands: log.commands,
      groups: log.groups,
      summary: Buffer.byteLength(summary) > LONGEST_SUMMARY_BYTES ? '' : this.masks.apply(summary),
    }
  }

  async #makeFiles(): Promise<CommandFiles> {
    const paths = FILES.map((kind) => {
      const name = `${kind.toLowerCase()}_${randomUUID()}`
      return [kind, join(this.#temp, '_runner_file_commands', name)] as const
    })
    for (const [, path] of paths) await writeFile(path, '')
    return Object.fromEntries(paths) as CommandFiles
  }

  #environment(files: CommandFiles): Record<string, string> {
    const { runnerFolder, runnerName, repository, apiUrl, action, event, env = {} } = this.#options
    this.#steps += 1
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: runnerFolder,
      ...env,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION: `__step_${String(this.#steps)}`,
      GITHUB_ACTION_PATH: action,
      GITHUB_API_URL: apiUrl,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_EVENT_NAME: event?.name ?? 'push',
      GITHUB_EVENT_PATH: this.#eventPath,
      GITHUB_JOB: 'job',
      GITHUB_REPOSITORY: repository,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: '1',
      GITHUB_WORKSPACE: join(runnerFolder, '_work', 'workspace'),
      RUNNER_ENVIRONMENT: 'self-hosted',
      RUNNER_NAME: runnerName,
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: this.#temp,
      RUNNER_TOOL_CACHE: join(runnerFolder, '_work', '_tool'),
      RUNNER_TRACKING_ID: this.trackingId,
      ...Object.fromEntries(FILES.map((kind) => [`GITHUB_${kind}`, files[kind]])),
    }
  }
}

/** Whether it settled within the time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => {
    late.resolve(false)
  }, ms)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
