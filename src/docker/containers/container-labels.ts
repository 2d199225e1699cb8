/**
 * The labels by which our containers are known again after any crash. They say whose the container is and until when it
 * may live, so that a restarted peer can follow it and any peer of the host can remove what nobody follows.
 */
import { parseTaskId, type Fence } from '../../core/ids.ts'
import type { LeftContainer } from '../../core/ports/executor.ts'

export const LABELS = {
  /** On everything we make in the engine, containers and images; the value is `1`. */
  ours: 'runner-mesh',
  runner: 'runner-mesh.runner',
  task: 'runner-mesh.task',
  fence: 'runner-mesh.fence',
  attempt: 'runner-mesh.attempt',
  /** Epoch milliseconds of the host's clock, after which any peer of the host may remove it. */
  deadline: 'runner-mesh.deadline',
} as const

export interface ContainerMark extends Omit<LeftContainer, 'running'> {
  readonly runner: string
  readonly deadline: number
}

export function labelsOf(mark: ContainerMark): Record<string, string> {
  return {
    [LABELS.ours]: '1',
    [LABELS.runner]: mark.runner,
    [LABELS.task]: mark.taskId,
    [LABELS.fence]: String(mark.fence),
    [LABELS.attempt]: String(mark.attempt),
    [LABELS.deadline]: String(mark.deadline),
  }
}

/** @returns undefined when the labels are not, or not wholly, ours */
export function findMark(labels: Readonly<Record<string, string>>): ContainerMark | undefined {
  const runner = labels[LABELS.runner]
  const fence = wholeNumber(labels[LABELS.fence])
  const attempt = wholeNumber(labels[LABELS.attempt])
  const deadline = wholeNumber(labels[LABELS.deadline])
  if (labels[LABELS.ours] !== '1' || runner === undefined) return undefined
  if (fence === undefined || attempt === undefined || deadline === undefined) return undefined
  try {
    return { runner, taskId: parseTaskId(labels[LABELS.task] ?? ''), fence: fence as Fence, attempt, deadline }
  } catch {
    // Anybody may put labels on a container: one with a strange task id is not ours.
    return undefined
  }
}

/** One name per grant: creating the same grant twice collides in the engine instead of running twice. */
export function containerName(taskId: string, fence: number): string {
  return `runner-mesh-${taskId}-${fence}`
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,16}$/.test(text) && Number.isSafeInteger(Number(text))
    ? Number(text)
    : undefined
}
