/** docs/troubleshooting.md: every code of the table of errors with what causes it and what mends it. */
import { ERRORS, type ErrorCode } from '../../src/core/errors.ts'
import { REASONS, type TaskReason } from '../../src/core/task.ts'
import { ERROR_HELP } from './reference.ts'

interface Remedy {
  /** What usually stands behind it. */
  readonly causes: readonly string[]
  /** What to run or change, in order. */
  readonly fixes: readonly string[]
}

/** No code can be added without a line here: the type asks for it. */
const REMEDIES: Readonly<Record<ErrorCode, Remedy>> = {
  bad_request: {
    causes: ['A flag, field or file has a value that its schema does not take.'],
    fixes: [
      'Read the message: it names each field. `runner-mesh <command> --help` and [operations](operations.md) list what is taken.',
    ],
  },
  unknown_field: {
    causes: ['A misspelt field in a task file, a policy or a call.'],
    fixes: ['Correct the name. Unknown fields are refused on purpose: one that is silently ignored could be a limit.'],
  },
  unknown_operation: {
    causes: ['A tool or path that this version does not have, or that this token’s tool set hides.'],
    fixes: ['Compare versions (`runner-mesh --version` on both sides); for MCP see [which tools](mcp.md#which-tools).'],
  },
  task_not_found: {
    causes: [
      'The id is of another home.',
      'The task belongs to another token.',
      'It ended longer ago than `--retention-hours`.',
    ],
    fixes: [
      '`runner-mesh list` at the peer that accepted it.',
      'Keep ended tasks for longer with `--retention-hours`.',
    ],
  },
  invalid_transition: {
    causes: ['A retry of a task that runs, an end of one that has ended.'],
    fixes: ['`runner-mesh get <task>` shows where it stands.'],
  },
  idempotency_conflict: {
    causes: ['The same `--idempotency-key` with another image, command or limit.'],
    fixes: ['Use a new key for new work.'],
  },
  dependency_cycle: { causes: ['Tasks whose `needs` lead back to themselves.'], fixes: ['Remove one of the needs.'] },
  too_large: {
    causes: ['A payload over 1 MiB, a header or a file over its limit.'],
    fixes: ['Pass data as artifacts and `--input`, not in the payload. [Limits](limits.md).'],
  },
  unauthorized: {
    causes: ['No bearer token, an expired or a revoked one.', 'A GitHub token that is no longer good.'],
    fixes: [
      '`runner-mesh token list`, `runner-mesh token create <name>`.',
      'Set `GITHUB_TOKEN` anew and restart the peer.',
    ],
  },
  forbidden: {
    causes: ['The token lacks a right.', 'The job lacks `permissions: issues: write`.'],
    fixes: [
      'Make a token with `--scopes`; the message names the right.',
      'Add the permission to the job. `runner-mesh doctor --registry owner/repository` tells.',
    ],
  },
  policy_refused: {
    causes: ['The host policy of the machine does not allow what the task asks for.'],
    fixes: [
      '`runner-mesh explain <task>` names the rule, `runner-mesh policy check task.yml` tries it on the machine.',
      'Ask for less, or have the owner change the [policy](policy.md).',
    ],
  },
  peer_not_allowed: {
    causes: [
      '`p2p_taskqueue_call_tool` for a tool that `--mcp-call-tools` does not name.',
      'A peer that is not connected.',
    ],
    fixes: ['Allow the tool on the peer that passes the call on; `runner-mesh peers` lists who is there.'],
  },
  not_admitted: {
    causes: [
      'Another mesh key.',
      'The peer was revoked, or is not in the allow-list.',
      'Something else listens at that address.',
    ],
    fixes: [
      'Copy `mesh.key` again; `runner-mesh doctor --bootstrap <address>` tries the key.',
      'On the other peer: `runner-mesh peers revoked`, `runner-mesh peers restore <peer>`.',
    ],
  },
  signature_invalid: {
    causes: [
      'The task was sealed under another mesh, was changed on its way, or waited past its expiry.',
      'What arrived is not what its SHA-256 says.',
    ],
    fixes: [
      'Submit it again.',
      'After a change of keys keep the old one in `--previous-key-files` until its tasks are done.',
    ],
  },
  no_matching_runner: {
    causes: ['No connected peer has the labels, memory, GPUs or policy that the task needs.'],
    fixes: ['`runner-mesh explain <task>` says why, peer by peer.'],
  },
  lease_lost: {
    causes: ['The worker was not heard of for a whole lease.', 'The task was cancelled or has ended.'],
    fixes: ['Look at the connection of the worker; raise `--lease-seconds` on slow lines.'],
  },
  queue_full: {
    causes: ['More tasks wait than this queue takes.'],
    fixes: ['Add workers, or submit later: the answer says after which pause.'],
  },
  quota_exceeded: {
    causes: ['One submitter has as many tasks as it may.'],
    fixes: ['Wait for some to end, or raise `--max-running-per-submitter`.'],
  },
  rate_limited: {
    causes: ['More than 100 calls a second of one caller.', 'GitHub’s limits.'],
    fixes: ['Wait for tasks instead of asking again and again: `runner-mesh wait <task>`.'],
  },
  storage_low: {
    causes: ['The disk of the state directory is nearly full.'],
    fixes: ['Free space, lower `--retention-hours`, `--artifacts-max-mb` or `--log-max-mb`.'],
  },
  storage_failed: {
    causes: ['The disk refused a write: full, read-only or broken.', 'A bind mount without that right.'],
    fixes: ['`dmesg` and the log of the peer; move the state directory with the peer stopped.'],
  },
  peer_unreachable: {
    causes: [
      'No peer runs on that state directory.',
      'The address is wrong, closed or behind a firewall.',
      'GitHub or a registry does not answer.',
    ],
    fixes: [
      '`runner-mesh up`, or name the right `--state-dir`.',
      '`runner-mesh doctor --bootstrap <address>`; behind routers see [reaching peers](guides/cli.md#behind-a-router).',
    ],
  },
  executor_unavailable: {
    causes: ['Docker is absent, stopped, too old, or not for this user.'],
    fixes: ['`runner-mesh doctor` says which of them. As a rule: `sudo usermod -aG docker "$USER"` and a new login.'],
  },
  protocol_mismatch: {
    causes: ['Peers more than one protocol version apart.'],
    fixes: ['[Upgrade](upgrading.md) the older one.'],
  },
  stopping: {
    causes: ['The peer is being stopped or restarted.'],
    fixes: ['Ask again in a moment. `runner-mesh follow` waits by itself.'],
  },
  internal: { causes: ['A fault of runner-mesh.'], fixes: ['Report it with the lines of the peer’s log around it.'] },
  timeout: {
    causes: ['A wait or a task took longer than it may.'],
    fixes: ['`runner-mesh get <task>` says which clock: queue, prepare, run or total.'],
  },
  cancelled: {
    causes: ['Ctrl-C, a cancel, or the end of the job.'],
    fixes: ['A task that was left alone goes on: `runner-mesh follow <task>`.'],
  },
  config_invalid: {
    causes: [
      'A setting that is none, or has a wrong value.',
      'A missing key or token.',
      'A directory that cannot be used.',
    ],
    fixes: ['Read the message: all faults are in it. [All settings](configuration.md).'],
  },
  address_in_use: {
    causes: ['Another process, perhaps another peer, listens there.'],
    fixes: ['`ss -ltnp` names it. Choose another with `--listen` or `--http`.'],
  },
  home_locked: {
    causes: [
      'A peer runs on this state directory already.',
      'Peers of an older version serve the shared home, and could not work with the new tables.',
    ],
    fixes: [
      'Use it, or give this one a `--state-dir` of its own.',
      'Stop the older peers (`runner-mesh drain --stop`), then start this one ([upgrading](upgrading.md)).',
    ],
  },
  store_corrupt: {
    causes: ['A file of the state directory was damaged or edited.'],
    fixes: ['Nothing was changed. Put a copy back, or move the file away as the message says.'],
  },
  store_newer: {
    causes: ['The state directory, or the shared home, was written by a newer version.'],
    fixes: ['[Upgrade](upgrading.md) this peer, or use another `--state-dir`.'],
  },
}

/** Why a task did not complete, and what helps. */
const REASON_HELP: Readonly<Record<TaskReason, string>> = {
  exit: 'The command ended with another code than 0. Its log says why: `runner-mesh logs <task>`.',
  signal: 'A signal ended it that nobody here sent: the program crashed, or was killed inside.',
  oom: 'It needed more memory than it was given. Submit it with a larger `--memory-mb`.',
  timeout_queue: 'No runner took it in time. `runner-mesh explain <task>` before that says why.',
  timeout_prepare: 'The pull or build took too long. Use a smaller image, or a mirror of its registry.',
  timeout_run: 'It ran longer than `--timeout-seconds`.',
  timeout_total: 'From submit to end it took longer than its clocks allow.',
  pull: 'The image cannot be had: its name, its registry’s login, or the network of the worker. The error names which.',
  build: 'The repository does not build. The error ends with the step that failed.',
  policy: 'Every peer that could run it refused by its host policy. `runner-mesh explain <task>` names the rules.',
  disk: 'It filled its disk, or the machine’s is full.',
  worker_lost: 'Its worker was not heard of again. Mark tasks that may run twice with `--idempotent`.',
  dependency: 'A task that it needs did not complete.',
  cancelled: 'Somebody cancelled it.',
}

/** @returns title and parts of the page */
export function troubleshootingPage(): [title: string, parts: readonly string[]] {
  const codes = Object.keys(ERRORS) as ErrorCode[]
  return [
    'Troubleshooting',
    [
      'Begin with `runner-mesh doctor`: it looks at Docker, disk, clock, ports, key, token, names and ways out, and prints the fix of each fault. For one task, `runner-mesh explain <task>` says why it is not running and `runner-mesh get <task>` how it ended. Below are all [error codes](errors.md) and all reasons for which a task fails.',
      '## Error codes',
      ...codes.map((code) => {
        const { causes, fixes } = REMEDIES[code]
        const { exit } = ERRORS[code]
        return [
          `### ${code}`,
          `${ERROR_HELP[code]} Exit code ${String(exit)}.`,
          [...causes.map((cause) => `- Cause: ${cause}`), ...fixes.map((fix) => `- Fix: ${fix}`)].join('\n'),
        ].join('\n\n')
      }),
      '## Why a task failed',
      [
        '| reason | what it means, what to do |',
        '|---|---|',
        ...REASONS.map((reason) => `| \`${reason}\` | ${REASON_HELP[reason]} |`),
      ].join('\n'),
    ],
  ]
}
