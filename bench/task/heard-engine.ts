/** A way to the machine's engine that notes when a container is asked for, and passes everything on as it is. */
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ENGINE = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? '/var/run/docker.sock'
const CREATE = /POST \/(?:v[\d.]+\/)?containers\/create[? ]/

export interface HeardEngine extends AsyncDisposable {
  /** As `--docker-host` wants it. */
  readonly host: string
  /** On this process's monotonic clock: the first call for a container since it was last asked for, if there was one. */
  takeCreatedAt(): number | undefined
}

export async function hearEngine(): Promise<HeardEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-mesh-bench-'))
  const path = join(folder, 'engine.sock')
  const sockets = new Set<Socket>()
  let createdAt: number | undefined
  // A client that ends its half still waits for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ path: ENGINE, allowHalfOpen: true })
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket))
      socket.pipe(other)
    }
    client.on('data', (bytes: Buffer) => {
      if (CREATE.test(bytes.toString('latin1', 0, 200))) createdAt ??= performance.now()
    })
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    host: `unix://${path}`,
    takeCreatedAt: () => {
      const at = createdAt
      createdAt = undefined
      return at
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
