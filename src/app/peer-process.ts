/**
 * A peer as a process of its own that outlives the one that starts it: how it is started, known again and stopped. A
 * process id alone may be somebody else's by then, so its start time goes with it (Linux; elsewhere the id has to do).
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { kill } from 'node:process'
import type { Environment } from './config.ts'
import { systemClock } from './system.ts'

const LOOK_MS = 50
/** The 22nd field of /proc/<pid>/stat, counted after the name in brackets. @see proc_pid_stat(5) */
const START_TIME_FIELD = 19

export interface PeerFiles {
  /** Its one line of JSON when it is ready, or its error. */
  readonly output: string
  readonly log: string
}

/** Its output goes to files: an inherited one would keep the step of the runner open. */
export async function spawnPeer(
  [program, ...args]: readonly [string, ...string[]],
  files: PeerFiles,
  environment: Environment,
): Promise<ChildProcess> {
  const [output, log] = [await open(files.output, 'w', 0o600), await open(files.log, 'w', 0o600)]
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', output.fd, log.fd],
      env: { ...environment },
    })
    child.unref()
    return child
  } finally {
    await Promise.all([output.close(), log.close()])
  }
}

/** @returns `<pid> <start time>`, as `stopProcess` takes it */
export async function nameProcess(pid: number): Promise<string> {
  return `${String(pid)} ${await startTimeOf(pid)}`
}

export type Stopped = 'gone already' | 'stopped' | 'killed'

/** SIGTERM, and SIGKILL when that did not help in time. Resolves when the process is gone. */
export async function stopProcess(name: string, withinMs: number): Promise<Stopped> {
  const [pidText = '', startTime = ''] = name.split(' ')
  const pid = Number(pidText)
  const isThere = async (): Promise<boolean> => isAlive(pid) && (await startTimeOf(pid)) === startTime
  if (!Number.isSafeInteger(pid) || pid <= 1 || !(await isThere())) return 'gone already'
  send(pid, 'SIGTERM')
  const startedAt = systemClock.mono()
  while (systemClock.mono() - startedAt < withinMs) {
    if (!(await isThere())) return 'stopped'
    await systemClock.sleep(LOOK_MS)
  }
  send(pid, 'SIGKILL')
  while (await isThere()) await systemClock.sleep(LOOK_MS)
  return 'killed'
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0)
  } catch {
    return false
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    kill(pid, signal)
  } catch {
    // It ended between the look and now.
  }
}

/** @returns an empty text where there is no such process, or it has ended and nobody has waited for it yet */
async function startTimeOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8')
    const [state = 'Z', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '' : (fields[START_TIME_FIELD - 1] ?? '')
  } catch {
    return ''
  }
}
