/** What monitoring asks: /metrics for its numbers, /readyz for whether to send work here, /healthz for whether it lives. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RunnerMeshError } from '../core/errors.ts'
import type { Caller } from '../core/operations/operation.ts'
import type { Clock } from '../core/ports/clock.ts'
import { writeMetrics } from './metrics/exposition.ts'
import { readPeer, type PeerFacts } from './metrics/peer-readings.ts'
import type { QueueMeter } from './metrics/queue-meter.ts'
import { checkReadiness, type ReadinessCheck } from './readiness.ts'
import { bearerOf, demandKnownHost, sendBody, sendRefusal } from './request-guard.ts'

/** @returns undefined for a token nobody was given */
export type Authenticate = (
  token: string,
) => Promise<{ readonly caller: Caller; readonly ended?: AbortSignal } | undefined>

export interface ObservationDeps {
  readonly facts: PeerFacts
  readonly meter: QueueMeter
  readonly readiness: readonly ReadinessCheck[]
  readonly authenticate: Authenticate
  readonly clock: Clock
}

export interface ObservationSettings {
  readonly allowedHosts: readonly string[]
  /** Whether /metrics answers without a token. */
  readonly metricsOpen: boolean
}

export type WebHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

export interface Observation {
  readonly metrics: WebHandler
  readonly ready: WebHandler
  readonly health: WebHandler
}

export function createObservation(deps: ObservationDeps, settings: ObservationSettings): Observation {
  const { facts, meter, readiness, authenticate, clock } = deps
  const demandReader = async (req: IncomingMessage): Promise<void> => {
    demandKnownHost(req, settings.allowedHosts)
    if (settings.metricsOpen) return
    const token = bearerOf(req)
    const credential = token === undefined ? undefined : await authenticate(token)
    if (credential === undefined || credential.ended?.aborted === true)
      throw new RunnerMeshError('unauthorized', 'Send a token of this runner as Authorization: Bearer <token>.')
    if (!credential.caller.access.has('tasks:read'))
      throw new RunnerMeshError('forbidden', 'The metrics need the right tasks:read, which the token does not have.')
  }
  return {
    metrics: async (req, res) => {
      try {
        await demandReader(req)
        const { type, text } = writeMetrics(await readPeer(facts, meter, clock), req.headers.accept)
        res.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
        res.end(text)
      } catch (thrown) {
        sendRefusal(res, thrown)
      }
    },
    ready: async (_req, res) => {
      const found = await checkReadiness(readiness)
      sendBody(res, found.status === 'ready' ? 200 : 503, found)
    },
    health: (_req, res) => {
      sendBody(res, 200, { status: 'ok', version: facts.version })
      return Promise.resolve()
    },
  }
}
