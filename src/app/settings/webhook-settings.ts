/** Settings of the door for GitHub's events. */
import { z } from 'zod'
import { SECOND } from '../../core/lease.ts'
import { list, number, setting } from './setting.ts'

export const WEBHOOK_SETTINGS = {
  webhookSecret: {
    ...setting(
      'webhook-secret',
      z.string().min(1).optional(),
      undefined,
      'The secret of the webhook. With it, GitHub’s events are taken at /webhook.',
    ),
    secret: true as const,
  },
  webhookSecretFile: setting(
    'webhook-secret-file',
    z.string().min(1).optional(),
    undefined,
    'A file with the secret of the webhook; further lines hold former ones that still count.',
  ),
  webhookRepositories: setting(
    'webhook-repositories',
    list('').pipe(
      z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/(?:\*|[A-Za-z0-9._-]+)$/, 'must be owner/name or owner/*')),
    ),
    '',
    'Repositories whose events are taken, as owner/name or owner/*, comma separated.',
  ),
  webhookRulesFile: setting(
    'webhook-rules-file',
    z.string().min(1).optional(),
    undefined,
    'Rules of this host, in place of .github/runner-mesh.yml of each repository.',
  ),
  webhookSweepMs: setting(
    'webhook-sweep-seconds',
    number(0, 86_400)
      .transform((value) => Math.round(value * SECOND))
      .default(300 * SECOND),
    '300',
    'How often GitHub is asked for deliveries that failed, to send them again; 0 never. Needs http-public-url and a token with webhooks: write.',
  ),
} as const
