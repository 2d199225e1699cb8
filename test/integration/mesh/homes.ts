/** Starts whole peers in processes of their own and takes them away again, state directories included. */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Output, OperationName, RawInput } from '../../../src/core/operations/catalog.ts'
import type { HomeLook, HomeOrder } from './home-process.ts'
import { MESH_KEY } from './peers.ts'

interface Answer {
  readonly id: number
  readonly answer?: unknown
  readonly error?: string
}

export class HomeProcess {
  readonly environment: Readonly<Record<string, string>>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  readonly #exit: Promise<void>
  #lastId = 0
  #errors = ''

  constructor(environment: Readonly<Record<string, string>>) {
    this.environment = environment
    this.#child = fork(join(import.meta.dirname, 'home-process.ts'), [JSON.stringify(environment)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Loading the sources makes more garbage than loading the bundle: its young generation is 32 MiB already then.
      execArgv: [...process.execArgv, '--expose-gc', '--max-semi-space-size=16'],
    })
    this.#child.stderr?.on('data', (bytes: Buffer) => (this.#errors += bytes.toString()))
    this.#child.on('message', ({ id, answer, error }: Answer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(answer)
      else waiting?.reject(new Error(error))
    })
    this.#exit = new Promise((resolve) => {
      this.#child.on('exit', () => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`The peer is gone. ${this.#errors}`))
        resolve()
      })
    })
  }

  ready(): Promise<HomeLook> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve: (answer) => resolve(answer as HomeLook), reject })
    })
  }

  look(): Promise<HomeLook> {
    return this.#tell({ do: 'look' }) as Promise<HomeLook>
  }

  /** The same when what nobody needs has been thrown away. */
  collect(): Promise<HomeLook> {
    return this.#tell({ do: 'collect' }) as Promise<HomeLook>
  }

  call<N extends OperationName>(operation: N, input: RawInput<N>): Promise<Output<N>> {
    return this.#tell({ do: 'call', operation, input }) as Promise<Output<N>>
  }

  async stop(): Promise<void> {
    await this.#tell({ do: 'stop' }).catch(() => undefined)
    await this.#exit
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  #tell(order: Omit<HomeOrder, 'id'>): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#child.send({ id, ...order })
    })
  }
}

/** Settings by their stems, such as `registry-dir`. */
export type Settings = Readonly<Record<string, string>>

export class Homes {
  readonly #processes: HomeProcess[] = []
  readonly #folders: string[] = []

  constructor(context: { readonly after: (cleanUp: () => Promise<void>) => void }) {
    context.after(async () => {
      await Promise.all(this.#processes.map((home) => home.kill()))
      await Promise.all(this.#folders.map((path) => rm(path, { recursive: true, force: true })))
    })
  }

  /** A folder that is gone after the test. */
  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'runner-mesh-home-'))
    this.#folders.push(path)
    return path
  }

  /** On loopback, with the key of all tests, and nothing that reaches further. */
  async start(name: string, settings: Settings = {}, surroundings: Settings = {}): Promise<HomeProcess> {
    const stateDir = settings['state-dir'] ?? (await this.folder())
    return this.#start(surroundings, {
      'runner-name': name,
      key: MESH_KEY,
      listen: '/ip4/127.0.0.1/tcp/0',
      http: 'off',
      registry: 'off',
      rendezvous: 'false',
      ...settings,
      'state-dir': stateDir,
    })
  }

  async #start(surroundings: Settings, settings: Settings): Promise<HomeProcess> {
    const environment = Object.entries(settings).map(([stem, value]) => [
      `RUNNER_MESH_${stem.replaceAll('-', '_').toUpperCase()}`,
      value,
    ])
    const home = new HomeProcess({ ...surroundings, ...(Object.fromEntries(environment) as Record<string, string>) })
    this.#processes.push(home)
    await home.ready()
    return home
  }
}
