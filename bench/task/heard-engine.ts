/** A way to the machine's engine that notes when a container is asked for, and passes everything on as it is. */
import { openEngineWay, type EngineWay } from '../../test/support/engine-way.ts'

const CREATE = /POST \/(?:v[\d.]+\/)?containers\/create[? ]/

export interface HeardEngine extends EngineWay {
  /** On this process's monotonic clock: the first call for a container since it was last asked for, if there was one. */
  takeCreatedAt(): number | undefined
}

export async function hearEngine(): Promise<HeardEngine> {
  let createdAt: number | undefined
  const way = await openEngineWay((line) => {
    if (CREATE.test(line)) createdAt ??= performance.now()
    return 'whole'
  })
  const takeCreatedAt = (): number | undefined => {
    const at = createdAt
    createdAt = undefined
    return at
  }
  return Object.assign(way, { takeCreatedAt })
}
