/** Settings of the bridge to nodes of ipfs_accelerate_py. */
import { z } from 'zod'
import { flag, setting } from './setting.ts'

const secret = z.string().min(1).optional()

export const LEGACY_SETTINGS = {
  legacy: setting(
    'legacy',
    z.enum(['off', 'serve', 'work', 'both'], 'must be off, serve, work or both').default('off'),
    'off',
    'The bridge to nodes of ipfs_accelerate_py: serve lets them use this queue, work takes tasks from theirs, both does both.',
  ),
  legacyToken: {
    ...setting(
      'legacy-token',
      secret,
      undefined,
      'The token that nodes of ipfs_accelerate_py share (their IPFS_ACCELERATE_PY_TASK_P2P_TOKEN). The bridge needs it, here or in a file.',
    ),
    secret: true,
  },
  legacyTokenFile: setting(
    'legacy-token-file',
    z.string().min(1).optional(),
    undefined,
    'A file that holds that token. Default: `legacy.token` in the state directory.',
  ),
  legacyEncrypt: setting(
    'legacy-encrypt',
    flag.default(false),
    'false',
    'Whether prompts of tasks travel over the bridge encrypted (their IPFS_ACCELERATE_PY_TASK_P2P_ENCRYPT=1).',
  ),
  legacyEncryptionKey: {
    ...setting(
      'legacy-encryption-key',
      secret,
      undefined,
      'The secret that prompts are encrypted under (their ENCRYPTION_KEY). Default: the token of the bridge.',
    ),
    secret: true,
  },
} as const
