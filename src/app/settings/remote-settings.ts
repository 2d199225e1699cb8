/** Settings of a command line whose peer is elsewhere: reached over HTTP with a token, or as a member of its mesh. */
import { z } from 'zod'
import { setting } from './setting.ts'

export const REMOTE_SETTINGS = {
  url: setting(
    'url',
    z.url({ protocol: /^https?$/ }).optional(),
    undefined,
    'The peer that commands ask, by the URL of its HTTP server, such as https://runners.example. Default: the one of this machine.',
  ),
  token: {
    ...setting('token', z.string().min(1).optional(), undefined, 'The bearer token to show at that URL.'),
    secret: true,
  },
  tokenFile: setting('token-file', z.string().min(1).optional(), undefined, 'A file that holds that token.'),
  peer: setting(
    'peer',
    z
      .string()
      .regex(/\/p2p\/[A-Za-z0-9]+$/, 'must be an address that ends in /p2p/<peer id>')
      .optional(),
    undefined,
    'The peer that commands ask, by its address in the mesh, ending in /p2p/<peer id>. It takes the mesh key (key-file).',
  ),
} as const
