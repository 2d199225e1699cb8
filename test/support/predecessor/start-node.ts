/** Starts nodes of the predecessor in processes of their own, and takes them away again. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { NodeOptions, NodeOrder } from './node-process.ts'
import type { Fields, Row } from './queue.ts'

export class PredecessorNode {
  readonly address: string
  readonly self: string
  readonly #child: ChildProcess
  readonly #waiting: Map<number, (value: unknown) => void>
  #last = 0

  constructor(
    child: ChildProcess,
    waiting: Map<number, (value: unknown) => void>,
    hello: { self: string; addresses: string[] },
  ) {
    this.#child = child
    this.#waiting = waiting
    this.self = hello.self
    this.address = hello.addresses[0] ?? ''
  }

  /** What its service answers to a request of its own client. */
  ask(request: Fields): Promise<Fields> {
    return this.#tell({ do: 'ask', request }) as Promise<Fields>
  }

  async rows(): Promise<readonly Row[]> {
    return ((await this.#tell({ do: 'rows' })) as { readonly rows: readonly Row[] }).rows
  }

  /** Its clock goes ahead by so many seconds. */
  async later(seconds: number): Promise<void> {
    await this.#tell({ do: 'later', seconds })
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  #tell(order: NodeOrder): Promise<unknown> {
    this.#last += 1
    const id = this.#last
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#child.send({ id, order })
    })
  }
}

export async function startPredecessor(
  t: Pick<TestContext, 'after'>,
  options: Partial<NodeOptions> = {},
): Promise<PredecessorNode> {
  const given: NodeOptions = { protocols: ['mcp', 'lines'], ...options }
  const child = fork(join(import.meta.dirname, 'node-process.ts'), [JSON.stringify(given)])
  const waiting = new Map<number, (value: unknown) => void>()
  const hello = new Promise<{ self: string; addresses: string[] }>((resolve, reject) => {
    waiting.set(0, (value) => resolve(value as { self: string; addresses: string[] }))
    child.on('exit', (code) => reject(new Error(`The node ended with ${String(code)}.`)))
  })
  child.on('message', ({ id, value }: { id: number; value: unknown }) => {
    waiting.get(id)?.(value)
    waiting.delete(id)
  })
  const node = new PredecessorNode(child, waiting, await hello)
  t.after(() => node.stop())
  return node
}
