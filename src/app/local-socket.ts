/** The command line of this machine and its peer: RPC over a Unix socket that only the peer's user can open. */
import { chmod, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { errorText, RunnerMeshError } from '../core/errors.ts'
import type { Operations } from '../core/operations/invoke.ts'
import { ACCESS, type Caller } from '../core/operations/operation.ts'
import type { Logger, Startable } from '../core/ports/clock.ts'
import type { OperationsLink } from '../core/ports/link.ts'
import { createRpcLink, serveRpc } from '../peers/operations-rpc.ts'
import { createSocketChannel } from './socket-channel.ts'

/** Whoever can open the socket is the user the peer runs as. */
const LOCAL_CALLER: Caller = { principal: 'local', door: 'cli', access: new Set(ACCESS) }

export function createLocalSocket(path: string, operations: Pick<Operations, 'invoke'>, log: Logger): Startable {
  let server: Server | undefined
  const open = new Set<Socket>()
  return {
    start: async () => {
      if (server !== undefined) return
      // The directory lock is ours by now, so a socket file here was left by a process that is gone.
      await rm(path, { force: true })
      const listening = createServer((socket) => {
        open.add(socket)
        socket.once('close', () => open.delete(socket))
        serveRpc(createSocketChannel(socket), operations, () => LOCAL_CALLER, { name: 'the command line', log })
      })
      await new Promise<void>((resolve, reject) => {
        listening.once('error', (cause) => {
          reject(
            new RunnerMeshError('config_invalid', `Cannot listen on the socket ${path}: ${errorText(cause)}.`, {
              cause,
            }),
          )
        })
        listening.listen(path, () => {
          resolve()
        })
      })
      await chmod(path, 0o600)
      server = listening
    },
    stop: async () => {
      const listening = server
      server = undefined
      if (listening === undefined) return
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => {
        listening.close(() => {
          resolve()
        })
      })
      await rm(path, { force: true })
    },
  }
}

/** @throws RunnerMeshError peer_unreachable when no peer runs on that state directory */
export async function openLocalLink(path: string, log: Logger): Promise<OperationsLink & { close(): Promise<void> }> {
  const socket = createConnection(path)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (cause) => {
      reject(
        new RunnerMeshError(
          'peer_unreachable',
          `No peer answers at ${path} (${'code' in cause ? String(cause.code) : cause.message}). Start one with: runner-mesh up — or name its state directory with --state-dir.`,
          { cause },
        ),
      )
    })
  })
  return createRpcLink(createSocketChannel(socket), { peer: undefined, homes: [] }, { name: 'the peer', log })
}
