/** Sends a sample of an event, or a payload of one's own, to the listener that the settings name. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import { EVENT_NAMES, isEventKind } from '../../webhook/rules/rules-schema.ts'
import { sampleEvent } from '../../webhook/sample-events.ts'
import { WEBHOOK_PATH } from '../../webhook/listener.ts'
import type { Config } from '../config.ts'
import { readPayload, sendDelivery, type SentDelivery } from './send-delivery.ts'
import { findWebhookSecrets } from './webhook-secrets.ts'

export interface SampleWish {
  readonly event: string
  /** A payload to send in place of the sample. */
  readonly payloadFile: string | undefined
  /** Unset: where a peer of this machine listens by these settings. */
  readonly url: string | undefined
  /** Unset: the first that the settings name. */
  readonly repository: string | undefined
  readonly branch: string
  readonly sha: string | undefined
  readonly login: string | undefined
  /** An id that was sent before; unset, a fresh one. */
  readonly id: string | undefined
}

export interface SampleAnswer extends SentDelivery {
  readonly id: string
  readonly url: string
}

interface Machine {
  readonly clock: Clock
  readonly random: Random
}

/** @throws RunnerMeshError config_invalid: no secret, no address; bad_request; peer_unreachable */
export async function sendSample(
  config: Config,
  wish: SampleWish,
  machine: Machine,
  signal: AbortSignal,
): Promise<SampleAnswer> {
  const secrets = await findWebhookSecrets(config)
  if (secrets === undefined) {
    throw new RunnerMeshError(
      'config_invalid',
      'There is no secret to sign with. Name its file with --webhook-secret-file.',
    )
  }
  const url = wish.url ?? listenerOf(config)
  const payload = wish.payloadFile === undefined ? sampleOf(config, wish, machine) : await readPayload(wish.payloadFile)
  const id = wish.id ?? machine.random.uuid()
  const sending = { url, id, secrets, event: wish.event, body: JSON.stringify(payload) }
  return { ...(await sendDelivery(sending, machine.clock, signal)), id, url }
}

function sampleOf({ webhookRepositories }: Config, wish: SampleWish, { clock }: Machine): object {
  const { event, branch, sha } = wish
  if (!isEventKind(event)) {
    throw new RunnerMeshError(
      'bad_request',
      `There is no sample of ${event}. Name a payload with --payload, or one of ${EVENT_NAMES.join(', ')}.`,
    )
  }
  const repository = wish.repository ?? webhookRepositories.find((each) => !each.endsWith('/*'))
  if (repository === undefined) {
    throw new RunnerMeshError('bad_request', 'A sample is about a repository. Name one with --repository owner/name.')
  }
  const login = wish.login ?? repository.split('/', 1)[0] ?? ''
  return sampleEvent(event, { repository, branch, sha, login, at: clock.now() })
}

function listenerOf({ http }: Config): string {
  if (http !== 'off') return `http://${http.replace(/^(?:0\.0\.0\.0|\[::\])(?=:)/, '127.0.0.1')}${WEBHOOK_PATH}`
  throw new RunnerMeshError('bad_request', 'By these settings no listener runs here. Name one with --to.')
}
