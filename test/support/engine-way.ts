/** A way to the machine's engine of one's own, on which calls are heard of and may get lost. */
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { scratchDirectory } from './scratch-directory.ts'

const ENGINE = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock'
const REQUEST_LINE_CHARACTERS = 300

/** What becomes of a call: it may get lost before the engine has it, or with the engine's answer. */
export type Passage = 'whole' | 'call lost' | 'answer lost'

export interface EngineWay extends AsyncDisposable {
  /** As `--docker-host` wants it. */
  readonly host: string
}

/** @param onCall hears the beginning of all that is sent to the engine, which for a call is its request line */
export async function openEngineWay(onCall: (line: string) => Passage): Promise<EngineWay> {
  const folder = await scratchDirectory()
  const path = join(folder.path, 'engine.sock')
  const sockets = new Set<Socket>()
  // A client that ends its half still waits for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: ENGINE, allowHalfOpen: true })
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket))
      socket.on('end', () => other.end())
    }
    let isAnswerLost = false
    client.on('data', (bytes: Buffer) => {
      const passage = onCall(bytes.toString('latin1', 0, REQUEST_LINE_CHARACTERS))
      if (passage === 'answer lost') isAnswerLost = true
      if (passage === 'call lost') client.destroy()
      else engine.write(bytes)
    })
    engine.on('data', (bytes: Buffer) => (isAnswerLost ? client.destroy() : client.write(bytes)))
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    host: `unix://${path}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await folder[Symbol.asyncDispose]()
    },
  }
}
