/**
 * A small process that outlives this one. It is started when the first container starts and holds the end of a pipe: when
 * the pipe breaks without a goodbye, the peer was killed, and once its lease is over the guardian removes the containers
 * it left — unless the peer has been started again meanwhile and takes them up itself.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { errorText } from '../core/errors.ts'
import { MINUTE, SECOND } from '../core/lease.ts'
import type { Clock, Logger, Startable } from '../core/ports/clock.ts'
import { isDirectoryHeld } from '../store/sqlite/directory-lock.ts'
import { environmentName, type Config } from './config.ts'
import { removeLeftContainers } from './leftovers.ts'

export interface GuardianDeps {
  /** How to start it: this program's own command line. */
  readonly command: readonly [string, ...string[]]
  readonly config: Config
  readonly stateDir: string
  readonly runner: string
  readonly leaseMs: number
  readonly clock: Clock
  readonly log: Logger
}

export interface Guardian extends Startable {
  /** Keeps watch until the returned function is called. */
  hold(): () => void
}

/** Starting one costs more than keeping it for the next task. */
const IDLE_MS = 5 * MINUTE
const GOODBYE = 'bye\n'

export function createGuardian(deps: GuardianDeps): Guardian {
  const { command, config, stateDir, runner, leaseMs, clock, log } = deps
  let child: ChildProcess | undefined
  let holders = 0
  let stopTimer = (): void => undefined

  const watch = (): void => {
    stopTimer()
    if (child !== undefined) return
    const [program, ...args] = command
    const dockerHost = config.dockerHost ?? config.surroundings.dockerHost
    const started = spawn(
      program,
      [...args, 'guard', '--state-dir', stateDir, '--runner', runner, '--lease-ms', String(leaseMs)],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
        // A Ctrl-C of the terminal and the end of a session are for the peer, not for its guardian.
        detached: true,
        env: {
          PATH: config.surroundings.path,
          XDG_RUNTIME_DIR: config.surroundings.runtimeDir,
          ...(dockerHost === undefined ? {} : { [environmentName('docker-host')]: dockerHost }),
        },
      },
    )
    started.once('error', (error) => {
      log.error('guardian.failed', { error: errorText(error) })
    })
    started.once('exit', (code) => {
      if (child !== started) return
      child = undefined
      log.warn('guardian.ended', { code })
      if (holders > 0) watch()
    })
    started.stdin.on('error', () => undefined)
    started.unref()
    child = started
  }

  const dismiss = (): void => {
    const watching = child
    child = undefined
    watching?.stdin?.end(GOODBYE)
  }

  return {
    hold: () => {
      holders += 1
      watch()
      let held = true
      return () => {
        if (!held) return
        held = false
        holders -= 1
        if (holders === 0) stopTimer = clock.after(IDLE_MS, dismiss)
      }
    },
    start: () => Promise.resolve(),
    stop: () => {
      stopTimer()
      dismiss()
      return Promise.resolve()
    },
  }
}

export interface GuardOptions {
  readonly config: Config
  readonly stateDir: string
  readonly runner: string
  readonly leaseMs: number
  /** The pipe whose other end the peer holds. */
  readonly pipe: Readable
  readonly clock: Clock
}

/** What the guardian's own process does. Resolves when there is nothing left to guard. */
export async function guard({ config, stateDir, runner, leaseMs, pipe, clock }: GuardOptions): Promise<void> {
  let heard = ''
  for await (const text of pipe.setEncoding('utf8')) heard += String(text)
  if (heard.includes(GOODBYE)) return
  const until = clock.mono() + leaseMs
  while (clock.mono() < until) {
    if (isDirectoryHeld(stateDir)) return
    await clock.sleep(Math.min(SECOND, Math.max(1, until - clock.mono())))
  }
  if (!isDirectoryHeld(stateDir)) await removeLeftContainers(config, runner)
}
