/** Settings of the registry on a GitHub issue, and of what this peer finds out about itself for it. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { MINUTE } from '../../core/lease.ts'
import { flag, list, number, setting, wholeNumber } from './setting.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })

const urls = list('').pipe(z.array(url))

export const REGISTRY_SETTINGS = {
  registry: setting(
    'registry',
    z
      .string()
      .regex(/^(?:off|[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._-]+)$/, 'must be owner/repository or off')
      .default('off'),
    'off',
    'The repository on whose registry issue peers find each other, as owner/repository, or off. Needs a token with issues: write.',
  ),
  registryIssueTitle: setting(
    'registry-issue-title',
    z.string().trim().min(1).max(256).default('p2p-peer-registry'),
    'p2p-peer-registry',
    'Exact title of the registry issue. Each mesh of a repository needs its own.',
  ),
  registryApps: setting(
    'registry-apps',
    list('')
      .pipe(z.array(z.string().regex(/^[a-z0-9-]+$/, 'must be slugs of apps')))
      .prefault('github-actions'),
    'github-actions',
    'Apps whose comments are read beside those of owners, members and collaborators, comma separated.',
  ),
  registryMarker: setting(
    'registry-marker',
    z
      .string()
      .regex(/^[a-z0-9]+(?:-[a-z0-9]+){0,15}$/, 'must be words of small letters and digits, joined by -')
      .default('p2p-peer-registry'),
    'p2p-peer-registry',
    'How comments of peers begin. Peers of one mesh have the same; nodes of ipfs_accelerate_py know the default alone.',
  ),
  registryExpiryMs: setting(
    'registry-expiry-minutes',
    number(6, 1_440)
      .transform((value) => value * MINUTE)
      .default(45 * MINUTE),
    '45',
    'For how long a peer’s comment is good; it is written again after a third of that. In a fleet too large for that within GitHub’s limits, longer.',
  ),
  registryAnnounce: setting(
    'registry-announce',
    flag.default(true),
    'true',
    'Whether this peer writes itself into the registry, or only reads it.',
  ),
  registryFleetSize: setting(
    'registry-fleet-size',
    wholeNumber(1, 100_000).default(1),
    '1',
    'How many new peers may start at the same moment. Above 40 each waits for a slot of its own before it writes.',
  ),
  githubToken: {
    ...setting('github-token', z.string().min(1).optional(), undefined, 'The token for GitHub. Default: GITHUB_TOKEN.'),
    secret: true,
  },
  githubApiUrl: setting(
    'github-api-url',
    url.optional(),
    undefined,
    'Where GitHub’s API is. Default: GITHUB_API_URL, then https://api.github.com.',
  ),
  publicIp: setting(
    'public-ip',
    z
      .string()
      .refine((text) => text === 'off' || text === 'auto' || isIP(text) !== 0, 'must be an IP address, auto or off')
      .optional(),
    undefined,
    'The public address to tell in the registry: an IP address, auto (find out) or off. Default: auto on a private repository, off on a public one.',
  ),
  publicIpServices: setting(
    'public-ip-services',
    urls.prefault('https://api.ipify.org,https://ifconfig.me/ip,https://icanhazip.com'),
    'https://api.ipify.org,https://ifconfig.me/ip,https://icanhazip.com',
    'Services that answer with the address they are called from, asked in this order, comma separated.',
  ),
  cloudMetadataUrl: setting(
    'cloud-metadata-url',
    url.default('http://169.254.169.254'),
    'http://169.254.169.254',
    'Where a machine in a cloud (AWS, Azure, Google) learns its public address.',
  ),
} as const
