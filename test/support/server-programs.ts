/** Programs of Debian's that serve for one run: found or installed, started on loopback, watched, and taken away again. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tail } from '../../scripts/setup/command.mjs'
import { oneAtATime } from '../../scripts/setup/one-at-a-time.mjs'
import { MACHINE_LOCK } from '../../scripts/setup/prepare.mjs'
import { installer, installPackages } from '../../scripts/setup/system-packages.mjs'

/** What is to be stopped and removed, newest first. */
export interface Leftovers {
  add(remove: () => Promise<void>): void
}

const START_MS = 30_000
const STOP_MS = 10_000

/** @throws Error when it is not there and cannot be had */
export async function findOrInstall(
  find: () => Promise<string | undefined>,
  wanted: { readonly name: string; readonly service: string },
): Promise<string> {
  const present = await find()
  if (present !== undefined) return present
  const { able, because } = installer()
  if (!able) throw new Error(`${wanted.name} is not installed, and cannot be installed here because ${because}`)
  await oneAtATime(MACHINE_LOCK, () => installPackages([wanted]))
  const installed = await find()
  if (installed === undefined) throw new Error(`${wanted.name} was installed, but its program is not found`)
  return installed
}

export async function newFolder(leftovers: Leftovers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  leftovers.add(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  listener.close()
  await once(listener, 'close')
  return port
}

export interface Running {
  /** Resolves once it answers. @throws Error with its last words when it does not */
  readonly ready: () => Promise<void>
  /** A fast shutdown by default, which does not wait for clients. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

export function watchServer(name: string, child: ChildProcess, isReady: () => Promise<boolean>): Running {
  const said = keepWords(child)
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code) => resolve(`it ended with code ${String(code)}`))
  })
  const stop = async (signal: NodeJS.Signals = 'SIGINT'): Promise<void> => {
    child.kill(signal)
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await gone
    clearTimeout(killer)
  }
  const ready = async (): Promise<void> => {
    const giveUpAt = performance.now() + START_MS
    while (performance.now() < giveUpAt) {
      if (await isReady()) return
      const over = await Promise.race([gone, sleep(50)])
      if (over !== undefined) throw new Error(`${name} does not start: ${over}. ${tail(said(), 3)}`)
    }
    throw new Error(`${name} did not answer within ${String(START_MS / 1000)} s. ${tail(said(), 3)}`)
  }
  return { ready, stop }
}

/** Whether somebody listens on that port of this machine. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** What it says, its end. */
export function keepWords(child: ChildProcess): () => string {
  let words = ''
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.on('data', (bytes: Buffer) => (words = `${words}${bytes.toString()}`.slice(-4000)))
  }
  return () => words
}
