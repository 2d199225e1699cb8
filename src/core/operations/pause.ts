/** Operations that hold back this peer's own worker, and let it go on. */
import { z } from 'zod'
import { CHANGES, defineOperation } from './operation.ts'
import { instant } from './views.ts'

const holderField = z.string().min(1).max(128)

const pausesView = {
  paused: z.boolean(),
  pauses: z.array(z.object({ holder: z.string(), until: instant().optional() })),
}

export const pauseWorker = defineOperation({
  name: 'p2p_worker_pause',
  title: 'Stop claiming tasks',
  description: 'Makes this peer claim no more tasks; those it runs go on. Each holder pauses and resumes for itself.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({
    holder: holderField.default('operator').describe('Who needs the machine'),
    for_s: z.number().min(1).max(2_592_000).optional().describe('Seconds after which it ends by itself'),
  }),
  output: z.object(pausesView),
})

export const resumeWorker = defineOperation({
  name: 'p2p_worker_resume',
  title: 'Claim tasks again',
  description: 'Ends the pause of one holder; this peer claims again when no other holder pauses it.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({
    holder: holderField.default('operator').describe('Whose pause ends'),
    all: z.boolean().default(false).describe('End the pauses of all holders'),
  }),
  output: z.object(pausesView),
})

export const drainWorker = defineOperation({
  name: 'p2p_worker_drain',
  title: 'Finish what runs, claim no more',
  description:
    'Makes this peer claim no more tasks and waits until those it runs have ended. Ask again while it says running. With stop the peer then stops.',
  access: 'admin',
  hints: CHANGES,
  input: z.strictObject({
    wait_s: z.number().min(0).max(60).default(30).describe('Longest time to wait for the answer, seconds'),
    stop: z.boolean().default(false).describe('Stop the peer once nothing runs'),
  }),
  output: z.object({ running: z.int().min(0), stopping: z.boolean() }),
})
