/** Settings of what a peer serves over HTTP: who may reach it, what MCP shows, and whose tokens count. */
import { z } from 'zod'
import { TOOL_SETS } from '../../mcp/tools/tool-sets.ts'
import { flag, list, setting } from './setting.ts'

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host)

/** Tokens and keys of others travel only encrypted, or inside this machine. */
const secureUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => text.startsWith('https:') || isLoopback(new URL(text).hostname), 'must be an https URL')

export const HTTP_SETTINGS = {
  http: setting(
    'http',
    z
      .string()
      .regex(/^(off|(\[[0-9a-fA-F:]+\]|[^:\s]+):[0-9]{1,5})$/, 'must be host:port or off')
      .default('127.0.0.1:9721'),
    '127.0.0.1:9721',
    'Where the HTTP server listens (dashboard at /, MCP at /mcp, /metrics, /healthz, /readyz), or off.',
  ),
  httpAllowedHosts: setting(
    'http-allowed-hosts',
    list(''),
    '',
    'Host names under which the HTTP server answers beside loopback, comma separated.',
  ),
  httpPublicUrl: setting(
    'http-public-url',
    z.url({ protocol: /^https?$/ }).optional(),
    undefined,
    'The URL under which clients reach the HTTP server, such as https://runners.example; its host name is allowed too. Default: http:// and the address it listens on.',
  ),
  httpCommands: setting(
    'http-commands',
    flag.default(true),
    'true',
    'Whether the HTTP server takes the commands of command lines on other machines, at /commands, as far as their tokens go.',
  ),
  mcpToolsets: setting(
    'mcp-toolsets',
    list('').refine((names) => names.every((name) => TOOL_SETS.some((set) => set === name)), {
      error: `must be of ${TOOL_SETS.join(', ')}`,
    }),
    '',
    'The tool sets that MCP shows at most, of agent, worker, scheduler and all, comma separated. Default: all.',
  ),
  mcpReadOnly: setting(
    'mcp-read-only',
    flag.default(false),
    'false',
    'Whether MCP offers only tools that look and change nothing.',
  ),
  mcpCallTools: setting(
    'mcp-call-tools',
    list(''),
    '',
    'Tools of other peers that p2p_taskqueue_call_tool may call, comma separated. Default: none.',
  ),
  oauthIssuer: setting(
    'oauth-issuer',
    secureUrl.optional(),
    undefined,
    'The authorization server whose access tokens MCP takes beside its own, such as https://login.example.',
  ),
  oauthAudience: setting(
    'oauth-audience',
    z.string().min(1).optional(),
    undefined,
    'What those tokens must be issued for. Default: the public URL with /mcp.',
  ),
  oauthJwksUrl: setting(
    'oauth-jwks-url',
    secureUrl.optional(),
    undefined,
    'Where the authorization server publishes its keys. Default: as its own metadata says.',
  ),
} as const
