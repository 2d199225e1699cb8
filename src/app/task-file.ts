/** A task in a file of its own, in YAML or JSON: for `submit -f`, and for `policy check`. */
import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { CONTAINER_TYPES, imageTask, repositoryTask } from '../core/container-task.ts'
import { PREDECESSORS_FIELDS } from '../core/task-aliases.ts'
import { errorText, RunnerMeshError } from '../core/errors.ts'

/** @throws RunnerMeshError bad_request: cannot be read */
export async function readTaskFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new RunnerMeshError('bad_request', `Cannot read the task ${path}: ${errorText(cause)}.`, { cause })
  }
}

/**
 * @param text a task as a submit takes it, or with the fields of its container beside those of the queue
 * @returns the input of p2p_taskqueue_submit, its fields not yet looked at
 * @throws RunnerMeshError bad_request: no YAML, or no object
 */
export function parseTaskFile(text: string): Readonly<Record<string, unknown>> {
  const document = parseDocument(text)
  const [broken] = document.errors
  if (broken !== undefined) {
    const [what = ''] = broken.message.split('\n')
    throw new RunnerMeshError('bad_request', `The task is not YAML or JSON: ${what.replace(/:$/, '')}.`)
  }
  const task: unknown = document.toJS()
  if (typeof task !== 'object' || task === null || Array.isArray(task))
    throw new RunnerMeshError('bad_request', 'The task is not an object with fields such as image and command.')
  return 'payload' in task ? task : withPayload(task)
}

const CONTAINER_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(imageTask.shape),
  ...Object.keys(repositoryTask.shape),
  ...PREDECESSORS_FIELDS,
])

/** What of a flat task is the container's, and what the queue's. */
function withPayload(task: object): Record<string, unknown> {
  const entries = Object.entries(task) as [string, unknown][]
  const isContainers = ([name]: [string, unknown]): boolean => CONTAINER_FIELDS.has(name)
  return {
    task_type: 'repo_url' in task ? CONTAINER_TYPES.repository : CONTAINER_TYPES.image,
    ...Object.fromEntries(entries.filter((entry) => !isContainers(entry))),
    payload: Object.fromEntries(entries.filter(isContainers)),
  }
}
