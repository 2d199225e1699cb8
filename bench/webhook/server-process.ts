/** Serves webhooks in a process of its own until its parent goes: the product's door and inbox, or a bare node:http server. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpServer } from '../../src/app/http/http-server.ts'
import { createLogger } from '../../src/app/logger.ts'
import { systemClock } from '../../src/app/system.ts'
import { createSqliteDeliveryInbox } from '../../src/store/sqlite/delivery-inbox.ts'
import { createListener } from '../../src/webhook/listener.ts'
import { createServedRepositories } from '../../src/webhook/served-repositories.ts'
import { createSignatures } from '../../src/webhook/signatures.ts'

const [kind, folder = '', secret = '', repository = ''] = process.argv.slice(2)
process.once('disconnect', () => process.exit())
process.send?.(await (kind === 'ours' ? serveOurs() : serveBare()))

async function serveOurs(): Promise<string> {
  const inbox = createSqliteDeliveryInbox(folder, systemClock)
  await inbox.start()
  const log = createLogger('silent')
  const listen = createListener({
    ...{ inbox, log, clock: systemClock, onAccepted: () => undefined },
    signatures: createSignatures([secret]),
    served: createServedRepositories([repository]),
  })
  const server = createHttpServer('127.0.0.1:0', [{ path: '/webhook', handle: listen }], log)
  await server.start()
  return `${server.url()}/webhook`
}

/** Reads a body and answers: less than this no server does. */
async function serveBare(): Promise<string> {
  const server = createServer((asked, answer) => {
    asked.resume().once('end', () => answer.writeHead(202).end('{}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/webhook`
}
