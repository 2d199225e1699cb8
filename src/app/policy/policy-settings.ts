/** Settings of what may run here: the policy file, or without one two plain settings; and where secrets are. */
import { z } from 'zod'
import { PROFILES } from '../../core/task.ts'
import { flag, setting } from '../settings/setting.ts'

export const POLICY_SETTINGS = {
  policyFile: setting(
    'policy-file',
    z.string().min(1).optional(),
    undefined,
    'The host policy, see docs/policy.md. Default: `policy.yml` in the state directory, where there is one.',
  ),
  secretsFile: setting(
    'secrets-file',
    z.string().min(1).optional(),
    undefined,
    'Secrets that tasks may be given, readable by this user alone. Default: `secrets.yml` in the state directory.',
  ),
  profile: setting(
    'profile',
    z.enum(PROFILES).optional(),
    undefined,
    'Without a policy file: the loosest isolation this host allows, strict, standard or trusted. Default: standard.',
  ),
  allowBridge: setting(
    'allow-bridge',
    flag.optional(),
    undefined,
    'Without a policy file: whether tasks may have a network. Default: false.',
  ),
  buildKit: setting(
    'buildkit',
    flag.default(false),
    'false',
    'Whether Dockerfiles are built by the BuildKit of the engine (RUN --mount, here-documents, stages side by side). It holds steps to the network they may have, but to no memory and no processors, so only for repositories you trust.',
  ),
} as const
