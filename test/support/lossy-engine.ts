/** A way to the machine's engine on which one call gets lost, before the engine has it or with its answer. */
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { scratchDirectory } from './scratch-directory.ts'

const ENGINE = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock'
const REQUEST_LINE_CHARACTERS = 300

export interface LossyEngine extends AsyncDisposable {
  /** As `engineHost` wants it. */
  readonly host: string
  /** How often the engine was reached with such a call. */
  reached(): number
}

/**
 * @param lost matches the request line of the calls that are lost
 * @param spared how many of them come first and are not
 */
export async function loseCalls(lost: RegExp, what: 'call' | 'answer', spared = 0): Promise<LossyEngine> {
  const folder = await scratchDirectory()
  const path = join(folder.path, 'engine.sock')
  const sockets = new Set<Socket>()
  let [reached, seen] = [0, 0]
  // A client that ends its half still waits for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: ENGINE, allowHalfOpen: true })
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket))
    }
    let isLost = false
    client.on('data', (bytes: Buffer) => {
      if (lost.test(bytes.toString('latin1', 0, REQUEST_LINE_CHARACTERS))) {
        seen += 1
        isLost ||= seen > spared
      }
      if (isLost && what === 'call') return void client.destroy()
      if (isLost) reached += 1
      engine.write(bytes)
    })
    client.on('end', () => engine.end())
    engine.on('data', (bytes: Buffer) => (isLost ? client.destroy() : client.write(bytes)))
    engine.on('end', () => client.end())
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    host: `unix://${path}`,
    reached: () => reached,
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await folder[Symbol.asyncDispose]()
    },
  }
}
