/** `runner-mesh logs`: what a task wrote, and what it goes on to write. */
import type { Command } from 'commander'
import { logPages, printLogPage, type LogFlags } from '../log-pages.ts'
import { parseNumber, type RunCommand, type Streams } from '../run-command.ts'

export function addLogsCommand(program: Command, run: RunCommand, streams: Streams, now: () => number): void {
  const command = program
    .command('logs')
    .description('Show the log of a task: its standard output on ours, its standard error on ours.')
    .argument('<task>')
    .option('-f, --follow', 'go on until the task has ended')
    .option('--attempt <number>', 'which attempt; the last one by default', parseNumber)
    .option('--tail <lines>', 'begin so many lines before the end', parseNumber)
    .option('--since <when>', 'leave out what is older: 90s, 10m, 2h, or an instant such as 2026-11-23T04:00:00Z')
    .option('--grep <text>', 'only lines that contain this text')
    .option('--stream <name>', 'only stdout or stderr')
    .option('--from <position>', 'begin at a position, as --json names it in next_seq', parseNumber)
  run(command, async ({ link, output, signal }, taskId = '') => {
    const flags = command.opts<LogFlags>()
    for await (const page of logPages(link, taskId, flags, signal, now())) {
      if (output.json) output.result(page, () => '')
      else await printLogPage(page, streams)
    }
    return 0
  })
}
