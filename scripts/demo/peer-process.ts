/** A peer as a process of its own, started from the command line and heard by what it prints. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const readyLine = z.object({
  event: z.literal('ready'),
  peer_id: z.string(),
  runner_name: z.string(),
  addresses: z.array(z.string()),
  state_dir: z.string(),
  mcp_url: z.string().optional(),
  token_file: z.string().optional(),
})
export type Ready = z.output<typeof readyLine>

export interface PeerProcess {
  readonly child: ChildProcess
  readonly ready: Ready
  /** Everything it has logged so far. */
  log(): string
  /** Resolves with the exit code once the process has gone; null when a signal ended it. */
  readonly ended: Promise<number | null>
  /** Asks it to stop and waits until it has. */
  stop(): Promise<void>
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>
}

export interface PeerProcessOptions {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The command line to start; by default the one of this checkout. */
  readonly cli?: readonly string[]
}

export const CLI = [process.execPath, new URL('../../src/cli/main.ts', import.meta.url).pathname] as const

/** @throws Error with what the process said when it ends before it is ready */
export async function startPeerProcess({ args, env = {}, cli = CLI }: PeerProcessOptions): Promise<PeerProcess> {
  const [command = process.execPath, ...rest] = cli
  const child = spawn(command, [...rest, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Their images are made on this machine: there is no registry to ask about them.
    env: { ...withoutSettings(process.env), RUNNER_MESH_PIN_IMAGES: 'false', ...env },
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = `${log}${text}`.slice(-1_000_000)
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const ready = await Promise.race([firstReady(child), ended.then((code) => fail(code, log))])
  return {
    child,
    ready,
    log: () => log,
    ended,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function firstReady(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error('The peer has no standard output.')
  for await (const line of createInterface({ input: child.stdout })) {
    const parsed = readyLine.safeParse(JSON.parse(line))
    if (!parsed.success) continue
    child.stdout.resume()
    return parsed.data
  }
  return new Promise<never>(() => undefined)
}

function fail(code: number | null, log: string): never {
  throw new Error(`The peer ended with ${String(code)} before it was ready:\n${log}`)
}

/** What the caller's own surroundings set for a peer must not leak into this one. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('RUNNER_MESH_')))
}
