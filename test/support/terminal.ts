/** The command line as a person uses it: in a pipe, and on a pseudo-terminal (script of util-linux) that knows Ctrl-C. */
import { spawn } from 'node:child_process'
import type { TestContext } from 'node:test'

const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname

export interface Session {
  /** What it has shown so far; on a terminal both are in `stdout`. */
  readonly text: { stdout: string; stderr: string }
  /** Its exit code; a signal's number counts 128 more, as in a shell. */
  readonly ended: Promise<number | null>
  interrupt(): void
}

export type Environment = Readonly<Record<string, string>>

/** In a pipe. */
export function piped(t: TestContext, args: readonly string[], env: Environment = {}): Session {
  const { session, child } = begin(t, process.execPath, [CLI, ...args], env)
  return { ...session, interrupt: () => child.kill('SIGINT') }
}

/** On a terminal of its own, 100 columns wide. */
export function onTerminal(t: TestContext, args: readonly string[], env: Environment = {}): Session {
  const words = [process.execPath, CLI, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const { type, ...session } = commandOnTerminal(t, `stty cols 100 rows 30; exec ${words}`, {
    TERM: 'xterm-256color',
    ...env,
  })
  return { ...session, interrupt: () => type('\u0003') }
}

/** A line of the shell on a terminal of its own; `type` presses keys there. */
export function commandOnTerminal(t: TestContext, command: string, env: Environment) {
  const { session, child } = begin(t, 'script', ['-qefc', command, '/dev/null'], { SHELL: '/bin/sh', ...env })
  return { ...session, type: (keys: string): void => void child.stdin.write(keys) }
}

function begin(t: TestContext, command: string, args: readonly string[], env: Environment) {
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env } })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { session: { text, ended }, child }
}
