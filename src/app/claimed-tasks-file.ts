/** Keeps which task of which foreign queue our numbers stand for, in one small file that is replaced as a whole. */
import { open, readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import { RunnerMeshError } from '../core/errors.ts'
import type { ClaimedTask, ClaimedTasks } from '../peers/legacy/claimed-tasks.ts'

const content = z.object({
  last: z.int().min(0),
  tasks: z.array(
    z.object({ number: z.int().min(1), home: z.string(), task_id: z.string(), attempt: z.int().optional() }),
  ),
})

/** Those that were never heard of again are forgotten, the oldest first. */
const MOST_KEPT = 1000

/** @throws RunnerMeshError store_corrupt */
export async function openClaimedTasks(path: string): Promise<ClaimedTasks> {
  const kept = await read(path)
  let last = kept.last
  const tasks = new Map<number, ClaimedTask>(
    kept.tasks.map(({ number, home, task_id: taskId, attempt }) => [number, { home, taskId, attempt }]),
  )
  let writing = Promise.resolve()
  const write = (): Promise<void> => {
    writing = writing.catch(() => undefined).then(() => replace(path, toText(last, tasks)))
    return writing
  }
  return {
    add: async (task) => {
      last += 1
      const number = last
      tasks.set(number, task)
      const [oldest] = tasks.keys()
      if (tasks.size > MOST_KEPT && oldest !== undefined) tasks.delete(oldest)
      await write()
      return number
    },
    find: (number) => tasks.get(number),
    forget: async (number) => {
      if (tasks.delete(number)) await write()
    },
  }
}

async function read(path: string): Promise<z.output<typeof content>> {
  try {
    return content.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { last: 0, tasks: [] }
    throw new RunnerMeshError('store_corrupt', `Cannot read ${path}. Remove it; results not delivered yet are lost.`, {
      cause,
    })
  }
}

function toText(last: number, tasks: ReadonlyMap<number, ClaimedTask>): string {
  const rows = [...tasks].map(([number, { home, taskId, attempt }]) => ({ number, home, task_id: taskId, attempt }))
  return `${JSON.stringify({ last, tasks: rows })}\n`
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
