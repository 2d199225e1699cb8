/** The dashboard of a peer that has what a test says: tasks, peers and logs in memory, behind a real HTTP server. */
import type { TestContext } from 'node:test'
import { createHttpServer } from '../../src/app/http/http-server.ts'
import type { AuditEntry } from '../../src/coordinator/audit-trail.ts'
import type { Handlers } from '../../src/core/operations/catalog.ts'
import { ACCESS, type Caller } from '../../src/core/operations/operation.ts'
import { systemClock, systemRandom } from '../../src/app/system.ts'
import { createDashboard, type DashboardSettings } from '../../src/dashboard/door.ts'
import { QueueMeter } from '../../src/dashboard/metrics/queue-meter.ts'
import { RecordingLog } from '../support/recording-log.ts'
import { callerWith, createFakeOperations, type FakeOperations } from './fake-operations.ts'

const CALLERS: Readonly<Record<string, Caller>> = {
  'owner-token': callerWith('token:owner', ...ACCESS),
  'reader-token': callerWith('token:reader', 'tasks:read', 'peers:read'),
}

export interface DashboardHouse {
  readonly url: string
  readonly fake: FakeOperations
  readonly meter: QueueMeter
  readonly audit: readonly AuditEntry[]
  /** Ends the token of the owner. */
  readonly revoke: () => void
}

export async function dashboardHouse(
  t: TestContext,
  handlers: Partial<Handlers> = {},
  settings: Partial<DashboardSettings> = {},
): Promise<DashboardHouse> {
  const fake = createFakeOperations(handlers)
  const log = new RecordingLog()
  const meter = new QueueMeter(systemClock)
  const audit: AuditEntry[] = []
  const ended = new AbortController()
  fake.events.listen((event) => meter.heard(event))
  const dashboard = createDashboard(
    {
      ...{ operations: fake.operations, events: fake.events, meter, clock: systemClock, random: systemRandom, log },
      recordAudit: (entry) => audit.push(entry),
      authenticate: (token) => {
        const caller = Object.hasOwn(CALLERS, token) ? CALLERS[token] : undefined
        return Promise.resolve(caller === undefined ? undefined : { caller, ended: ended.signal })
      },
    },
    { allowedHosts: ['127.0.0.1'], readOnly: false, secure: false, ...settings },
  )
  const server = createHttpServer(
    '127.0.0.1:0',
    [
      { path: '/', handle: dashboard.page },
      { path: '/dashboard', handle: dashboard.below },
    ],
    log,
  )
  await server.start()
  t.after(async () => {
    dashboard.stop()
    await server.stop()
  })
  return { url: server.url(), fake, meter, audit, revoke: () => ended.abort(new Error('revoked')) }
}
