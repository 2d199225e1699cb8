/** What the settings say of who may reach MCP over HTTP, and what it shows at most. */
import type { AdmissionSettings, ProtectedResource } from '../../mcp/access/admission.ts'
import { MCP_DOOR_SETTINGS } from '../../mcp/door.ts'
import { TOOL_SETS, UNBOUND, type ViewBound } from '../../mcp/tools/tool-sets.ts'
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

/**
 * @param listensAt URL of the HTTP server as it listens at the time of the call: under port 0 the system chooses one, which
 * clients are told and tokens must name
 */
export function createHttpAccess(config: Settings, listensAt: () => string): HttpAccess {
  const { httpAllowedHosts, httpPublicUrl, mcpToolsets, mcpReadOnly, oauthIssuer, oauthJwksUrl } = config
  const hosts = [...httpAllowedHosts, ...(httpPublicUrl === undefined ? [] : [new URL(httpPublicUrl).hostname])]
  const resource = (): string => {
    const url = new URL(httpPublicUrl ?? `http://${config.http}`)
    if (httpPublicUrl === undefined && url.port === '0') url.port = new URL(listensAt()).port
    return `${url.href.replace(/\/$/, '')}/mcp`
  }
  const protectedResource: ProtectedResource | undefined =
    oauthIssuer === undefined
      ? undefined
      : {
          get resource() {
            return resource()
          },
          authorizationServers: [oauthIssuer],
          scopes: ['tasks:read', 'tasks:submit', 'tasks:cancel', 'peers:read'],
        }
  return {
    admission: {
      allowedHosts: [...MCP_DOOR_SETTINGS.allowedHosts, ...hosts],
      allowedOrigins: [...MCP_DOOR_SETTINGS.allowedOrigins, ...hosts],
      bound: createBound({ mcpToolsets, mcpReadOnly }),
      ...(protectedResource === undefined ? {} : { protectedResource }),
    },
    oauth:
      oauthIssuer === undefined
        ? undefined
        : {
            issuer: oauthIssuer,
            get audience() {
              return config.oauthAudience ?? resource()
            },
            jwksUrl: oauthJwksUrl,
          },
  }
}

/** What the settings let anybody see at most. */
export function createBound({ mcpToolsets, mcpReadOnly }: Pick<Config, 'mcpToolsets' | 'mcpReadOnly'>): ViewBound {
  const sets = TOOL_SETS.filter((set) => mcpToolsets.includes(set))
  return { sets: sets.length === 0 ? UNBOUND.sets : sets, readOnly: mcpReadOnly }
}
