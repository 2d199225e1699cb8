/** The door for GitHub's events, put together as the configuration says. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Operations } from '../../core/operations/invoke.ts'
import { createRepositoryDesk } from '../../github/repository-desk.ts'
import { createSqliteDeliveryInbox } from '../../store/sqlite/delivery-inbox.ts'
import { createWebhookDoor, type WebhookDoor } from '../../webhook/door.ts'
import { WEBHOOK_PATH } from '../../webhook/listener.ts'
import { RULES_PATH } from '../../webhook/rules/rules-schema.ts'
import { createGitHubRequests } from '../github-registry.ts'
import { parseRules, readRulesFile } from '../webhook/rules-file.ts'
import { findWebhookSecrets } from '../webhook/webhook-secrets.ts'
import type { Ground } from './ground.ts'

/** @returns undefined where no secret is set. @throws RunnerMeshError config_invalid */
export async function createWebhookParts(
  { config, stateDir, events, clock, log }: Ground,
  operations: Operations,
): Promise<WebhookDoor | undefined> {
  const secrets = await findWebhookSecrets(config)
  if (secrets === undefined) return undefined
  if (config.webhookRepositories.length === 0) {
    throw new RunnerMeshError(
      'config_invalid',
      'The webhook has a secret but no repository. Name them with --webhook-repositories owner/name.',
    )
  }
  const requests = createGitHubRequests(config, clock, () => 0)
  const desk = requests === undefined ? undefined : createRepositoryDesk(requests)
  const { webhookRulesFile: rulesFile, httpPublicUrl } = config
  if (rulesFile !== undefined) await readRulesFile(rulesFile)
  const publicUrl = httpPublicUrl?.replace(/\/+$/, '')
  return createWebhookDoor({
    ...{ secrets, operations, desk, events, clock, log },
    inbox: createSqliteDeliveryInbox(stateDir, clock),
    repositories: config.webhookRepositories,
    url: publicUrl === undefined ? undefined : `${publicUrl}${WEBHOOK_PATH}`,
    sweepEveryMs: config.webhookSweepMs,
    linkOf: (taskId) => (publicUrl === undefined ? undefined : `${publicUrl}/#/task/${encodeURIComponent(taskId)}`),
    rulesOf: async (repository, ref, signal) => {
      if (rulesFile !== undefined) return readRulesFile(rulesFile)
      const text = await desk?.fileAt(repository, RULES_PATH, ref, signal)
      return text === undefined ? undefined : parseRules(text, `${repository}/${RULES_PATH}`)
    },
  })
}
