/** Starts peers in processes of their own and takes them away again, state directories included. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { newMeshKey } from '../../../src/mesh/mesh-key.ts'
import { systemRandom } from '../../../src/app/system.ts'
import type { Look, Order, PeerOptions } from './peer-process.ts'

export const MESH_KEY = newMeshKey(systemRandom)

interface Answer {
  readonly id: number
  readonly answer?: Look
  readonly error?: { readonly message: string; readonly code?: string }
}

export class PeerProcess {
  readonly options: PeerOptions
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (look: Look) => void; reject: (error: Error) => void }>()
  readonly #exit: Promise<number | string>
  #lastId = 0
  #errors = ''

  /** @param inside words before a command that make it run somewhere else */
  constructor(options: PeerOptions, inside: readonly string[] = []) {
    this.options = options
    const program = join(import.meta.dirname, 'peer-process.ts')
    const [command, ...args] = [...inside, process.execPath, program, JSON.stringify(options)]
    this.#child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#child.stderr?.on('data', (bytes: Buffer) => (this.#errors += bytes.toString()))
    this.#child.on('message', ({ id, answer, error }: Answer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (answer !== undefined) waiting?.resolve(answer)
      else waiting?.reject(Object.assign(new Error(error?.message), { code: error?.code }))
    })
    this.#exit = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`The peer is gone. ${this.#errors}`))
        resolve(code ?? signal ?? 'unknown')
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  ready(): Promise<Look> {
    return new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }))
  }

  tell(order: Order): Promise<Look> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, order })
    })
  }

  look(): Promise<Look> {
    return this.tell({ do: 'look' })
  }

  /** Lets go of the process, which ends once nothing keeps it alive. @returns its exit code, or the signal that ended it */
  release(): Promise<number | string> {
    if (this.#child.connected) this.#child.disconnect()
    return this.#exit
  }

  kill(): Promise<number | string> {
    this.#child.kill('SIGKILL')
    return this.#exit
  }
}

export class Peers {
  readonly #processes: PeerProcess[] = []
  readonly #directories: string[] = []

  constructor(context: TestContext) {
    context.after(async () => {
      await Promise.all(this.#processes.map((peer) => peer.kill()))
      await Promise.all(this.#directories.map((path) => rm(path, { recursive: true, force: true })))
    })
  }

  /** A peer that listens on loopback and has started. */
  async start(options: Partial<PeerOptions> = {}, inside: readonly string[] = []): Promise<PeerProcess> {
    const peer = await this.spawn(options, inside)
    await peer.tell({ do: 'start' })
    return peer
  }

  async spawn(options: Partial<PeerOptions> = {}, inside: readonly string[] = []): Promise<PeerProcess> {
    const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'runner-mesh-peer-')))
    this.#directories.push(stateDir)
    const whole: PeerOptions = {
      name: `peer ${String(this.#processes.length)}`,
      keys: [MESH_KEY],
      listen: ['/ip4/127.0.0.1/tcp/0'],
      ...options,
      stateDir,
    }
    const peer = new PeerProcess(whole, inside)
    this.#processes.push(peer)
    await peer.ready()
    return peer
  }

  /** The same peer once more: its key, its port. */
  again(peer: PeerProcess, listen: readonly string[], inside: readonly string[] = []): Promise<PeerProcess> {
    return this.start({ ...peer.options, listen }, inside)
  }
}

export function addressOf(look: Look): string {
  const [address] = look.addresses
  if (address === undefined) throw new Error('The peer listens nowhere.')
  return address
}
