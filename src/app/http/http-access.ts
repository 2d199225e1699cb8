/** What the settings say of who may reach MCP over HTTP, and what it shows at most. */
import type { AdmissionSettings, ProtectedResource } from '../../mcp/access/admission.ts'
import { MCP_DOOR_SETTINGS } from '../../mcp/door.ts'
import { TOOL_SETS, UNBOUND } from '../../mcp/tools/tool-sets.ts'
import type { Config } from '../config.ts'
import type { OAuthSettings } from './oauth.ts'

export interface HttpAccess {
  readonly admission: AdmissionSettings
  readonly oauth: OAuthSettings | undefined
}

type Settings = Pick<
  Config,
  | 'http'
  | 'httpAllowedHosts'
  | 'httpPublicUrl'
  | 'mcpToolsets'
  | 'mcpReadOnly'
  | 'oauthIssuer'
  | 'oauthAudience'
  | 'oauthJwksUrl'
>

export function createHttpAccess(config: Settings): HttpAccess {
  const { httpAllowedHosts, httpPublicUrl, mcpToolsets, mcpReadOnly, oauthIssuer, oauthJwksUrl } = config
  const publicUrl = new URL(httpPublicUrl ?? `http://${config.http}`)
  const hosts = [...httpAllowedHosts, ...(httpPublicUrl === undefined ? [] : [publicUrl.hostname])]
  const resource = `${publicUrl.href.replace(/\/$/, '')}/mcp`
  const sets = TOOL_SETS.filter((set) => mcpToolsets.includes(set))
  const protectedResource: ProtectedResource | undefined =
    oauthIssuer === undefined
      ? undefined
      : {
          resource,
          authorizationServers: [oauthIssuer],
          scopes: ['tasks:read', 'tasks:submit', 'tasks:cancel', 'peers:read'],
        }
  return {
    admission: {
      allowedHosts: [...MCP_DOOR_SETTINGS.allowedHosts, ...hosts],
      allowedOrigins: [...MCP_DOOR_SETTINGS.allowedOrigins, ...hosts],
      bound: { sets: sets.length === 0 ? UNBOUND.sets : sets, readOnly: mcpReadOnly },
      ...(protectedResource === undefined ? {} : { protectedResource }),
    },
    oauth:
      oauthIssuer === undefined
        ? undefined
        : { issuer: oauthIssuer, audience: config.oauthAudience ?? resource, jwksUrl: oauthJwksUrl },
  }
}
