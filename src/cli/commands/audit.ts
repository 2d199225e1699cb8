/** `runner-mesh audit`: who asked this peer for what, and how it was judged. Reads the files; no running peer is needed. */
import type { Command } from 'commander'
import { readAudit } from '../../app/audit-file.ts'
import { loadConfig } from '../../app/config.ts'
import { stateDirectory } from '../../app/state-directory.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { table } from '../output.ts'
import type { CommandContext } from '../run-command.ts'

export function addAuditCommand(program: Command, contextOf: (command: Command) => CommandContext): void {
  const audit = program
    .command('audit')
    .description('Print who asked this peer for what, and the verdict; with --json for export.')
    .option('--since <instant>', 'only from this instant on, such as 2026-01-31T12:00Z')
    .option('--principal <name>', 'only what this principal asked, such as token:alice')
    .option('--refused', 'only what was refused')
  audit.action(async () => {
    const { since, principal, refused } = audit.opts<{ since?: string; principal?: string; refused?: true }>()
    const { environment, output } = contextOf(audit)
    const from = since === undefined ? -Infinity : parseInstant(since)
    const entries = (await readAudit(stateDirectory(loadConfig(environment)))).filter(
      (entry) =>
        entry.at >= from &&
        (principal === undefined || entry.principal === principal) &&
        (refused === undefined || entry.verdict !== 'ok'),
    )
    output.result({ entries }, () =>
      entries.length === 0
        ? 'Nothing recorded.'
        : table([
            ['AT', 'WHO', 'DOOR', 'OPERATION', 'TASK', 'VERDICT'],
            ...entries.map(({ at, principal: who, door, operation, task_id: task, verdict }) => [
              new Date(at).toISOString(),
              who,
              door,
              operation,
              task ?? '',
              verdict,
            ]),
          ]),
    )
  })
}

function parseInstant(text: string): number {
  const instant = Date.parse(text)
  if (!Number.isNaN(instant)) return instant
  throw new RunnerMeshError(
    'bad_request',
    `--since: ${JSON.stringify(text.slice(0, 40))} is no instant. Write it as 2026-01-31T12:00Z.`,
  )
}
