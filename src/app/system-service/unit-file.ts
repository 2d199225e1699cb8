/**
 * The systemd unit of a long-lived peer: an ordinary user that may write its state directory and nothing else.
 * @see systemd.exec(5); `systemd-analyze security` grades it
 */
import { SERVICE_NAME } from './service-paths.ts'

export interface UnitOptions {
  readonly user: string
  /** Node and the command line, as absolute paths. */
  readonly node: string
  readonly cli: string
  /** Settings, one per line; root's alone to read. */
  readonly environmentFile: string
  /** Undefined: the peer makes a key at its first start. */
  readonly keyFile: string | undefined
  /** systemd starts no unit that names a group which is not there. */
  readonly hasDockerGroup: boolean
}

/** Under these nothing is visible to the unit unless it is named. */
const HIDDEN = /^\/(?:home|root|run\/user)\//

export function renderUnit({ user, node, cli, environmentFile, keyFile, hasDockerGroup }: UnitOptions): string {
  const shown = [node, cli].filter((path) => HIDDEN.test(path))
  return [
    '[Unit]',
    'Description=runner-mesh: this machine as a peer of a container cluster',
    'Documentation=https://github.com/runner-mesh/runner-mesh',
    'Wants=network-online.target',
    'After=network-online.target docker.service',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${quoted(node)} ${quoted(cli)} up`,
    `User=${user}`,
    // The engine's socket belongs to this group.
    ...(hasDockerGroup ? ['SupplementaryGroups=docker'] : []),
    `EnvironmentFile=${environmentFile}`,
    `Environment=RUNNER_MESH_STATE_DIR=%S/${SERVICE_NAME}`,
    ...(keyFile === undefined
      ? []
      : [`LoadCredential=mesh.key:${keyFile}`, 'Environment=RUNNER_MESH_KEY_FILE=%d/mesh.key']),
    'Restart=always',
    'RestartSec=5',
    // The peer hears SIGTERM, gives back what it works on, and leaves the registry.
    'KillMode=mixed',
    'TimeoutStopSec=60',
    '',
    `StateDirectory=${SERVICE_NAME}`,
    'StateDirectoryMode=0700',
    'ProtectSystem=strict',
    // tmpfs and not yes: node and the command line may be installed in a home.
    'ProtectHome=tmpfs',
    ...(shown.length === 0 ? [] : [`BindReadOnlyPaths=${shown.map(quoted).join(' ')}`]),
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'ProtectProc=invisible',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'AmbientCapabilities=',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'RemoveIPC=yes',
    'UMask=0077',
    // A dump of its memory would hold its keys.
    'LimitCORE=0',
    // Addresses of interfaces come by netlink. MemoryDenyWriteExecute is not possible: V8 compiles while it runs.
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
}

/** A word of a command line of systemd: specifiers and variables in it are no such. */
function quoted(path: string): string {
  const plain = path.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w./+:@%$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, String.raw`\$&`)}"`
}
