/** The secrets of the webhook, as the configuration says. */
import { RunnerMeshError } from '../../core/errors.ts'
import type { Secrets } from '../../webhook/signatures.ts'
import type { Config } from '../config.ts'
import { findSecret } from '../secret-file.ts'

/** The current one first. @throws RunnerMeshError config_invalid */
export async function findWebhookSecrets(
  config: Pick<Config, 'webhookSecret' | 'webhookSecretFile'>,
): Promise<Secrets | undefined> {
  const { webhookSecret: own, webhookSecretFile: path } = config
  const text = path === undefined ? '' : await findSecret(path)
  if (text === undefined)
    throw new RunnerMeshError('config_invalid', `There is no file ${path ?? ''} with the webhook’s secret.`)
  const lines = text.split('\n').map((line) => line.trim())
  const [first, ...others] = [own ?? '', ...lines].filter((line) => line !== '')
  return first === undefined ? undefined : [first, ...others]
}
