/** The containers on this engine that carry our labels, of every runner of the host. */
import { RunnerMeshError } from '../../core/errors.ts'
import { containerName, findMark, LABELS, type ContainerMark } from './container-labels.ts'
import { problemText, type Engine } from '../engine/engine.ts'

export interface OurContainer {
  readonly id: string
  readonly mark: ContainerMark
  readonly running: boolean
}

/** @throws RunnerMeshError executor_unavailable */
export async function listOurs(engine: Engine): Promise<readonly OurContainer[]> {
  try {
    const listed = await engine.prompt.listContainers({ all: true, filters: { label: [`${LABELS.ours}=1`] } })
    return listed.flatMap(({ Id: id, Labels, Names, State }) => {
      const mark = findMark(Labels)
      // An image may bear any labels, and a container made from it by hand bears them too: the name is what only we give.
      return mark === undefined || !Names.includes(`/${containerName(mark.taskId, mark.fence)}`)
        ? []
        : [{ id, mark, running: State === 'running' }]
    })
  } catch (cause) {
    throw new RunnerMeshError('executor_unavailable', problemText(engine, cause), { cause })
  }
}
