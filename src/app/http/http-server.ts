/** The HTTP server of a peer: one place where doors are mounted by path. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorText, RunnerMeshError } from '../../core/errors.ts'
import type { Logger, Startable } from '../../core/ports/clock.ts'

export type HttpHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void

export interface HttpMount {
  /** The path itself and everything below it. */
  readonly path: string
  readonly handle: HttpHandler
}

export interface HttpServer extends Startable {
  /** As it listens now, such as http://127.0.0.1:9721. */
  url(): string
}

/** Slow senders are cut off: headers within 10 s, a whole request within a minute. */
const LIMITS_MS = { headers: 10_000, request: 60_000, keepAlive: 65_000 } as const

export function createHttpServer(address: string, mounts: readonly HttpMount[], log: Logger): HttpServer {
  const [host, port] = splitAddress(address)
  let server: Server | undefined
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/'
    const mount = mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`))
    if (mount === undefined) {
      sendJson(res, 404, {
        error: { code: 'unknown_operation', message: `There is nothing at ${path.slice(0, 200)}. MCP is at /mcp.` },
      })
      return
    }
    try {
      await mount.handle(req, res)
    } catch (error) {
      log.error('http.request_failed', { path, error: errorText(error) })
      if (res.headersSent) res.destroy()
      else
        sendJson(res, 500, {
          error: { code: 'internal', message: 'An internal error occurred; the log of the peer has the details.' },
        })
    }
  }
  return {
    start: () => {
      if (server !== undefined) return Promise.resolve()
      const listening = createServer((req, res) => {
        void handle(req, res)
      })
      listening.headersTimeout = LIMITS_MS.headers
      listening.requestTimeout = LIMITS_MS.request
      listening.keepAliveTimeout = LIMITS_MS.keepAlive
      return new Promise<void>((resolve, reject) => {
        listening.once('error', (cause) => {
          reject(listenError(address, cause))
        })
        listening.listen(port, host, () => {
          server = listening
          resolve()
        })
      })
    },
    stop: () =>
      new Promise<void>((resolve) => {
        const listening = server
        server = undefined
        if (listening === undefined) {
          resolve()
          return
        }
        listening.close(() => {
          resolve()
        })
        listening.closeAllConnections()
      }),
    url: () => {
      const bound = server?.address() as AddressInfo | null | undefined
      const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
      return `http://${shown.includes(':') ? `[${shown}]` : shown}:${String(bound?.port ?? port)}`
    },
  }
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  res.end(JSON.stringify(body))
}

function splitAddress(address: string): [string, number] {
  const colon = address.lastIndexOf(':')
  return [address.slice(0, colon).replace(/^\[|\]$/g, ''), Number(address.slice(colon + 1))]
}

function listenError(address: string, cause: Error): RunnerMeshError {
  if ('code' in cause && cause.code === 'EADDRINUSE') {
    return new RunnerMeshError(
      'address_in_use',
      `The HTTP address ${address} is in use. Stop what listens there, or name another with --http host:port (or --http off).`,
      { cause },
    )
  }
  return new RunnerMeshError(
    'config_invalid',
    `Cannot serve HTTP on ${address}: ${errorText(cause)}. Name another address with --http host:port.`,
    { cause },
  )
}
