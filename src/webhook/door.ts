/** The door for GitHub's events: listener, intake, reporter, schedules and the sweep for what was missed, started in that order. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Startable } from '../core/ports/clock.ts'
import { Intake, type IntakeDeps } from './intake.ts'
import { createListener } from './listener.ts'
import { RedeliverySweep } from './redelivery-sweep.ts'
import { Reporter, type ReporterDeps } from './reporter.ts'
import { Schedules } from './schedules.ts'
import { createServedRepositories } from './served-repositories.ts'
import { createSignatures, type Secrets } from './signatures.ts'

export interface WebhookDoorDeps extends Omit<IntakeDeps, 'onSubmitted'>, ReporterDeps {
  readonly secrets: Secrets
  /** `owner/name` or `owner/*`. */
  readonly repositories: readonly string[]
  /** Where GitHub reaches the listener; unset: failed deliveries are not asked for. */
  readonly url: string | undefined
  readonly sweepEveryMs: number
}

export interface WebhookDoor extends Startable {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

export function createWebhookDoor(deps: WebhookDoorDeps): WebhookDoor {
  const { inbox, desk, url, sweepEveryMs, clock, log } = deps
  const served = createServedRepositories(deps.repositories)
  const reporter = new Reporter(deps)
  const intake = new Intake({
    ...deps,
    onSubmitted: () => {
      reporter.wake()
    },
  })
  const sweep =
    desk === undefined || url === undefined || sweepEveryMs === 0
      ? undefined
      : new RedeliverySweep({ inbox, desk, repositories: served.named, url, everyMs: sweepEveryMs, clock, log })
  const onAccepted = (): void => {
    intake.wake()
  }
  const signatures = createSignatures(deps.secrets)
  const listen = createListener({ inbox, served, clock, log, signatures, onAccepted })
  const schedules = new Schedules({ ...deps, repositories: served.named, onAccepted })
  return {
    handle: listen,
    start: async () => {
      await inbox.start()
      await reporter.start()
      await intake.start()
      await schedules.start()
      await sweep?.start()
    },
    stop: async () => {
      await sweep?.stop()
      await schedules.stop()
      await intake.stop()
      await reporter.stop()
      await inbox.stop()
    },
  }
}
