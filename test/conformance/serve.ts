/**
 * The door as it ships, over fake operations, on a loopback port: what the protocol's own suites are run against. The
 * runners can send no token, so this entry adds one to every request before the door sees it.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { ACCESS } from '../../src/core/operations/operation.ts'
import { createMcpDoor } from '../../src/mcp/door.ts'
import { callerWith, createFakeOperations } from '../fakes/fake-operations.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { createFixtures } from './fixtures.ts'

export interface ConformanceServer {
  readonly url: string
  stop(): Promise<void>
}

/** @param options.fixtures adds the tools, resources and prompts that the suites call by name; the product has none of them */
export async function serveConformance({ fixtures }: { readonly fixtures: boolean }): Promise<ConformanceServer> {
  const fake = createFakeOperations()
  fake.submit('token:suite', { status: 'completed', log: 'a line' })
  const caller = callerWith('token:suite', ...ACCESS)
  const door = createMcpDoor({
    operations: fake.operations,
    events: fake.events,
    version: '0.0.0',
    clock: systemClock,
    random: systemRandom,
    log: new RecordingLog(),
    authenticate: (token) => Promise.resolve(token === 'suite' ? { caller } : undefined),
    ...(fixtures ? { extension: createFixtures(fake, caller) } : {}),
  })
  const server = createServer((req, res) => {
    req.headers.authorization = 'Bearer suite'
    req.rawHeaders.push('Authorization', 'Bearer suite')
    void door.node(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/mcp/x/all`,
    stop: async () => {
      await door.stop()
      await new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
    },
  }
}
