/** `runner-mesh pause`, `resume` and `drain`: the peer of this machine claims no more tasks, and claims again. */
import type { Command } from 'commander'
import { cleanLine } from '../../core/clean-text.ts'
import type { Output as OutputOf } from '../../core/operations/catalog.ts'
import { parseNumber, type RunCommand } from '../run-command.ts'

const AS_FLAG = ['--as <name>', 'who needs the machine; each name pauses and resumes for itself', 'operator'] as const

export function addPauseCommands(program: Command, run: RunCommand): void {
  const pause = program
    .command('pause')
    .description('Claim no more tasks on this machine; those it runs go on.')
    .option(...AS_FLAG)
    .option('--for-seconds <number>', 'claim again by itself after this long', parseNumber)
  run(pause, async ({ link, output, signal }) => {
    const { as: holder, forSeconds } = pause.opts<{ as: string; forSeconds?: number }>()
    const time = forSeconds === undefined ? {} : { for_s: forSeconds }
    const answer = await link.call('p2p_worker_pause', { holder, ...time }, { signal })
    output.result(answer, () => describe(answer))
    return 0
  })

  addDrainCommand(program, run)
  const resume = program
    .command('resume')
    .description('Claim tasks again.')
    .option(...AS_FLAG)
    .option('--all', 'whoever paused')
  run(resume, async ({ link, output, signal }) => {
    const { as: holder, all = false } = resume.opts<{ as: string; all?: boolean }>()
    const answer = await link.call('p2p_worker_resume', { holder, all }, { signal })
    output.result(answer, () => describe(answer))
    return 0
  })
}

function addDrainCommand(program: Command, run: RunCommand): void {
  const drain = program
    .command('drain')
    .description('Claim no more tasks, wait until those that run have ended, and stay so.')
    .option('--stop', 'then stop the peer')
  run(drain, async ({ link, output, signal }) => {
    const { stop = false } = drain.opts<{ stop?: boolean }>()
    for (;;) {
      const answer = await link.call('p2p_worker_drain', { wait_s: 30, stop }, { signal })
      if (answer.running > 0) continue
      output.result(answer, () =>
        answer.stopping
          ? 'nothing runs; the peer stops'
          : 'nothing runs; claim again with: runner-mesh resume --as drain',
      )
      return 0
    }
  })
}

function describe({ paused, pauses }: OutputOf<'p2p_worker_pause'>): string {
  if (!paused) return 'claiming tasks'
  return pauses
    .map(({ holder, until }) => {
      const end = until === undefined ? '' : ` until ${new Date(until).toISOString()}`
      return `paused by ${cleanLine(holder, 128)}${end}`
    })
    .join('\n')
}
