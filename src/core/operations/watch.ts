/** The operation by which a program on this machine hears what changes, without asking again and again. */
import { z } from 'zod'
import { defineOperation, READS } from './operation.ts'

export const watchChanges = defineOperation({
  name: 'p2p_taskqueue_watch',
  title: 'Hear what changes',
  description:
    'Tells as progress, a few times a second, which tasks, logs and peers have changed, until wait_s is over. Call again before it is, to miss nothing.',
  access: 'admin',
  hints: READS,
  input: z.strictObject({ wait_s: z.number().min(0).max(300).default(60).describe('Seconds to listen') }),
  output: z.object({ changes: z.int().describe('How many events were heard') }),
})

/** The `data` of its progress: task ids, comma separated. */
export const changeNote = z.object({
  tasks: z.string().optional(),
  /** Of tasks whose log grew. */
  logs: z.string().optional(),
  /** Of tasks that have ended. */
  ended: z.string().optional(),
  /** Peers came or went. */
  peers: z.number().optional(),
})
export type ChangeNote = z.output<typeof changeNote>
