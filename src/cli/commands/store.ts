/** `runner-mesh store copy`: a home moves from its own file to a database that several peers share, or back. */
import type { Command } from 'commander'
import { loadConfig } from '../../app/config.ts'
import { copyStore } from '../../app/store-copy.ts'
import type { RunInContext } from '../run-command.ts'

export function addStoreCommands(program: Command, run: RunInContext): void {
  const store = program.command('store').description('Move the queue of a stopped peer.')
  const copy = store
    .command('copy')
    .description('Copy all tasks and schedules to an empty store, and compare every row. Logs and artifacts stay.')
    .argument('<from>', 'a state directory, or postgres://user@host/database (the password in PGPASSWORD)')
    .argument('<to>', 'the other of the two')
  run(copy, async ({ environment, output }, from = '', to = '') => {
    const copied = await copyStore(loadConfig(environment), from, to)
    output.result(
      { home_id: copied.homeId, epoch: copied.epoch, rows: copied.rows },
      () =>
        `Home ${copied.homeId} is in ${hidePassword(to)} now, with ${String(copied.rows['task'] ?? 0)} tasks, from epoch ${String(copied.epoch)} on.\nServe it there only: ${hidePassword(from)} is behind from the first change.`,
    )
    return 0
  })
}

function hidePassword(where: string): string {
  return where.replace(/^(postgres(?:ql)?:\/\/[^:/@]*):[^@]*@/, '$1@')
}
